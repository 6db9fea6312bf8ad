"""Two stores with a week behind them: what they hold, what they told of it, and how that went astray."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.lib import clock
from demo import shoppers, stories, things
from demo.sales import Parcel, Sale, way
from demo.shopify import notices as ridge_tells
from demo.shopify.wire import HOST as RIDGE
from demo.stores import Json, Shelf
from demo.woocommerce import notices as harbor_tells
from demo.woocommerce.wire import HOST as HARBOR

DAYS = 5
FRESH = timedelta(hours=20)
"""Orders younger than this are thanked for, however their notice fared; older than a day, never."""
SETTLED = timedelta(minutes=30)
"""Everything happened at least so long ago: a store has had its time to tell of it."""
LOST, LATE, DOUBLED, REORDERED = 0.12, 0.08, 0.15, 0.25
GONE = 0.03
"""The share of Harbor Goods' old orders that are deleted for good, of which WooCommerce tells nobody."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a store tells."""

    store: str
    topic: str
    body: Json
    at: datetime


@dataclass
class World:
    """What the stores hold, and their notices in the order in which they come."""

    sales: dict[str, list[Sale]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    """Orders that the store has had, and has no longer."""
    now: list[Notice] = field(default_factory=list)
    late: list[Notice] = field(default_factory=list)
    """Those that come when everything has been compared."""
    counts: Counter[str] = field(default_factory=Counter)


def world(size: int, seed: int) -> World:
    """Return a world of so many orders, kept on the fakes' shelves; the same for the same seed and moment."""
    chance, began = random.Random(seed), clock.now().replace(microsecond=0)
    made = World()
    told: list[Notice] = []
    makers: tuple[tuple[str, Maker, Teller], ...] = (
        (RIDGE, _ridge, ridge_tells.whole),
        (HARBOR, _harbor, harbor_tells.whole),
    )
    for store, make, tells in makers:
        made.sales[store] = [make(number, began, chance) for number in range(size // 2)]
        for sale in made.sales[store]:
            told += [Notice(store, topic, body, _at(sale, topic, body)) for topic, body in tells(sale)]
            is_old = sale.placed_at < began - timedelta(days=1)
            if store == HARBOR and is_old and chance.random() < GONE:
                made.gone.add(sale.id)
            else:
                Shelf(store).put("sale", sale.id, sale.model_dump(mode="json"))
    _send(made, sorted(told, key=lambda notice: notice.at), chance)
    made.counts["orders"], made.counts["notices"] = 2 * (size // 2), len(told)
    return made


def _send(made: World, told: list[Notice], chance: random.Random) -> None:
    """Let notices be lost, come late, twice, and before those that they should follow."""
    for notice in told:
        fate = chance.random()
        if fate < LOST:
            made.counts["lost"] += 1
        elif fate < LOST + LATE:
            made.counts["late"] += 1
            made.late.append(notice)
        else:
            made.now.append(notice)
            if chance.random() < DOUBLED:
                made.counts["doubled"] += 1
                made.now.append(notice)
    for position in range(len(made.now) - 1):
        if chance.random() < REORDERED:
            other = min(position + chance.randint(1, 20), len(made.now) - 1)
            made.now[position], made.now[other] = made.now[other], made.now[position]
            made.counts["reordered"] += 1
    chance.shuffle(made.late)


Maker = Callable[[int, datetime, random.Random], Sale]
Teller = Callable[[Sale], list[tuple[str, Json]]]


def _ridge(number: int, began: datetime, chance: random.Random) -> Sale:
    who = chance.choice(shoppers.RIDGE)
    sale = _bought(stories.FIRST_RIDGE, number, who, sorted(things.RIDGE), began, chance)
    sale.state = chance.choices(("paid", "pending", "cancelled", "refunded"), (82, 6, 7, 5))[0]
    if sale.state in ("paid", "refunded"):
        for moment in _moments(sale.placed_at, began, chance.choice((0, 1, 1, 1, 2)), chance):
            ending = chance.choice(("delivered", "delivered", "delayed", "attempted"))
            lines = [len(sale.parcels)] if len(sale.lines) > 1 else None
            if len(sale.parcels) < len(sale.lines):
                _move(sale.send("ups", moment, way(who, ending), lines), moment, began, chance)
    _end(sale, began, sum(things.RIDGE[thing].price * n for thing, n in sale.lines) + 600)
    return sale


def _harbor(number: int, began: datetime, chance: random.Random) -> Sale:
    who = chance.choice(shoppers.HARBOR)
    sale = _bought(stories.FIRST_HARBOR, number, who, sorted(things.HARBOR), began, chance)
    sale.number = sale.id
    states = ("paid", "pending", "cancelled", "refunded", "on-hold", "failed", "draft")
    sale.state = chance.choices(states, (74, 4, 6, 5, 4, 3, 4))[0]
    sale.core_fulfillments = chance.random() < 0.2
    if sale.state in ("paid", "refunded"):
        for moment in _moments(sale.placed_at, began, chance.choice((0, 1, 1)), chance):
            sale.send("an-post", moment, [])
            if chance.random() < 0.7:
                sale.completed_at = sale.updated_at = moment
    _end(sale, began, sum(things.HARBOR[thing].price * n for thing, n in sale.lines) + 590)
    return sale


def _bought(  # noqa: PLR0913, PLR0917 - what makes one purchase
    first: int,
    number: int,
    who: shoppers.Shopper,
    offered: list[int],
    began: datetime,
    chance: random.Random,
) -> Sale:
    is_fresh = chance.random() < 0.5
    oldest = FRESH if is_fresh else timedelta(days=DAYS)
    youngest = SETTLED * 2 if is_fresh else timedelta(hours=30)
    at = began - youngest - (oldest - youngest) * chance.random()
    at = at.replace(microsecond=0)
    chosen = chance.sample(offered, chance.randint(1, 3))
    return Sale(
        id=first + 10_000 + number,
        number=11_001 + number,
        shopper=who.id,
        lines=[(thing, chance.choice((1, 1, 2))) for thing in chosen],
        placed_at=at,
        updated_at=at,
    )


def _moments(after: datetime, began: datetime, count: int, chance: random.Random) -> Iterator[datetime]:
    """Return moments between a purchase and now, one after the other."""
    for _ in range(count):
        after += (began - SETTLED - after) * chance.uniform(0.1, 0.6)
        after = after.replace(microsecond=0)
        yield after


def _move(parcel: Parcel, sent: datetime, began: datetime, chance: random.Random) -> None:
    for moment in _moments(sent, began, chance.randint(0, len(parcel.ahead)), chance):
        parcel.advance(moment)


def _end(sale: Sale, began: datetime, total: int) -> None:
    """Let what was called off be called off last; Shopify renews an order's time when a parcel leaves."""
    at = max(sale.updated_at, sale.placed_at)
    ended = (at + (began - SETTLED - at) / 2).replace(microsecond=0)
    if sale.state == "cancelled":
        sale.cancelled_at = sale.updated_at = ended
    if sale.state == "refunded":
        sale.refunded, sale.updated_at = total, ended


def _at(sale: Sale, topic: str, body: Json) -> datetime:
    """Return when a store tells this."""
    for name in ("happened_at", "updated_at", "date_modified_gmt", "created_at"):
        if body.get(name):
            at = datetime.fromisoformat(body[name])
            return at if at.tzinfo else at.replace(tzinfo=sale.placed_at.tzinfo)
    raise ValueError(topic)
