"""The answer first: is anything wrong, in one sentence."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import Session

from app.admin.dates import Calendar
from app.admin.saying import after_another, locale, say, say_many
from app.commerce.models import Delivery
from app.lib import clock
from app.reviews.models import Review
from app.shops import calls
from app.shops.models import Call, Shop
from app.tracking.exceptions import attention
from app.tracking.exceptions.attention import Counts
from app.tracking.models import ExceptionRow, Shipment, is_under_way
from app.tracking.story.parcel import Parcel
from app.vocabulary import InboxState, ShipmentStatus

WRONG = (
    ShipmentStatus.EXCEPTION,
    ShipmentStatus.DELAYED,
    ShipmentStatus.ATTEMPT_FAILED,
    ShipmentStatus.RETURN_TO_SENDER,
)
"""What is no good news when a carrier says it."""
ON_ITS_WAY = (
    ShipmentStatus.PENDING,
    ShipmentStatus.LABEL_CREATED,
    ShipmentStatus.PICKED_UP,
    ShipmentStatus.IN_TRANSIT,
    ShipmentStatus.DELAYED,
    ShipmentStatus.OUT_FOR_DELIVERY,
)
"""Where a parcel may be while the day that its carrier named means anything."""
MOST = 10_000
"""So many parcels are counted; where there are more, that is all that is said."""


class Group(StrEnum):
    """Every parcel is in exactly one."""

    TRANSIT = "transit"
    TODAY = "today"
    EXCEPTIONS = "exceptions"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a shop's parcels are in each group, what of its store lies unread, and what is undone."""

    most: ClassVar[int] = MOST

    parcels: Mapping[str, int] = field(default_factory=dict)
    """Of those that arrived or were cancelled, more than `MOST` are not counted."""
    exceptions: Counts = field(default_factory=lambda: Counts(kinds={}))
    unread: int = 0
    undone: int = 0
    broken: bool = False
    reviews: int = 0
    """Those that nobody has judged yet."""

    @property
    def total(self) -> int:
        """Every parcel."""
        return sum(self.parcels.values())

    def count(self, tab: str) -> int:
        """Return how many parcels a tab of the list has."""
        if tab == Group.EXCEPTIONS:
            return self.exceptions.total
        return self.parcels.get(tab, 0) if tab in list(Group) else self.total

    def is_more(self, tab: str) -> bool:
        """Tell whether a tab has more than were counted."""
        return tab not in (Group.TRANSIT, Group.TODAY, Group.EXCEPTIONS) and self.count(tab) > MOST

    @property
    def sentence(self) -> str:
        """Say everything that is wrong, or that nothing is, then what comes today."""
        wrong, orders = self.exceptions.parcels, self.exceptions.orders
        today = self.parcels.get(Group.TODAY, 0)
        said = []
        if self.broken:
            said.append(say("Your store is cut off from Doorstep."))
        if self.unread:
            said.append(not_read(self.unread))
        if self.undone:
            said.append(not_done(self.undone))
        if wrong:
            said.append(say_many("%(count)s parcel needs a look.", "%(count)s parcels need a look.", wrong))
        if orders:
            said.append(say_many("%(count)s order needs a look.", "%(count)s orders need a look.", orders))
        said = said or [self._calm()]
        if today:
            said.append(say_many("%(count)s parcel arrives today.", "%(count)s parcels arrive today.", today))
        return after_another(*said)

    def _calm(self) -> str:
        if self.parcels.get(Group.TRANSIT, 0) or self.parcels.get(Group.TODAY, 0):
            return say("Everything is moving.")
        return say("Every parcel has arrived.") if self.total else say("No parcels yet.")


def not_read(notices: int) -> str:
    """Say how much of what a store told us could not be read."""
    return say_many(
        "%(count)s notice from your store could not be read.",
        "%(count)s notices from your store could not be read.",
        notices,
    )


def not_done(things: int) -> str:
    """Say how much of what we had to do in a store could not be done."""
    return say_many(
        "%(count)s thing could not be done in your store.",
        "%(count)s things could not be done in your store.",
        things,
    )


def calendar(shop: Shop) -> Calendar:
    """Return the present as a shop's own clock shows it, in the reader's language."""
    return Calendar.of(clock.now(), shop.timezone, locale())


