"""Discount codes in a store on WooCommerce: a coupon each, for one order and one address."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import NamedTuple

from app.lib import reading
from app.lib.reading import Json


class Known(NamedTuple):
    """A coupon that the store has."""

    id: str
    is_used: bool


def coupon(code: str, percent: int, expires_at: datetime, email: str | None, zone: tzinfo) -> Json:
    """Return the coupon that is to be made; the store's times are its own clock's."""
    return {
        "code": code,
        "discount_type": "percent",
        "amount": str(percent),
        "individual_use": True,
        "usage_limit": 1,
        "date_expires": f"{expires_at.astimezone(zone):%Y-%m-%dT%H:%M:%S}",
        "email_restrictions": [email] if email else [],
        "description": "Doorstep",
    }


def known(rows: Iterable[Json], code: str) -> Known | None:
    """Return a coupon that the store lists; it writes their codes in small letters."""
    for row in rows:
        if (reading.text(row, "code") or "").lower() == code.lower():
            return Known(reading.required(row, "id"), (reading.whole(row, "usage_count") or 0) > 0)
    return None
