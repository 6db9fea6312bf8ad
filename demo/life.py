"""The outside world: every few seconds a parcel of the sample shops moves, or somebody orders."""

import json
import random
import signal
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from app.lib import clock
from demo import asking, hurry, shoppers, stock, stories, things
from demo.sales import Sale, way
from demo.seed import voices
from demo.shopify import notices as shopify_notices
from demo.shopify.wire import HOST as SHOPIFY_HOST
from demo.stores import Json, Shelf
from demo.voice import Registered, Voice
from demo.woocommerce import notices as woo_notices

NOTES = Path(__file__).parent.parent / "var" / "demo.json"
BEAT = (3.0, 5.0)
"""Seconds between two events."""
ALIVE_AT_MOST = 16
"""Orders whose parcels still move; beyond it nobody orders until one has arrived."""
ORDERED = 0.3
"""The share of events that are new orders."""
AT_HARBOR = 0.35
"""The share of new orders that are placed at Harbor Goods."""
LEFT = 0.2
"""The share of Harbor Goods' carts that nobody buys."""
RESTOCKED = 0.03
"""The share of events that bring back what was sold out, or sell it out again."""
REPEATED = 0.15
"""The share of deliveries that a store makes twice."""
REORDERED = 0.15
"""The share of deliveries that arrive after the next one."""
TROUBLED = 0.3
"""The share of parcels that have a hard time."""
TROUBLES = ("delayed", "attempted", "pickup")
BY_UPS = 0.7
"""The share of Harbor Goods' parcels that UPS carries, who tells us of them; the others tell nobody."""
BY_CORE = 0.3
"""The share of Harbor Goods' orders whose parcels are the core's own fulfillments."""
CARRIERS = {"US": ("ups", "usps", "fedex")}
"""Ridge & Pine's carriers by country; elsewhere it is DHL."""
NEW = 1000
"""Distance between the ids of the orders that were there when the demo began and those placed since."""


