"""The Olist orders as parcels with a clock that starts, and what happened in the order in which it did."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from app.tracking.forecast.delivery_date import Run
from app.tracking.forecast.typical import Lane
from bench.olist import BRAZIL, rows_of, time_of

DELIVERED_SHARE = 0.0536
"""Of all delivered orders, how many the data holds (its SOURCES.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One real order; times are UTC, None where it never came so far."""

    id: str
    lane: Lane
    placed_at: datetime
    handed_over_at: datetime | None
    arrived_at: datetime | None
    promised: date


@dataclass(frozen=True, slots=True)
class Sent:
    """An order whose clock started at a moment."""

    order: Order
    at: datetime

    @property
    def run(self) -> Run:
        """The parcel as the model learns from it."""
        return Run(self.order.lane, self.at, self.order.arrived_at)


def load(folder: Path) -> list[Order]:
    """Return every order that was sent; of those that never arrived as small a share as of those that did."""
    seller_of: dict[str, str] = {}
    for row in rows_of(folder / "olist_order_items_dataset.csv"):
        seller_of.setdefault(row["order_id"], row["seller_id"])
    sellers = {row["seller_id"]: row["seller_state"] for row in rows_of(folder / "olist_sellers_dataset.csv")}
    buyers = {row["customer_id"]: row for row in rows_of(folder / "olist_customers_dataset.csv")}
    return [
        _order(row, seller_of[row["order_id"]], sellers, buyers[row["customer_id"]])
        for row in rows_of(folder / "olist_orders_dataset.csv")
        if row["order_status"] == "delivered"
        or (row["order_status"] == "shipped" and _is_drawn(row["order_id"]))
    ]


def clocks(orders: list[Order], clock: str) -> list[Sent]:
    """Return the orders whose clock of this name started before they arrived, the oldest start first."""
    starts = ((order, order.placed_at if clock == "placed" else order.handed_over_at) for order in orders)
    sent = [Sent(order, at) for order, at in starts if at]
    sent = [it for it in sent if it.order.arrived_at is None or it.order.arrived_at > it.at]
    return sorted(sent, key=lambda it: (it.at, it.order.id))


def as_it_happened(sent: list[Sent]) -> Iterator[tuple[bool, Sent]]:
    """Return every start (False) and every arrival (True); at the same moment what arrived is known first."""
    marks = [(it.at, 1, it) for it in sent]
    marks += [(it.order.arrived_at, 0, it) for it in sent if it.order.arrived_at]
    for _, starts, it in sorted(marks, key=lambda mark: (mark[0], mark[1], mark[2].order.id)):
        yield not starts, it


def _order(row: dict[str, str], seller: str, sellers: dict[str, str], buyer: dict[str, str]) -> Order:
    placed_at = time_of(row["order_purchase_timestamp"])
    promised = time_of(row["order_estimated_delivery_date"])
    assert placed_at is not None
    assert promised is not None
    return Order(
        id=row["order_id"],
        lane=Lane(
            origin=sellers[seller],
            country="BR",
            region=buyer["customer_state"],
            zone=buyer["customer_zip_code_prefix"][:2],
            sender=seller,
        ),
        placed_at=placed_at,
        handed_over_at=time_of(row["order_delivered_carrier_date"]),
        arrived_at=time_of(row["order_delivered_customer_date"]),
        promised=promised.astimezone(BRAZIL).date(),
    )


def _is_drawn(order_id: str) -> bool:
    return zlib.crc32(order_id.encode()) % 10_000 < DELIVERED_SHARE * 10_000
