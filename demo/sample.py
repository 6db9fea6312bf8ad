"""The two sample shops: what they sell, to whom, and how they put it on the wire."""

import os
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

SHOPIFY_HOST = "ridge-and-pine.myshopify.com"
WOO_HOST = "harbor-goods.example"
WOO_SECRET_KIND = "webhook_secret"  # noqa: S105 - a name, not a secret
PICTURES = os.environ.get("DOORSTEP_URL", "https://harbor-goods.example") + "/pictures"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something the sample shops sell; the price is in cents."""

    id: int
    title: str
    variant: str
    price: int
    picture: str


@dataclass(frozen=True, slots=True)
class Shopper:
    """Somebody who buys; all live at example.org."""

    first: str
    last: str
    street: str
    city: str
    region: str
    postcode: str
    country: str
    locale: str = "en"

    @property
    def email(self) -> str:
        """The shopper's address."""
        return f"{self.first}.{self.last}@example.org".lower().replace(" ", "").replace("'", "")


THINGS = (
    Thing(1, "Merino Overshirt", "M, Moss", 12800, "shirt"),
    Thing(2, "Enamel Camp Mug", "Pine", 1800, "mug"),
    Thing(3, "Lambswool Beanie", "Oat", 3200, "beanie"),
    Thing(4, "Folding Trail Stove", "One size", 5800, "stove"),
    Thing(5, "Summit Flask, 25 oz", "Slate", 4200, "flask"),
    Thing(6, "Hurricane Lantern", "Coal", 6400, "lantern"),
    Thing(7, "Wool Blanket", "Harbor stripe", 9800, "blanket"),
    Thing(8, "Day Pack, 18 l", "Ochre", 8900, "pack"),
)

SHOPPERS = (
    Shopper("Ana", "Moreno", "1720 Pearl Street, Apt 4", "Boulder", "CO", "80302", "US"),
    Shopper("Lee", "Park", "88 Rainey Street", "Austin", "TX", "78701", "US"),
    Shopper("Saoirse", "Byrne", "4 Harbour Row", "Cork", "CO", "T12 W8KP", "IE"),
    Shopper("Jo", "Lindqvist", "Storgatan 9", "Umeå", "AC", "903 26", "SE", "sv"),
    Shopper("Hélène", "Tremblay", "300 Rue Saint-Paul", "Montréal", "QC", "H2Y 1H2", "CA", "fr"),
    Shopper("Maximiliane", "Oberhofer", "Lindenstraße 12", "Freiburg", "BW", "79098", "DE", "de"),
    Shopper("Tom", "Vandermeer", "61 Wall Street", "Bend", "OR", "97701", "US"),
    Shopper("Priya", "Nair", "12 Elm Avenue", "Portland", "ME", "04101", "US"),
)

WAY = (("Portland", "OR"), ("Boise", "ID"), ("Salt Lake City", "UT"), ("Denver", "CO"))
"""Where a sample parcel is scanned on its way."""


def ups_number(seed: int) -> str:
    """Return a UPS number with a right check digit."""
    serial = f"{random.Random(seed).randrange(10**15):015d}"
    total = sum(int(c) * (2 if i % 2 else 1) for i, c in enumerate(serial))
    return f"1Z{serial}{-total % 10}"


def shopify_order(ident: int, at: datetime, *, lines: int = 2, **changes: object) -> Json:
    """Return an order as Shopify's orders/paid delivers it; the rest follows from its id."""
    shopper = SHOPPERS[ident % len(SHOPPERS)]
    number = 1000 + ident % 100_000
    chosen = [THINGS[(ident + i * 3) % len(THINGS)] for i in range(lines)]
    place = _shopify_address(shopper)
    body: Json = {
        "id": ident,
        "admin_graphql_api_id": f"gid://shopify/Order/{ident}",
        "name": f"#{number}",
        "number": number,
        "email": shopper.email,
        "contact_email": shopper.email,
        "phone": None,
        "created_at": at.isoformat(),
        "processed_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "cancelled_at": None,
        "financial_status": "paid",
        "fulfillment_status": None,
        "test": False,
        "currency": "USD",
        "total_price": f"{sum(thing.price for thing in chosen) / 100:.2f}",
        "customer_locale": shopper.locale,
        "checkout_token": f"checkout-{ident}",
        "cart_token": f"cart-{ident}",
        "order_status_url": f"https://{SHOPIFY_HOST}/1/orders/{ident}/authenticate?key=sample",
        "customer": {
            "id": ident + 500_000,
            "email": shopper.email,
            "first_name": shopper.first,
            "last_name": shopper.last,
            "updated_at": at.isoformat(),
        },
        "shipping_address": place,
        "billing_address": place,
        "line_items": [
            {
                "id": ident * 10 + i,
                "title": thing.title,
                "variant_title": thing.variant,
                "quantity": 1,
                "price": f"{thing.price / 100:.2f}",
                "product_id": thing.id,
                "variant_id": thing.id * 10,
                "image_url": f"{PICTURES}/{thing.picture}.svg",
            }
            for i, thing in enumerate(chosen)
        ],
        "fulfillments": [],
        "refunds": [],
    }
    return {**body, **changes}