class World:
    """Both stores, and what happens in them."""

    def __init__(self, shopify: Voice, woocommerce: Registered) -> None:
        self.shopify, self.woocommerce = shopify, woocommerce
        self.ridge, self.harbor = Shelf(SHOPIFY_HOST), woocommerce.shelf
        self.gone: list[int] = []
        """What has just been sold out, and somebody wants."""
        self._held: list[tuple[str, Json]] = []

    def happen(self) -> None:
        """Let one thing happen."""
        now = clock.now().replace(microsecond=0)
        if random.random() < RESTOCKED:
            self._restock()
            return
        moving = [(shelf, sale) for shelf in (self.ridge, self.harbor) for sale in _alive(shelf)]
        if not moving or (len(moving) < ALIVE_AT_MOST and random.random() < ORDERED):
            self._order(now)
            return
        shelf, sale = random.choice(moving)
        if shelf is self.ridge:
            self._move(sale, now)
        else:
            self._process(sale, now)

    def _restock(self) -> None:
        """Let what people wait for come back; or be gone again, and somebody want it."""
        if random.random() < AT_HARBOR:
            left = stock.change(self.harbor, stock.PAN)
            self._tell_woocommerce(woo_notices.stocked(self.harbor, things.HARBOR[stock.PAN]))
            self.gone += [] if left.quantity else [stock.PAN]
        else:
            left = stock.change(self.ridge, stock.LANTERN)
            self._tell_shopify(shopify_notices.stocked(self.ridge, things.RIDGE[stock.LANTERN]))
            self.gone += [] if left.quantity else [stock.LANTERN]

    def _order(self, now: datetime) -> None:
        if random.random() < AT_HARBOR:
            sale = _filled(self.harbor, stories.FIRST_HARBOR, shoppers.HARBOR, things.HARBOR, now)
            told = woo_notices.carted(sale)
            if random.random() >= LEFT:
                _keep(self.harbor, sale)
                told += woo_notices.placed(sale)
            if random.random() < REORDERED:
                told.reverse()
            self._tell_woocommerce(told)
        else:
            sale = _filled(self.ridge, stories.FIRST_RIDGE, shoppers.RIDGE, things.RIDGE, now)
            _keep(self.ridge, sale)
            self._tell_shopify(shopify_notices.placed(sale))

    def _move(self, sale: Sale, now: datetime) -> None:
        """Send a parcel of Ridge & Pine's, or bring one a step further."""
        waiting = [parcel for parcel in sale.parcels if parcel.ahead]
        if not sale.parcels:
            shopper = next(s for s in shoppers.RIDGE if s.id == sale.shopper)
            ending = random.choice(TROUBLES) if random.random() < TROUBLED else "delivered"
            carrier = random.choice(CARRIERS.get(shopper.town[2], ("dhl",)))
            parcel = sale.send(carrier, now, way(shopper, ending))
            told = shopify_notices.sent(sale, parcel)
        else:
            parcel = random.choice(waiting)
            told = shopify_notices.scanned(sale, parcel, parcel.advance(now))
        sale.alive = any(parcel.ahead for parcel in sale.parcels)
        _keep(self.ridge, sale)
        self._tell_shopify(told)

    def _process(self, sale: Sale, now: datetime) -> None:
        """Ship an order of Harbor Goods', complete it, or move its parcel, of which UPS tells only us."""
        is_moved = sale.completed_at is not None
        if is_moved:
            sale.parcels[0].advance(now)
        elif sale.parcels:
            sale.completed_at = sale.updated_at = now
        else:
            self._hand_over(sale, now)
        is_under_way = any(parcel.ahead for parcel in sale.parcels)
        sale.alive = is_under_way or sale.completed_at is None
        _keep(self.harbor, sale)
        if is_moved:
            hurry.ask_now(sale.parcels[0].numbers[0])
        else:
            self._tell_woocommerce(woo_notices.changed(sale))

    def _hand_over(self, sale: Sale, now: datetime) -> None:
        shopper = next(s for s in shoppers.HARBOR if s.id == sale.shopper)
        if random.random() < BY_UPS:
            ending = "delayed" if random.random() < TROUBLED else "delivered"
            sale.send("ups", now, way(shopper, ending))
        else:
            sale.send("an-post" if shopper.town[2] in ("IE", "GB") else "dhl", now, [])

    def _tell_shopify(self, told: list[tuple[str, Json]]) -> None:
        """Deliver, a share twice, and a share only after what comes next."""
        told, self._held = told + self._held, []
        if random.random() < REORDERED:
            self._held.append(told.pop())
        for topic, body in told:
            delivery = self.shopify.shopify(topic, body)
            if random.random() < REPEATED:
                self.shopify.shopify(topic, body, delivery=delivery)

    def _tell_woocommerce(self, told: list[tuple[str, Json]]) -> None:
        for topic, body in told:
            self.woocommerce.woocommerce(topic, body)


def main() -> None:
    """Let the sample shops live until told to stop."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    world = World(*voices(json.loads(NOTES.read_text())))
    while not stop.wait(random.uniform(*BEAT)):
        world.happen()
        hurry.judge_soon()
        while world.gone:
            asking.ask(world.gone.pop())


def _alive(shelf: Shelf) -> list[Sale]:
    sales = [Sale.model_validate(row) for row in shelf.every("sale") if row["alive"]]
    return [sale for sale in sales if sale.rests_until is None or sale.rests_until <= clock.now()]


def _keep(shelf: Shelf, sale: Sale) -> None:
    shelf.put("sale", sale.id, sale.model_dump(mode="json"))


def _filled(
    shelf: Shelf,
    first: int,
    who: tuple[shoppers.Shopper, ...],
    what: dict[int, things.Thing],
    now: datetime,
) -> Sale:
    ident = first + NEW + shelf.take_number("sale")
    chosen = random.sample(sorted(what), random.randint(1, 3))
    at = now - timedelta(seconds=random.randint(2, 40))
    return Sale(
        id=ident,
        number=ident - first + 1001 if first == stories.FIRST_RIDGE else ident,
        shopper=random.choice(who).id,
        lines=[(thing, random.choice((1, 1, 1, 2))) for thing in chosen],
        placed_at=at,
        updated_at=at,
        core_fulfillments=random.random() < BY_CORE,
        alive=True,
    )


if __name__ == "__main__":
    main()
