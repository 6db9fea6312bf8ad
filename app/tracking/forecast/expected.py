"""The days on which something is expected, and who says so: the carrier before the merchant before us.

Where none of them said a day, there is none.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from app.commerce.models import Order
from app.shops import workdays
from app.shops.models import Shop
from app.tracking.exceptions.thresholds import Thresholds
from app.tracking.models import Shipment


class Source(StrEnum):
    """Who says when."""

    CARRIER = "carrier"
    MERCHANT = "merchant"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Expected:
    """From when to when; a day without an hour is midnight UTC, as carriers' are kept."""

    earliest: datetime
    latest: datetime | None
    source: Source


def of_shipment(shop: Shop, order: Order, shipment: Shipment) -> Expected | None:
    """Return when a parcel is expected."""
    if shipment.expected_at is not None:
        return Expected(shipment.expected_at, shipment.expected_until, Source.CARRIER)
    return _promised(shop, order) or _window(shipment)


def of_order(shop: Shop, order: Order) -> Expected | None:
    """Return when an order is expected of which nothing has left."""
    return _promised(shop, order) or _window(order)


def _promised(shop: Shop, order: Order) -> Expected | None:
    limits, country = Thresholds.of(shop), ((order.ship_to or {}).get("country") or "").upper()
    is_domestic = bool(country) and country == (shop.country or "").upper()
    days = limits.promise_domestic if is_domestic else limits.promise_abroad
    if days is None or order.placed_at is None:
        return None
    calendar = workdays.calendar(shop)
    day = _day(calendar.day(calendar.after(order.placed_at, days)))
    return Expected(day, None, Source.MERCHANT)


def _window(row: Shipment | Order) -> Expected | None:
    if row.window_from is None or row.window_until is None:
        return None
    return Expected(_day(row.window_from), _day(row.window_until), Source.OURS)


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
