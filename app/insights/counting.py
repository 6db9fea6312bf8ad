"""What days of a shop came to, counted in the rows: one query for each thing, however many days there are."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib.days import Calendar
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.exceptions.thresholds import Thresholds
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.page.visits import PageVisit
from app.vocabulary import WENT_OUT, ExceptionKind, MessageState, Trigger

A_DAY = timedelta(days=1)
Told = tuple[Trigger, str | None]
"""A flow, and the reason why a message of it did not go; None: it went."""
Moment = SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None]


@dataclass(frozen=True, slots=True)
class Day:
    """What a day, or several, came to."""

    told: Counter[Told] = field(default_factory=Counter)
    """Messages that were made."""
    orders: int = 0
    visits: int = 0
    """Of tracking pages."""
    arrived: int = 0
    """Parcels for which somebody had named a day."""
    on_time: int = 0
    """How many of them came by it."""

    @classmethod
    def sum(cls, days: Iterable[Self]) -> Self:
        """Return what several days came to together."""
        known, told = list(days), Counter[Told]()
        for day in known:
            told.update(day.told)
        of_each = zip(*((it.orders, it.visits, it.arrived, it.on_time) for it in known), strict=True)
        return cls(told, *map(sum, of_each))


@dataclass(frozen=True, slots=True)
class Run:
    """Days of a shop that follow each other."""

    here: Calendar
    first: date
    bounds: list[datetime]
    """When each of them begins, and when the last one ends."""

    @classmethod
    def of(cls, here: Calendar, days: Collection[date]) -> Iterator[Self]:
        """Return the runs that some days make up."""
        known = set(days)
        for first in sorted(day for day in known if day - A_DAY not in known):
            bounds, day = [begins(here, first)], first
            while day in known:
                day += A_DAY
                bounds.append(begins(here, day))
            yield cls(here, first, bounds)

    def covers(self, moment: Moment) -> ColumnElement[bool]:
        """Say in SQL that a moment lies in one of them."""
        return and_(moment >= self.bounds[0], moment < self.bounds[-1])

    def day(self, moment: Moment) -> ColumnElement[date]:
        """Return in SQL the one that a moment lies in."""
        bounds = bindparam(None, self.bounds, type_=ARRAY(DateTime(timezone=True)))
        found: ColumnElement[date] = literal(self.first, Date).op("+")(func.width_bucket(moment, bounds) - 1)
        return found


def begins(here: Calendar, day: date) -> datetime:
    """Return when a day begins where the shop is."""
    return datetime.combine(day, time(), here.zone).astimezone(UTC)


def count(session: Session, shop: Shop, here: Calendar, days: Collection[date]) -> dict[date, Day]:
    """Return what each of these days came to."""
    runs = list(Run.of(here, days))
    if not runs:
        return {}

    def each(part: Callable[[Shop, Run], Select[*tuple[Any, ...]]]) -> Iterable[Any]:
        return session.execute(union_all(*(part(shop, run) for run in runs))).all()

    orders: dict[date, int] = dict(each(_orders))
    parcels = {day: (arrived, good) for day, arrived, good in each(_parcels)}
    told: dict[date, Counter[Told]] = {day: Counter() for day in days}
    for day, trigger, state, reason, many in each(_messages):
        told[day][Trigger(trigger), None if state in WENT_OUT else reason or ""] += many
    visits = {day: int(many) for day, many in session.execute(_visits(shop, here, days))}
    return {
        day: Day(told[day], orders.get(day, 0), visits.get(day, 0), *parcels.get(day, (0, 0))) for day in days
    }


def _orders(shop: Shop, run: Run) -> Select[*tuple[Any, ...]]:
    day = run.day(Order.placed_at).label("day")
    which = Order.shop_id == shop.id, run.covers(Order.placed_at), Order.is_test.is_(False)
    return select(day, func.count()).where(*which).group_by(day)


def _visits(shop: Shop, here: Calendar, days: Collection[date]) -> Select[*tuple[Any, ...]]:
    """Return the visits of these days: a day of UTC is taken for one of the shop's, tomorrow's for today."""
    asked = [*days, here.today + A_DAY] if here.today in days else list(days)
    among = PageVisit.day == func.any(bindparam(None, asked, type_=ARRAY(Date())))
    day = func.least(PageVisit.day, here.today).label("day")
    return select(day, func.sum(PageVisit.visits)).where(PageVisit.shop_id == shop.id, among).group_by(day)


def _parcels(shop: Shop, run: Run) -> Select[*tuple[Any, ...]]:
    """Return how many parcels arrived for which somebody had named a day, and how many of them by it.

    That is the carrier's last word, else what the merchant promises, else the last day of our own window. One
    for which a named day had passed while it was on its way is late, whatever day was named after that.
    """
    zone = str(run.here.zone)
    said = func.coalesce(Shipment.expected_until, Shipment.expected_at)
    is_a_whole_day = func.date_trunc("day", said, "UTC") == said
    carriers = case(
        (is_a_whole_day, cast(func.timezone("UTC", said), Date)),
        else_=cast(func.timezone(zone, said), Date),
    )
    limits = Thresholds.of(shop)
    is_home = func.upper(Order.ship_to["country"].astext) == (shop.country or "").upper()
    is_promised = case(
        (Order.placed_at.is_(None), literal(value=False)),
        (is_home, literal(limits.promise_domestic is not None)),
        else_=literal(limits.promise_abroad is not None),
    )
    was_late = exists().where(
        ExceptionRow.shipment_id == Shipment.id,
        ExceptionRow.kind == ExceptionKind.LATE,
        ExceptionRow.evidence["promised_by"].astext != "delay",
    )
    named = case((said.is_not(None), carriers), (is_promised, None), else_=Shipment.window_until)
    day = run.day(Shipment.delivered_at).label("day")
    is_late = or_(was_late, and_(named.is_not(None), run.day(Shipment.delivered_at) > named))
    return (
        select(day, func.count(), func.count().filter(~is_late))
        .join(Order, Order.id == Shipment.order_id)
        .where(Shipment.shop_id == shop.id, run.covers(Shipment.delivered_at))
        .where(Shipment.cancelled_at.is_(None))
        .where(or_(said.is_not(None), is_promised, Shipment.window_until.is_not(None)))
        .group_by(day)
    )


def _messages(shop: Shop, run: Run) -> Select[*tuple[Any, ...]]:
    day = run.day(Message.created_at).label("day")
    parts = day, Message.trigger, Message.state, Message.reason
    became = Message.state.in_((*WENT_OUT, MessageState.SKIPPED))
    which = Message.shop_id == shop.id, run.covers(Message.created_at), became
    return select(*parts, func.count()).where(*which).group_by(*parts)
