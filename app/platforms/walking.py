"""What a walk through a store's own lists brings, page by page, whatever the store is.

A page holds the same records as deliveries of the same things, so that intake takes them as it takes those.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.lib.reading import Unreadable
from app.platforms.base import Record


class Step(StrEnum):
    """What of a store is walked through."""

    ORDERS = "orders"
    SHOPPERS = "shoppers"
    PASTS = "pasts"
    """What each shopper has bought in all."""
    PRODUCTS = "products"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What changed from one moment until another; None: without that end."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that the store lists."""

    external_id: str
    updated_at: datetime | None = None
    records: tuple[Record, ...] | None = None
    """None: not readable."""
    failure: str | None = None
    """Why it could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some things of a list; `after` is where the next page begins, None on the last one."""

    rows: tuple[Found, ...]
    after: str | None = None
    total: int | None = None
    """How many there are from the beginning of what was asked for, where the store says."""
    left: int | None = None
    """How many come after this page, where the store says."""


def read(external_id: str, updated_at: datetime | None, parse: Callable[[], tuple[Record, ...]]) -> Found:
    """Return a thing with its records, or with why it holds none: one that is odd does not end the walk."""
    try:
        return Found(external_id=external_id, updated_at=updated_at, records=parse())
    except Unreadable as error:
        return Found(external_id=external_id, updated_at=updated_at, failure=str(error))
