"""What the sample stores sold before they connected: nobody tells of it, it is there to be read."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice

from demo.sales import Sale, way
from demo.shoppers import HARBOR, RIDGE, Shopper
from demo.stories import FIRST_HARBOR, FIRST_RIDGE
from demo.things import HARBOR as HARBOR_THINGS
from demo.things import RIDGE as RIDGE_THINGS

ORDERS = 28
"""Of each store."""
YOUNGEST = timedelta(days=10)
"""A comparison looks back a week: what is older was not missed."""
RIDGE_APART = timedelta(days=1.6)
"""Shopify shows an app 60 days."""
HARBOR_APART = timedelta(days=5)
ON_THE_WAY = timedelta(days=4)


def ridge(now: datetime) -> Iterator[Sale]:
    """Return Ridge & Pine's orders of before, all of which have arrived."""
    carriers = cycle(("ups", "usps", "fedex"))
    first = FIRST_RIDGE - ORDERS
    for sale, who in _bought(first, 1001 - ORDERS, RIDGE, sorted(RIDGE_THINGS), now, RIDGE_APART):
        _arrived(sale, who, "dhl" if who.town[2] != "US" else next(carriers), sale.placed_at)
        yield sale


def harbor(now: datetime) -> Iterator[Sale]:
    """Return Harbor Goods' orders of before."""
    first = FIRST_HARBOR - 50 - ORDERS
    for sale, who in _bought(first, first, HARBOR, sorted(HARBOR_THINGS), now, HARBOR_APART):
        _arrived(sale, who, "ups", sale.placed_at)
        sale.completed_at = sale.updated_at
        yield sale


def _bought(  # noqa: PLR0913, PLR0917 - what makes a row of purchases
    first: int,
    number: int,
    people: tuple[Shopper, ...],
    offered: list[int],
    now: datetime,
    apart: timedelta,
) -> Iterator[tuple[Sale, Shopper]]:
    for index, who in enumerate(islice(cycle(people), ORDERS)):
        at = now - YOUNGEST - apart * (ORDERS - index)
        sale = Sale(
            id=first + index,
            number=number + index,
            shopper=who.id,
            lines=[(offered[index % len(offered)], 1 + index % 2)],
            placed_at=at.replace(microsecond=0),
            updated_at=at.replace(microsecond=0),
        )
        yield sale, who


def _arrived(sale: Sale, who: Shopper, carrier: str, placed: datetime) -> None:
    sent = placed + timedelta(hours=20)
    parcel = sale.send(carrier, sent, way(who))
    steps = len(parcel.ahead)
    for step in range(steps):
        parcel.advance((sent + ON_THE_WAY * (step / steps)).replace(microsecond=0))
    sale.updated_at = parcel.scans[-1].at
