"""When a wait is over: by the clock, or by what becomes of its subject."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from app.flows.plan.conditions import all_hold
from app.flows.plan.definition import Clock, How, Moment, Pause, Unchanged, Until
from app.flows.plan.facts import Facts

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Look(NamedTuple):
    """What is seen of a wait."""

    is_over: bool
    in_vain: bool = False
    """It waited for as long as it may."""
    again_at: datetime | None = None
    """When to look again; None: when something is heard of its subject."""


def look(how: How, arrived_at: datetime, entered_at: datetime, facts: Facts, now: datetime) -> Look:
    """Look at a wait that began at `arrived_at`, of somebody who has been in the flow since `entered_at`."""
    match how:
        case Pause():
            return _by_clock(_end(how, entered_at if how.from_start else arrived_at, facts), now)
        case Moment():
            at = facts.moments.get(how.field)
            return Look(is_over=False) if at is None else _by_clock(at, now)
        case Until():
            holds = all_hold(how.conditions, facts.known)
            held = how.held_for.after(_since(how, facts), facts.calendar) if how.held_for else now
            ripe_at = max(held, LONG_AGO) if holds else None
        case Unchanged():
            ripe_at = how.span.after(facts.changed_at.get(how.field, LONG_AGO), facts.calendar)
    return _ripe(ripe_at, how.at_most.after(arrived_at, facts.calendar), now)


def _by_clock(at: datetime, now: datetime) -> Look:
    return Look(is_over=at <= now, again_at=at)


def _ripe(ripe_at: datetime | None, gives_up_at: datetime, now: datetime) -> Look:
    if ripe_at is not None and ripe_at <= now:
        return Look(is_over=True)
    if gives_up_at <= now:
        return Look(is_over=True, in_vain=True)
    return Look(is_over=False, again_at=min(gives_up_at, ripe_at or gives_up_at))


def _since(how: Until, facts: Facts) -> datetime:
    return max(facts.changed_at.get(condition.field, LONG_AGO) for condition in how.conditions)


def _end(pause: Pause, since: datetime, facts: Facts) -> datetime:
    end = pause.span.after(since, facts.calendar)
    if pause.at is None:
        return end
    zone = facts.shopper_zone if pause.clock is Clock.SHOPPER else facts.calendar.zone
    return _next_hour(end, pause.at, zone)


def _next_hour(moment: datetime, hour: time, zone: tzinfo) -> datetime:
    """Return when a clock next shows an hour, from a moment on; an hour that is left out comes late."""
    day = moment.astimezone(zone).date()
    while (at := datetime.combine(day, hour, zone).astimezone(UTC)) < moment:
        day += timedelta(days=1)
    return at
