"""What will be wrong with a parcel or an order, and from when on, if nothing more is heard of it.

Everything here is a pure function of facts: what is due by now is open, the rest says when to look again. So
a process that was away for hours writes the same history as one that was not.

- A threshold of days without a scan is the shop's own, or what 95 (lost: 99) of 100 parcels of the same lane
  stay under, whichever is longer: learning makes us more patient, never hasty.
- A parcel counts as late after the day that the carrier names or the merchant promises; our own prediction
  counts only where neither of them said a day.
- A parcel that nobody tells scans of is not called stuck, late or lost for that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from app.lib.business_days import DAY, BusinessCalendar
from app.tracking.exceptions.thresholds import Thresholds
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S

PICKUP_STEPS = (1, 3, 6)
"""Days after which whoever should collect a parcel is reminded."""
NO_UPDATE = timedelta(days=30)
UNHEARD_OF = timedelta(hours=48)
"""How long a carrier may take to know a number."""
LONGEST_PROMISE = timedelta(days=365)
"""A date further from the hand-over is a mistake, not a promise."""
WITH_LABEL = (S.PENDING, S.LABEL_CREATED)
MOVING = (S.PICKED_UP, S.IN_TRANSIT, S.DELAYED, S.EXCEPTION, S.ATTEMPT_FAILED, S.OUT_FOR_DELIVERY)
EXPECTED = (*WITH_LABEL, S.PICKED_UP, S.IN_TRANSIT, S.DELAYED, S.EXCEPTION, S.OUT_FOR_DELIVERY)
"""Where a parcel is while the day that somebody named means anything."""
OVER = (S.DELIVERED, S.CANCELLED)
RETURNED = "returned"

ENDED_BY_A_SCAN = (K.STALLED, K.PRESUMED_LOST, K.NO_UPDATE, K.FAILED_ATTEMPT)
"""Kinds of which every scan begins a new stay; the others last until their reason is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelFacts:
    """Everything about one parcel that decides."""

    status: S
    detail: str = ""
    status_at: datetime | None = None
    label_at: datetime | None = None
    scanned_at: datetime | None = None
    """When its latest scan happened."""
    shipped_at: datetime
    placed_at: datetime | None = None
    expected_at: datetime | None = None
    """The carrier's date; midnight UTC where it named a day without an hour."""
    predicted_at: datetime | None = None
    """By when 9 of 10 such parcels have arrived, as we predicted it."""
    is_domestic: bool = False
    is_followed: bool = True
    """Whether somebody tells of its scans, as far as we can know."""
    number_is_suspect: bool = False
    is_not_found: bool = False
    """A source says that its carrier does not know the number."""
    lane_p95: timedelta | None = None
    lane_p99: timedelta | None = None
    lane_parcels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """Everything about an order without its parcels that decides."""

    placed_at: datetime | None
    is_sent: bool
    needs_sending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One exception: from when on it is so, and when it takes further steps."""

    kind: K
    since: datetime
    """When the stay began that makes it so."""
    at: datetime
    steps: tuple[datetime, ...] = ()
    evidence: dict[str, Any] = field(default_factory=dict)

    def step(self, now: datetime) -> int:
        """Return how many of its steps have come."""
        return sum(moment <= now for moment in self.steps)


def of_parcel(facts: ParcelFacts, limits: Thresholds, calendar: BusinessCalendar) -> tuple[Due, ...]:
    """Return what is or will be wrong with a parcel."""
    if facts.status in OVER:
        return ()
    found = [_invalid(facts)]
    if facts.is_followed:
        found += [
            _unmoved(facts, limits, calendar),
            _stalled(facts, limits, calendar),
            _lost(facts, limits),
            _late(facts, limits, calendar),
            _no_update(facts),
            *_by_status(facts),
        ]
    return tuple(due for due in found if due is not None)


def of_order(facts: OrderFacts, limits: Thresholds, calendar: BusinessCalendar) -> tuple[Due, ...]:
    """Return what is or will be wrong with an order of which nothing has left."""
    if facts.is_sent or facts.placed_at is None or not facts.needs_sending:
        return ()
    ends = calendar.after(facts.placed_at, limits.unfulfilled)
    return (Due(kind=K.UNFULFILLED, since=facts.placed_at, at=ends, evidence={"days": limits.unfulfilled}),)


def next_look(dues: Iterable[Due], now: datetime) -> datetime | None:
    """Return when something next opens or takes a step, if nothing is heard meanwhile."""
    return min((moment for due in dues for moment in (due.at, *due.steps) if moment > now), default=None)


def _seen(facts: ParcelFacts) -> datetime:
    return max(facts.scanned_at or facts.shipped_at, facts.shipped_at)


def _invalid(facts: ParcelFacts) -> Due | None:
    if facts.scanned_at is not None:
        return None
    if facts.number_is_suspect:
        why, at = "form", facts.shipped_at
    elif facts.is_not_found:
        why, at = "not_found", facts.shipped_at + UNHEARD_OF
    else:
        return None
    return Due(kind=K.INVALID_NUMBER, since=facts.shipped_at, at=at, evidence={"why": why})


def _unmoved(facts: ParcelFacts, limits: Thresholds, calendar: BusinessCalendar) -> Due | None:
    if facts.status not in WITH_LABEL:
        return None
    since = max(facts.label_at or facts.shipped_at, facts.shipped_at)
    return Due(
        kind=K.LABEL_NOT_MOVING,
        since=since,
        at=calendar.after(since, limits.label),
        steps=(calendar.after(since, max(limits.label_task, limits.label)),),
        evidence={"days": limits.label},
    )


def _stalled(facts: ParcelFacts, limits: Thresholds, calendar: BusinessCalendar) -> Due | None:
    if facts.status not in MOVING:
        return None
    since, days = _seen(facts), limits.stalled_domestic if facts.is_domestic else limits.stalled_abroad
    ends = calendar.after(since, days)
    evidence: dict[str, Any] = {"days": days}
    if facts.lane_p95 is not None and since + facts.lane_p95 > ends:
        ends = since + facts.lane_p95
        evidence = {"lane_hours": _hours(facts.lane_p95), "parcels": facts.lane_parcels}
    return Due(kind=K.STALLED, since=since, at=ends, evidence=evidence)


def _lost(facts: ParcelFacts, limits: Thresholds) -> Due | None:
    if facts.status not in MOVING:
        return None
    since = _seen(facts)
    days = timedelta(days=limits.lost_domestic if facts.is_domestic else limits.lost_abroad)
    evidence: dict[str, Any] = {"days": days.days}
    if facts.lane_p99 is not None and facts.lane_p99 > days:
        days = facts.lane_p99
        evidence = {"lane_hours": _hours(days), "parcels": facts.lane_parcels}
    return Due(kind=K.PRESUMED_LOST, since=since, at=since + days, evidence=evidence)


def _late(facts: ParcelFacts, limits: Thresholds, calendar: BusinessCalendar) -> Due | None:
    if facts.status not in EXPECTED:
        return None
    said = [(at, who) for who, at in _promises(facts, limits, calendar)]
    if facts.status is S.DELAYED and facts.status_at is not None:
        said.append((facts.status_at, "delay"))
    if not said:
        return None
    at, who = min(said)
    return Due(kind=K.LATE, since=at, at=at, evidence={"promised_by": who})


def _promises(
    facts: ParcelFacts, limits: Thresholds, calendar: BusinessCalendar
) -> Iterator[tuple[str, datetime]]:
    """Yield who named a day, and when it is over where the shop is."""
    days = limits.promise_domestic if facts.is_domestic else limits.promise_abroad
    is_promised = days is not None and facts.placed_at is not None
    if days is not None and facts.placed_at is not None:
        yield "merchant", calendar.ends(calendar.after(facts.placed_at, days))
    expected = facts.expected_at
    if expected is not None and abs(expected - facts.shipped_at) <= LONGEST_PROMISE:
        utc = expected.astimezone(UTC)
        day = utc.date() if utc.time() == time() else calendar.day(utc)
        yield "carrier", calendar.begins(day + DAY)
    elif facts.predicted_at is not None and not is_promised:
        yield "us", calendar.ends(facts.predicted_at)


def _no_update(facts: ParcelFacts) -> Due | None:
    if facts.detail == RETURNED:
        return None
    since = _seen(facts)
    return Due(kind=K.NO_UPDATE, since=since, at=since + NO_UPDATE)


def _by_status(facts: ParcelFacts) -> Iterator[Due]:
    """Yield what is wrong at once, because the carrier says so."""
    at = facts.status_at or facts.shipped_at
    if facts.status is S.ATTEMPT_FAILED:
        yield Due(kind=K.FAILED_ATTEMPT, since=at, at=at)
    elif facts.status is S.EXCEPTION:
        yield Due(kind=K.HELD_UP, since=at, at=at)
    elif facts.status is S.AVAILABLE_FOR_PICKUP:
        steps = tuple(at + timedelta(days=days) for days in PICKUP_STEPS)
        yield Due(kind=K.PICKUP_WAITING, since=at, at=at, steps=steps)
    elif facts.status is S.RETURN_TO_SENDER:
        yield Due(kind=K.RETURNED if facts.detail == RETURNED else K.RETURNING, since=at, at=at)


def _hours(gap: timedelta) -> int:
    return round(gap / timedelta(hours=1))
