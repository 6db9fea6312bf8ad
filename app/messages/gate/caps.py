"""How often one shopper may be written to about something that they did not ask for, as data."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.vocabulary import Category


class Cap(NamedTuple):
    """At most so many messages of a category in any stretch of time, across media."""

    category: Category
    most: int
    within: timedelta
    said_by: str
    checked: date


CAPS = (
    Cap(Category.MARKETING, 1, timedelta(days=1), "PRODUCT, order of the gate", date(2026, 11, 26)),
    Cap(Category.MARKETING, 3, timedelta(days=7), "PRODUCT, order of the gate", date(2026, 11, 26)),
)
LOOKS_BACK = max(cap.within for cap in CAPS)


def free_at(
    category: Category, sent: Sequence[datetime], now: datetime, caps: Sequence[Cap] = CAPS
) -> datetime:
    """Return from when on one more may go, after those that were sent then; now, where it may already."""
    at = now
    for cap in caps:
        if cap.category is category and len(sent) >= cap.most:
            at = max(at, sorted(sent)[-cap.most] + cap.within)
    return at
