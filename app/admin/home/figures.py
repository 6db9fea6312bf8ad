"""Four figures of a shop, each with the days before to compare with, out of rows that are there anyway."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Date as SqlDate
from sqlalchemy import and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from app.admin import answer
from app.admin.home.periods import Period
from app.commerce.models import Order
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.exceptions.thresholds import Thresholds
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.page.visits import PageVisit
from app.vocabulary import WENT_OUT, ExceptionKind, MessageState, Trigger


@dataclass(frozen=True, slots=True)
class Series:
    """One figure over two periods; a part in which nothing counted is None."""

    before: tuple[float | None, ...]
    now: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, in this period and the one before."""

    hits: int
    of: int
    hits_before: int
    of_before: int
    series: Series

    @property
    def now(self) -> float | None:
        """The share in this period; None where nothing counted."""
        return self.hits / self.of if self.of else None

    @property
    def before(self) -> float | None:
        """The share in the period before."""
        return self.hits_before / self.of_before if self.of_before else None


@dataclass(frozen=True, slots=True)
class Told:
    """What was sent, and what was not."""

    sent: int
    skipped: int
    sent_before: int
    by_trigger: Mapping[Trigger, int]
    """Sent in this period."""
    series: Series


def on_time(session: Session, shop: Shop, period: Period) -> Share:
    """Return how many parcels arrived by the day that was named for them.

    That is the carrier's last word, else what the merchant promises, else the last day of our own window. One
    for which a named day had passed while it was on its way is late, whatever day was named after that.
    Parcels for which nobody named a day do not count.
    """
    zone = answer.calendar(shop).zone
    arrived = cast(func.timezone(str(zone), Shipment.delivered_at), SqlDate)
    said = func.coalesce(Shipment.expected_until, Shipment.expected_at)
    is_a_whole_day = func.date_trunc("day", said, "UTC") == said
    carriers = case(
        (is_a_whole_day, cast(func.timezone("UTC", said), SqlDate)),
        else_=cast(func.timezone(str(zone), said), SqlDate),
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
    day = case((said.is_not(None), carriers), (is_promised, None), else_=Shipment.window_until)
    is_late = or_(was_late, and_(day.is_not(None), arrived > day))
    part = period.part_of(Shipment.delivered_at).label("part")
    counts = (
        select(part, func.count(), func.count().filter(~is_late))
        .join(Order, Order.id == Shipment.order_id)
        .where(
            Shipment.shop_id == shop.id,
            Shipment.delivered_at >= period.before,
            Shipment.cancelled_at.is_(None),
            or_(said.is_not(None), is_promised, Shipment.window_until.is_not(None)),
        )
        .group_by(part)
    )
    of: Counter[int] = Counter()
    hits: Counter[int] = Counter()
    for number, count, good in session.execute(counts):
        of[number], hits[number] = count, good
    return _share(period, hits, of)


def visits(session: Session, shop: Shop, period: Period) -> Share:
    """Return how many visits of tracking pages there were for each order placed."""
    looked = select(PageVisit.day, func.sum(PageVisit.visits)).where(
        PageVisit.shop_id == shop.id, PageVisit.day >= period.before.date()
    )
    here = answer.calendar(shop)
    hits: Counter[int] = Counter()
    for day, count in session.execute(looked.group_by(PageVisit.day)):
        noon = datetime.combine(day, time(12), here.zone)  # a day in UTC is taken for one of the shop's
        hits[period.index(noon)] += int(count)
    part = period.part_of(Order.placed_at).label("part")
    placed = select(part, func.count()).where(
        Order.shop_id == shop.id, Order.placed_at >= period.before, Order.is_test.is_(False)
    )
    return _share(period, hits, Counter(dict(session.execute(placed.group_by(part)).all())))


def open_exceptions(session: Session, shop: Shop, period: Period) -> Series:
    """Return how many parcels and orders had something wrong at the end of each part of both periods."""
    lasted = (
        select(
            ExceptionRow.order_id,
            func.coalesce(ExceptionRow.shipment_id, 0),
            ExceptionRow.opened_at,
            func.least(ExceptionRow.cleared_at, ExceptionRow.resolved_at),
        )
        .where(ExceptionRow.shop_id == shop.id)
        .where(or_(ExceptionRow.cleared_at.is_(None), ExceptionRow.cleared_at >= period.before))
    )
    open_at: dict[int, set[tuple[int, int]]] = defaultdict(set)
    last = len(period.bounds) - 1
    for order_id, shipment_id, opened_at, ended_at in session.execute(lasted):
        ends = last + 1 if ended_at is None else period.index(ended_at)
        for part in range(max(period.index(opened_at), 1), ends):
            open_at[part].add((order_id, shipment_id))
    counted = [float(len(open_at[part])) for part in range(1, last + 1)]
    return Series(tuple(counted[: period.parts]), tuple(counted[period.parts :]))


def messages(session: Session, shop: Shop, period: Period) -> Told:
    """Return how many messages were sent, and how many were not, each with its reason."""
    part = period.part_of(Message.created_at).label("part")
    went = func.count().filter(Message.state.in_(WENT_OUT))
    skipped = func.count().filter(Message.state == MessageState.SKIPPED)
    counts = select(part, Message.trigger, went, skipped).where(
        Message.shop_id == shop.id, Message.created_at >= period.before
    )
    sent: Counter[int] = Counter()
    unsent = 0
    by_trigger: Counter[Trigger] = Counter()
    for number, trigger, out, not_out in session.execute(counts.group_by(part, Message.trigger)):
        sent[number] += out
        if number > period.parts:
            unsent += not_out
            by_trigger[trigger] += out
    now, before = _numbers(period)
    return Told(
        sum(sent[it] for it in now),
        unsent,
        sum(sent[it] for it in before),
        by_trigger,
        Series(tuple(float(sent[it]) for it in before), tuple(float(sent[it]) for it in now)),
    )


def _share(period: Period, hits: Mapping[int, int], of: Mapping[int, int]) -> Share:
    now, before = _numbers(period)

    def total(counts: Mapping[int, int], parts: Sequence[int]) -> int:
        return sum(counts.get(it, 0) for it in parts)

    def shares(parts: Sequence[int]) -> tuple[float | None, ...]:
        return tuple(hits.get(it, 0) / of[it] if of.get(it) else None for it in parts)

    return Share(
        total(hits, now),
        total(of, now),
        total(hits, before),
        total(of, before),
        Series(shares(before), shares(now)),
    )


def _numbers(period: Period) -> tuple[range, range]:
    """Return the numbers of the period's parts, and of those before."""
    return range(period.parts + 1, 2 * period.parts + 1), range(1, period.parts + 1)
