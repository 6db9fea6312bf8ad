"""The Olist orders as store deliveries: half a Shopify shop's, half a WooCommerce shop's.

Real: when each order was placed, approved, handed over and delivered, its items, prices and town. The
data lacks, and we make up: e-mail addresses, tracking numbers, and the moment of a cancellation (two
hours after approval). Times are local to Brazil and are read as America/Sao_Paulo.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from demo import numbers
from demo.shopify.wire import HOST as SHOPIFY_HOST

BRAZIL = ZoneInfo("America/Sao_Paulo")
CANCELLED_AFTER = timedelta(hours=2)
CART_BEFORE, LEFT_AFTER = timedelta(hours=3), timedelta(days=45)
"""How long before they buy a cart is told of, and after which they leave another."""
CANCELLED = ("canceled", "unavailable")
PAID = ("delivered", "shipped", "invoiced", "processing", "approved", *CANCELLED)


@dataclass(frozen=True, slots=True)
class Sale:
    """One real order; times are UTC, None where it never came so far."""

    number: int
    status: str
    placed_at: datetime
    approved_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    email: str
    state: str
    items: tuple[tuple[str, int], ...]
    agrees: bool = False
    """Made up: whether they agree to offers as they buy."""
    has_cart: bool = False
    """Made up: whether the store told of their cart before they bought (Shopify)."""
    leaves_cart: bool = False
    """Made up: whether they leave another cart some weeks later (Shopify)."""

    @property
    def is_shopify(self) -> bool:
        """Whether it is told as a Shopify order."""
        return self.number % 2 == 0

    @property
    def paid_at(self) -> datetime | None:
        """When it became a purchase; None where it never did."""
        return (self.approved_at or self.placed_at) if self.status in PAID else None

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was called off."""
        return (self.paid_at or self.placed_at) + CANCELLED_AFTER if self.status in CANCELLED else None

    @property
    def tracking_number(self) -> str:
        """A made-up number with a right check digit."""
        return numbers.ups(Random(self.number))


@dataclass(frozen=True, slots=True)
class Telling:
    """One delivery of a store, and when it is sent."""

    at: datetime
    sale: int
    topic: str
    payload: dict[str, Any]
    is_shopify: bool


def sales(folder: Path) -> list[Sale]:
    """Return every order of the data set, oldest first."""
    items = defaultdict(list)
    for row in rows_of(folder / "olist_order_items_dataset.csv"):
        items[row["order_id"]].append((row["product_id"], round(float(row["price"]) * 100)))
    customers = {row["customer_id"]: row for row in rows_of(folder / "olist_customers_dataset.csv")}
    rows = sorted(
        rows_of(folder / "olist_orders_dataset.csv"),
        key=lambda row: (row["order_purchase_timestamp"], row["order_id"]),
    )
    return [
        Sale(
            number=number,
            status=row["order_status"],
            placed_at=_required(row["order_purchase_timestamp"]),
            approved_at=time_of(row["order_approved_at"]),
            shipped_at=time_of(row["order_delivered_carrier_date"]),
            delivered_at=time_of(row["order_delivered_customer_date"]),
            email=f"{customers[row['customer_id']]['customer_unique_id'][:16]}@example.org",
            state=customers[row["customer_id"]]["customer_state"],
            items=tuple(items[row["order_id"]]),
        )
        for number, row in enumerate(rows, 1)
    ]


def tellings(sale: Sale) -> Iterator[Telling]:
    """Return what the store says of one order, in the order in which it happened."""
    yield from _shopify(sale) if sale.is_shopify else _woocommerce(sale)


def _shopify(sale: Sale) -> Iterator[Telling]:
    def tell(at: datetime, topic: str, payload: dict[str, Any]) -> Telling:
        return Telling(at, sale.number, topic, payload, is_shopify=True)

    yield from (tell(at, topic, payload) for at, topic, payload in _before_buying(sale))
    if sale.paid_at is None:
        yield tell(sale.placed_at, "orders/create", _shopify_order(sale, sale.placed_at, "pending"))
    else:
        yield tell(sale.paid_at, "orders/paid", _shopify_order(sale, sale.paid_at, "paid"))
    fulfillment_id = sale.number * 10
    if sale.shipped_at is not None:
        sent = {
            "id": fulfillment_id,
            "order_id": sale.number,
            "status": "success",
            "created_at": sale.shipped_at.isoformat(),
            "updated_at": sale.shipped_at.isoformat(),
            "tracking_company": "UPS",
            "tracking_numbers": [sale.tracking_number],
            "line_items": [],
        }
        yield tell(sale.shipped_at, "fulfillments/create", sent)
        yield tell(sale.shipped_at, "orders/fulfilled", _shopify_order(sale, sale.shipped_at, _paid(sale)))
        for ident, (status, at) in enumerate(
            (("in_transit", sale.shipped_at), ("delivered", sale.delivered_at))
        ):
            if at is not None:
                scan = {
                    "id": fulfillment_id * 10 + ident,
                    "fulfillment_id": fulfillment_id,
                    "order_id": sale.number,
                    "status": status,
                    "happened_at": at.isoformat(),
                    "updated_at": at.isoformat(),
                }
                yield tell(at, "fulfillment_events/create", scan)
    if sale.cancelled_at is not None:
        cancelled = _shopify_order(sale, sale.cancelled_at, "paid") | {
            "cancelled_at": sale.cancelled_at.isoformat()
        }
        yield tell(sale.cancelled_at, "orders/cancelled", cancelled)
    if sale.leaves_cart:
        at = sale.placed_at + LEFT_AFTER
        yield tell(at, "checkouts/create", _checkout(sale, f"left-{sale.number}", at))