def shopify_fulfillment(order: Json, at: datetime, part: int = 1, numbers: tuple[str, ...] = ()) -> Json:
    """Return a fulfillment of an order as fulfillments/create delivers it."""
    ident = order["id"] * 10 + part
    tracked = list(numbers or (ups_number(ident),))
    return {
        "id": ident,
        "order_id": order["id"],
        "status": "success",
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "tracking_company": "UPS",
        "tracking_number": tracked[0],
        "tracking_numbers": tracked,
        "tracking_urls": [f"https://www.ups.com/track?tracknum={number}" for number in tracked],
        "line_items": [],
        "name": f"{order['name']}.{part}",
    }


def shopify_scan(fulfillment: Json, status: str, at: datetime, place: tuple[str, str]) -> Json:
    """Return one scan as fulfillment_events/create delivers it."""
    return {
        "id": fulfillment["id"] * 100 + crc32(f"{status}{at}".encode()) % 100,
        "fulfillment_id": fulfillment["id"],
        "order_id": fulfillment["order_id"],
        "status": status,
        "message": None,
        "happened_at": at.isoformat(),
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "city": place[0],
        "province": place[1],
        "country": "US",
        "estimated_delivery_at": (at + timedelta(days=2)).isoformat() if status == "in_transit" else None,
    }


def woo_order(
    ident: int, at: datetime, status: str = "processing", tracking: list[Json] | None = None
) -> Json:
    """Return an order as WooCommerce's order.created and order.updated deliver it; times are GMT."""
    shopper = SHOPPERS[(ident + 3) % len(SHOPPERS)]
    thing = THINGS[ident % len(THINGS)]
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S")
    place = {
        "first_name": shopper.first,
        "last_name": shopper.last,
        "address_1": shopper.street,
        "address_2": "",
        "city": shopper.city,
        "state": shopper.region,
        "postcode": shopper.postcode,
        "country": shopper.country,
    }
    meta = [{"id": ident, "key": "_wc_shipment_tracking_items", "value": tracking}] if tracking else []
    return {
        "id": ident,
        "number": str(ident),
        "status": status,
        "currency": "EUR",
        "total": f"{thing.price * 2 / 100:.2f}",
        "customer_id": 0,
        "order_key": f"wc_order_{ident}",
        "billing": {**place, "email": shopper.email, "phone": ""},
        "shipping": place,
        "date_created_gmt": stamp,
        "date_modified_gmt": stamp,
        "date_paid_gmt": stamp if status in ("processing", "completed", "refunded") else None,
        "date_completed_gmt": None,
        "meta_data": meta,
        "line_items": [
            {
                "id": ident + 7,
                "name": thing.title,
                "product_id": thing.id,
                "variation_id": 0,
                "quantity": 2,
                "sku": f"HG-{thing.id}",
                "price": thing.price / 100,
                "image": {"id": thing.id, "src": f"{PICTURES}/{thing.picture}.svg"},
                "meta_data": [],
                "parent_name": None,
            }
        ],
        "refunds": [],
    }


def woo_tracking(ident: int, at: datetime) -> Json:
    """Return one line of WooCommerce's shipment tracking."""
    return {
        "tracking_provider": "ups",
        "custom_tracking_provider": "",
        "custom_tracking_link": "",
        "tracking_number": ups_number(ident),
        "date_shipped": str(int(at.timestamp())),
        "tracking_id": f"{ident:032x}",
    }


def _shopify_address(shopper: Shopper) -> Json:
    return {
        "first_name": shopper.first,
        "last_name": shopper.last,
        "address1": shopper.street,
        "address2": None,
        "city": shopper.city,
        "province_code": shopper.region,
        "zip": shopper.postcode,
        "country_code": shopper.country,
        "phone": None,
    }
