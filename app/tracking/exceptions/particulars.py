"""The facts of orders and their parcels on which exceptions rest, read in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import clock
from app.lib.business_days import BusinessCalendar
from app.platforms.purchases import OrderState
from app.shops import workdays
from app.shops.models import Shop
from app.tracking.carriers import carrier
from app.tracking.exceptions import lanes, rules
from app.tracking.exceptions.lanes import Usual
from app.tracking.exceptions.rules import MOVING, Due, OrderFacts, ParcelFacts
from app.tracking.exceptions.thresholds import Thresholds
from app.tracking.models import Shipment
from app.tracking.scans import progress

ASK_AGAIN = timedelta(days=1)
"""How soon to look again whether somebody tells of a parcel that nobody has told of."""


class Judgment(NamedTuple):
    """What is or will be wrong with one parcel, or with the order (`shipment` None)."""

    shipment: Shipment | None
    dues: tuple[Due, ...] | None
    """None: it cannot be judged now, and what is open stays open."""
    look_at: datetime | None


class House(NamedTuple):
    """What a shop has decided, and hears of."""

    shop: Shop
    calendar: BusinessCalendar
    limits: Thresholds
    heard_of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Particulars:
    """Everything that the judgment of some orders needs."""

    houses: dict[int, House]
    parcels: dict[int, list[Shipment]]
    usual: dict[tuple[int, lanes.Key], Usual]

    @classmethod
    def gather(cls, session: Session, orders: Sequence[Order]) -> Self:
        """Read what the judgment of these orders needs."""
        parcels: dict[int, list[Shipment]] = {order.id: [] for order in orders}
        mine = select(Shipment).where(Shipment.order_id.in_(parcels)).order_by(Shipment.id)
        for shipment in session.scalars(mine):
            parcels[shipment.order_id].append(shipment)
        houses = {
            shop_id: _house(session, shop_id, [p for order_id in parcels for p in parcels[order_id]])
            for shop_id in {order.shop_id for order in orders}
        }
        usual: dict[tuple[int, lanes.Key], Usual] = {}
        for shop_id in houses:
            moving = {
                _lane(order, parcel)
                for order in orders
                for parcel in parcels[order.id]
                if order.shop_id == shop_id and parcel.status in MOVING
            }
            known = lanes.usual(session, shop_id, moving)
            usual |= {(shop_id, lane): found for lane, found in known.items()}
        return cls(houses, parcels, usual)

    def judge(self, order: Order) -> list[Judgment]:
        """Return what is or will be wrong with an order and with each of its parcels."""
        house, now = self.houses[order.shop_id], clock.now()
        nobody_waits = order.is_called_off or order.is_test or order.erased_at is not None
        long_ago = order.imported_at - rules.NO_UPDATE if order.imported_at else None
        live = [parcel for parcel in self.parcels[order.id] if parcel.cancelled_at is None]
        whole = OrderFacts(
            placed_at=order.placed_at if order.state == OrderState.PLACED else None,
            is_sent=bool(live) or order.is_fulfilled or nobody_waits or _is_before(order.placed_at, long_ago),
            needs_sending=order.ship_to is not None,
        )
        dues = rules.of_order(whole, house.limits, house.calendar)
        found = [Judgment(None, dues, rules.next_look(dues, now))]
        for parcel in self.parcels[order.id]:
            heard_at = max(parcel.status_at or parcel.shipped_at, parcel.shipped_at)
            if nobody_waits or parcel.cancelled_at is not None or _is_before(heard_at, long_ago):
                found.append(Judgment(parcel, (), None))
            else:
                found.append(self._judge_parcel(order, parcel, house, now))
        return found

    def _judge_parcel(self, order: Order, parcel: Shipment, house: House, now: datetime) -> Judgment:
        facts = _facts(order, parcel, house, self.usual.get((order.shop_id, _lane(order, parcel)), Usual()))
        dues = rules.of_parcel(facts, house.limits, house.calendar)
        look_at = rules.next_look(dues, now)
        is_young = now - parcel.shipped_at < rules.NO_UPDATE
        if not facts.is_followed and is_young and parcel.status not in rules.OVER:
            look_at = min(look_at or now + ASK_AGAIN, now + ASK_AGAIN)
        return Judgment(parcel, dues, look_at)


def _is_before(at: datetime | None, long_ago: datetime | None) -> bool:
    """Tell whether something was over and forgotten before its store connected."""
    return at is not None and long_ago is not None and at < long_ago


def _house(session: Session, shop_id: int, parcels: Sequence[Shipment]) -> House:
    shop = session.get_one(Shop, shop_id)
    is_asked = any(parcel.shop_id == shop_id and parcel.status_at is None for parcel in parcels)
    if is_asked:
        session.flush()  # what was just heard counts
    heard_of = lanes.heard_of(session, shop_id) if is_asked else frozenset()
    return House(shop, workdays.calendar(shop), Thresholds.of(shop), heard_of)


def _lane(order: Order, parcel: Shipment) -> lanes.Key:
    return lanes.key_of(parcel.carrier_slug or parcel.carrier, (order.ship_to or {}).get("country"))


def _facts(order: Order, parcel: Shipment, house: House, usual: Usual) -> ParcelFacts:
    known = progress.read(parcel.progress)
    now = clock.now()
    known_as, country = _lane(order, parcel)
    return ParcelFacts(
        status=parcel.status,
        detail=parcel.detail or "",
        status_at=min(parcel.status_at, now) if parcel.status_at else None,
        label_at=min(known.label.at, now) if known.label else None,
        scanned_at=min(known.latest_at, now) if known.latest_at else None,
        shipped_at=min(parcel.shipped_at, now),
        placed_at=order.placed_at,
        expected_at=parcel.expected_until or parcel.expected_at,
        predicted_at=house.calendar.begins(parcel.window_until) if parcel.window_until else None,
        is_domestic=bool(country) and country == (house.shop.country or "").upper(),
        is_followed=(parcel.status_at or parcel.heard_at) is not None or known_as in house.heard_of,
        is_not_found=parcel.not_found_at is not None,
        number_is_suspect=carrier.is_suspect(parcel),
        lane_p95=usual.p95,
        lane_p99=usual.p99,
        lane_parcels=usual.parcels,
    )