def _paid(sale: Sale) -> str:
    """Return what a Shopify store says of the money as it says that all was handed over."""
    is_paid = sale.paid_at is not None and sale.shipped_at is not None and sale.paid_at <= sale.shipped_at
    return "paid" if is_paid else "pending"


def _before_buying(sale: Sale) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """Return what a Shopify store says of somebody before they buy: a yes to offers, and a cart."""
    if sale.agrees:
        at = sale.placed_at - timedelta(minutes=1)
        said = {"state": "subscribed", "opt_in_level": "single_opt_in", "consent_updated_at": at.isoformat()}
        who = {"customer_id": int(sale.email[:12], 16), "email_address": sale.email}
        yield at, "customers_email_marketing_consent/update", {**who, "email_marketing_consent": said}
    if sale.has_cart:
        at = sale.placed_at - CART_BEFORE
        yield at, "checkouts/create", _checkout(sale, f"cart-{sale.number}", at)


def _checkout(sale: Sale, token: str, at: datetime) -> dict[str, Any]:
    order = _shopify_order(sale, at, "pending")
    return {
        **{
            name: order[name]
            for name in ("email", "currency", "total_price", "line_items", "buyer_accepts_marketing")
        },
        "token": token,
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "abandoned_checkout_url": f"https://{SHOPIFY_HOST}/1/checkouts/{token}/recover",
    }


def _woocommerce(sale: Sale) -> Iterator[Telling]:
    def tell(at: datetime, topic: str, payload: dict[str, Any]) -> Telling:
        return Telling(at, sale.number, topic, payload, is_shopify=False)

    yield tell(sale.placed_at, "order.created", _woo_order(sale, sale.placed_at, "pending"))
    if sale.paid_at is not None:
        yield tell(sale.paid_at, "order.updated", _woo_order(sale, sale.paid_at, "processing"))
    if sale.shipped_at is not None:
        yield tell(sale.shipped_at, "order.updated", _woo_order(sale, sale.shipped_at, "processing"))
    if sale.delivered_at is not None:
        yield tell(sale.delivered_at, "order.updated", _woo_order(sale, sale.delivered_at, "completed"))
    if sale.cancelled_at is not None:
        yield tell(sale.cancelled_at, "order.updated", _woo_order(sale, sale.cancelled_at, "cancelled"))


def _shopify_order(sale: Sale, at: datetime, financial_status: str) -> dict[str, Any]:
    has_left = sale.shipped_at is not None and at >= sale.shipped_at
    return {
        "id": sale.number,
        "name": f"#{sale.number}",
        "email": sale.email,
        "created_at": sale.placed_at.isoformat(),
        "processed_at": (sale.paid_at or sale.placed_at).isoformat(),
        "updated_at": at.isoformat(),
        "cancelled_at": None,
        "financial_status": financial_status,
        "fulfillment_status": "fulfilled" if has_left else None,
        "test": False,
        "buyer_accepts_marketing": sale.agrees,
        "checkout_token": f"cart-{sale.number}" if sale.has_cart else None,
        "currency": "BRL",
        "total_price": f"{sum(price for _, price in sale.items) / 100:.2f}",
        "order_status_url": f"https://{SHOPIFY_HOST}/1/orders/{sale.number}",
        "shipping_address": {"city": "", "province_code": sale.state, "country_code": "BR"},
        "line_items": [
            {"id": sale.number * 100 + i, "title": product[:8], "quantity": 1, "price": f"{price / 100:.2f}"}
            for i, (product, price) in enumerate(sale.items)
        ],
    }


def _woo_order(sale: Sale, at: datetime, status: str) -> dict[str, Any]:
    has_left = sale.shipped_at is not None and at >= sale.shipped_at
    line = {
        "tracking_provider": "ups",
        "tracking_number": sale.tracking_number,
        "date_shipped": str(int(sale.shipped_at.timestamp())) if sale.shipped_at else "",
        "tracking_id": f"{sale.number:032x}",
    }
    return {
        "id": sale.number,
        "number": str(sale.number),
        "status": status,
        "currency": "BRL",
        "total": f"{sum(price for _, price in sale.items) / 100:.2f}",
        "customer_id": 0,
        "billing": {"email": sale.email, "state": sale.state, "country": "BR"},
        "shipping": {},
        "date_created_gmt": _gmt(sale.placed_at),
        "date_modified_gmt": _gmt(at),
        "date_paid_gmt": _gmt(sale.paid_at) if sale.paid_at and at >= sale.paid_at else None,
        "meta_data": [
            *([{"id": 1, "key": "_wc_shipment_tracking_items", "value": [line]}] if has_left else []),
            *([{"id": 2, "key": "_wc_other/doorstep/marketing", "value": "1"}] if sale.agrees else []),
        ],
        "line_items": [
            {"id": sale.number * 100 + i, "name": product[:8], "quantity": 1, "price": price / 100}
            for i, (product, price) in enumerate(sale.items)
        ],
    }


def rows_of(file: Path) -> list[dict[str, str]]:
    """Return the lines of a table by the names of their columns."""
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def time_of(raw: str) -> datetime | None:
    """Read a local time of the data; None where there is none."""
    return datetime.fromisoformat(raw).replace(tzinfo=BRAZIL).astimezone(UTC) if raw else None


def _required(raw: str) -> datetime:
    at = time_of(raw)
    assert at is not None
    return at


def _gmt(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at else None