def group_of(shops: Iterable[Shop]) -> ColumnElement[str]:
    """Return the SQL expression that puts a parcel of these shops into its group."""
    calendars = {shop.id: calendar(shop) for shop in shops}
    is_a_whole_day = func.date_trunc("day", Shipment.expected_at, "UTC") == Shipment.expected_at
    today = case(
        (is_a_whole_day, _by_shop({shop_id: it.named for shop_id, it in calendars.items()})),
        else_=_by_shop({shop_id: it.begins for shop_id, it in calendars.items()}),
    )
    is_due = and_(
        Shipment.status.in_(ON_ITS_WAY),
        Shipment.expected_at >= today,
        Shipment.expected_at < today + timedelta(days=1),
    )
    looked_for = select(ExceptionRow.shipment_id).where(
        ExceptionRow.shop_id.in_(calendars),
        ExceptionRow.shipment_id.is_not(None),
        attention.needs_a_look(clock.now()),
    )
    is_out = Shipment.status == ShipmentStatus.OUT_FOR_DELIVERY
    is_void = or_(Shipment.cancelled_at.is_not(None), Shipment.status == ShipmentStatus.CANCELLED)
    return case(
        (is_void, literal(Group.CANCELLED.value)),
        (Shipment.status == ShipmentStatus.DELIVERED, literal(Group.DELIVERED.value)),
        (Shipment.id.in_(looked_for), literal(Group.EXCEPTIONS.value)),
        (or_(is_out, is_due), literal(Group.TODAY.value)),
        else_=literal(Group.TRANSIT.value),
    )


def days_late(shop: Shop, shipment: Shipment) -> int:
    """Return for how many days a parcel has been expected in vain."""
    here = calendar(shop)
    day = Parcel.of(shipment).expected_day(here)
    return max(0, (here.today - day).days) if day and shipment.status in ON_ITS_WAY else 0


def is_in(shop: Shop, group: Group) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL that a parcel of a shop is in a group, as indexes can answer."""
    if group is Group.DELIVERED:
        return Shipment.status == ShipmentStatus.DELIVERED, Shipment.cancelled_at.is_(None)
    return is_under_way(), group_of([shop]) == group


def tally(session: Session, shops: Iterable[Shop], *, most: int = MOST) -> dict[int, Tally]:
    """Return the tally of each of these shops; one more than `most` of a group stands for any number."""
    known = {shop.id: shop for shop in shops}
    if not known:
        return {}
    grouped = group_of(known.values()).label("grouped")
    counts = select(Shipment.shop_id, grouped, func.count()).where(
        Shipment.shop_id.in_(known), is_under_way()
    )
    parcels: dict[int, Counter[str]] = {shop_id: Counter() for shop_id in known}
    for shop_id, name, count in session.execute(counts.group_by(Shipment.shop_id, "grouped")):
        parcels[shop_id][name] = count
    for shop_id, all_of_them, delivered in session.execute(_over(known, most)):
        mine = parcels[shop_id]
        mine[Group.DELIVERED] = delivered
        mine[Group.CANCELLED] = max(all_of_them - mine.total(), 0)
    return {
        shop_id: replace(it, parcels=parcels[shop_id])
        for shop_id, it in waits(session, known.values()).items()
    }


def waits(session: Session, shops: Iterable[Shop]) -> dict[int, Tally]:
    """Return what of each of these shops waits for the merchant, as every page shows: without its parcels."""
    known = {shop.id: shop for shop in shops}
    waiting = _what_waits_for_the_merchant(session, known)
    counts_of = attention.count(session, known)
    return {
        shop_id: Tally(
            {},
            counts_of[shop_id],
            waiting.get((shop_id, "unread"), 0),
            waiting.get((shop_id, "undone"), 0),
            shop.broken_reason is not None,
            waiting.get((shop_id, "reviews"), 0),
        )
        for shop_id, shop in known.items()
    }


def _over(shop_ids: Collection[int], most: int) -> Select[int, int, int]:
    """Count a shop's parcels, and those that arrived, no further than that there are more than so many."""
    mine = select(literal(1)).where(Shipment.shop_id == Shop.id)
    mine = mine.order_by(Shipment.id.desc()).limit(most + 1)  # else all of them are gathered first
    arrived = mine.where(Shipment.status == ShipmentStatus.DELIVERED, Shipment.cancelled_at.is_(None))
    counted = [
        select(func.count().label("many")).select_from(it.correlate(Shop).subquery()).lateral()
        for it in (mine, arrived)
    ]
    many = select(Shop.id, *(it.c.many for it in counted)).select_from(Shop)
    for it in counted:
        many = many.join(it, true())
    return many.where(Shop.id.in_(shop_ids))


def _what_waits_for_the_merchant(session: Session, shop_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Count what a store told us in vain, what we could not do there, and the reviews to be read."""
    parked = Delivery.shop_id.in_(shop_ids), Delivery.state == InboxState.PARKED
    unread = select(Delivery.shop_id, literal("unread"), func.count()).where(*parked)
    undone = select(Call.shop_id, literal("undone"), func.count()).where(
        Call.shop_id.in_(shop_ids), calls.parked()
    )
    unjudged = select(Review.shop_id, literal("reviews"), func.count()).where(
        Review.shop_id.in_(shop_ids), Review.due_at.is_not(None)
    )
    all_of_it = unread.group_by(Delivery.shop_id).union_all(
        undone.group_by(Call.shop_id), unjudged.group_by(Review.shop_id)
    )
    return {(shop_id, what): count for shop_id, what, count in session.execute(all_of_it)}


def _by_shop(moments: Mapping[int, datetime]) -> ColumnElement[datetime]:
    return case(dict(moments), value=Shipment.shop_id)
