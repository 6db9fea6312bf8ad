"""Four figures of a shop, each with the days before to compare with."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.admin.home.periods import Period
from app.insights import days
from app.insights.counting import Day
from app.shops.models import Shop
from app.tracking.models import ExceptionRow
from app.vocabulary import Trigger


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


class Both(NamedTuple):
    """What the parts of a period came to, and those of the one before."""

    before: Sequence[Day]
    now: Sequence[Day]


def sums(session: Session, shop: Shop, period: Period) -> Both:
    """Return what a shop's days came to, part by part."""
    parts = period.sums(days.of(session, shop, period.first))
    return Both(parts[: period.parts], parts[period.parts :])


def on_time(came_to: Both) -> Share:
    """Return how many parcels arrived by the day that was named for them."""
    return _share(came_to, lambda it: it.on_time, lambda it: it.arrived)


def visits(came_to: Both) -> Share:
    """Return how many visits of tracking pages there were for each order placed."""
    return _share(came_to, lambda it: it.visits, lambda it: it.orders)


def open_exceptions(session: Session, shop: Shop, period: Period) -> Series:
    """Return how many parcels and orders had something wrong at the end of each part of both periods."""
    ended = func.least(ExceptionRow.cleared_at, ExceptionRow.resolved_at)
    first = func.greatest(period.part_of(ExceptionRow.opened_at), 1)
    last = func.coalesce(period.part_of(ended) - 1, 2 * period.parts)
    lasted = (
        select(
            func.generate_series(first, last).label("part"),
            ExceptionRow.order_id,
            func.coalesce(ExceptionRow.shipment_id, 0),
        )
        .where(ExceptionRow.shop_id == shop.id)
        .where(or_(ExceptionRow.cleared_at.is_(None), ExceptionRow.cleared_at >= period.before))
        .distinct()
        .subquery()
    )
    counts = select(lasted.c.part, func.count()).group_by(lasted.c.part)
    open_at: dict[int, int] = dict(session.execute(counts).all())
    before, now = (
        tuple(float(open_at.get(it, 0)) for it in range(begin, begin + period.parts))
        for begin in (1, period.parts + 1)
    )
    return Series(before, now)


def messages(came_to: Both) -> Told:
    """Return how many messages were sent, and how many were not, each with its reason."""
    now = Day.sum(came_to.now).told
    by_trigger = Counter({trigger: many for (trigger, why), many in now.items() if why is None})
    before, parts = (tuple(float(_sent(it)) for it in some) for some in came_to)
    return Told(
        by_trigger.total(),
        now.total() - by_trigger.total(),
        sum(map(_sent, came_to.before)),
        by_trigger,
        Series(before, parts),
    )


def _sent(day: Day) -> int:
    return sum(many for (_, why), many in day.told.items() if why is None)


def _share(came_to: Both, hits: Callable[[Day], int], of: Callable[[Day], int]) -> Share:
    before, now = Day.sum(came_to.before), Day.sum(came_to.now)
    parts = (tuple(hits(it) / of(it) if of(it) else None for it in some) for some in came_to)
    return Share(hits(now), of(now), hits(before), of(before), Series(*parts))
