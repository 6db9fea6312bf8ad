"""What the Olist data lacks, made up; and, where the data is not at hand, orders that come as it does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from bench.olist import Sale

AGREES, HAS_CART, LEAVES_CART = 0.6, 1 / 3, 0.2
BOUGHT_BEFORE, IS_CANCELLED, NEVER_PAID, NEVER_LEFT = 0.2, 0.05, 0.04, 0.04
"""More than in the data (3, 1, 1 and 2 in a hundred), so that a few orders have some of each."""
DAY = timedelta(days=1)


def with_wishes(sale: Sale) -> Sale:
    """Return a sale with what the data lacks; whoever agrees does so with each of their orders."""
    mine = Random(sale.number)
    return replace(
        sale,
        agrees=Random(sale.email).random() < AGREES,
        has_cart=sale.is_shopify and mine.random() < HAS_CART,
        leaves_cart=sale.is_shopify and mine.random() < LEAVES_CART,
    )


def sales(many: int, begins: datetime, seed: int = 25) -> list[Sale]:
    """Return so many orders, some a day; paid, handed over and delivered as long after as Olist's were."""
    chance = Random(seed)
    return [with_wishes(sale) for sale in _sales(many, begins, chance)]


def _sales(many: int, begins: datetime, chance: Random) -> Iterator[Sale]:
    at, shoppers = begins, list[str]()
    for number in range(1, many + 1):
        at += timedelta(hours=chance.expovariate(1 / 8))
        if not shoppers or chance.random() > BOUGHT_BEFORE:
            shoppers.append(f"{chance.getrandbits(64):016x}@example.org")
        luck = chance.random()
        is_paid = luck >= NEVER_PAID
        approved_at = at + _skewed(chance, timedelta(hours=3), 1.2) if is_paid else None
        is_cancelled = NEVER_PAID <= luck < NEVER_PAID + IS_CANCELLED
        leaves = is_paid and not is_cancelled and luck < 1 - NEVER_LEFT
        shipped_at = approved_at + _skewed(chance, 2 * DAY, 0.6) if approved_at and leaves else None
        yield Sale(
            number=number,
            status="canceled" if is_cancelled else "delivered" if is_paid else "created",
            placed_at=_whole(at),
            approved_at=_whole(approved_at) if approved_at else None,
            shipped_at=_whole(shipped_at) if shipped_at else None,
            delivered_at=_whole(shipped_at + _skewed(chance, 7 * DAY, 0.6)) if shipped_at else None,
            email=shoppers[-1] if chance.random() < AGREES else chance.choice(shoppers),
            state=chance.choice(("SP", "RJ", "MG", "RS", "PR", "AM")),
            items=(("a1b2c3d4", 2990 + 100 * chance.randrange(200)),),
        )


def _skewed(chance: Random, median: timedelta, spread: float) -> timedelta:
    return median * chance.lognormvariate(0, spread)


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
