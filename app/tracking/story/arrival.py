"""When a parcel arrives, as whoever knows best says: a day, its hours, or several days."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial

from app.lib.days import Calendar
from app.lib.words import sentence
from app.tracking.forecast.expected import Expected
from app.tracking.story.journey import State, Story, nothing_to_do
from app.tracking.story.parcel import Parcel

SORRY = sentence("We are sorry.")


def with_day(story: Story, parcel: Parcel, calendar: Calendar, lead: str) -> Story:
    """Return a story with the day that was named; late, where that is over; as it is, where there is none."""
    days, say = expected_days(parcel, calendar), calendar.words.say
    if days is None:
        return story
    if days[1] < calendar.today:
        return running_late(story, calendar, say("It was expected %(when)s", when=calendar.on(days[1])))
    on_schedule = partial(
        replace,
        story,
        tag=say("On schedule"),
        icon="check",
        lead=nothing_to_do(calendar.words, lead),
        days=days,
        headline=coming(days, calendar),
    )
    if days[0] < days[1]:
        return on_schedule(other=say("The other arrives %(days)s", days=calendar.from_to(*days)), then=None)
    day = calendar.on(days[0])
    return on_schedule(
        other=say("The other arrives %(when)s", when=day), then=_rest(days[0], parcel, calendar), day=day
    )


def running_late(story: Story, calendar: Calendar, then: str) -> Story:
    """Return the story of a parcel whose day is over, while no new one is named."""
    say = calendar.words.say
    return replace(
        story,
        state=State.LATE,
        tag=say("Running late"),
        icon="clock",
        headline=say("Later than planned"),
        other=say("The other is running late"),
        then=then,
        lead=nothing_to_do(calendar.words, say("No new day is named yet."), say(SORRY)),
        is_bad_news=True,
    )


def with_order_day(story: Story, expected: Expected | None, calendar: Calendar) -> Story:
    """Return the story of an order that has not left with the day that is expected, while that may be."""
    if expected is None or story.state is not State.ORDERED:
        return story
    days = days_of(expected.earliest, expected.latest, calendar)
    return replace(story, then=coming(days, calendar)) if days[1] >= calendar.today else story


def with_new_day(story: Story, parcel: Parcel, calendar: Calendar) -> Story:
    """Return the story of a late parcel with the new day, where one is named."""
    days, say = expected_days(parcel, calendar), calendar.words.say
    if days is None or days[1] < calendar.today:
        return story
    told = replace(story, days=days)
    if days[0] < days[1]:
        span = calendar.from_to(*days)
        return replace(
            told,
            headline=say("Now expected %(days)s", days=span),
            other=say("The other is now expected %(days)s", days=span),
            then=None,
        )
    return replace(
        told,
        headline=say("Now expected %(when)s", when=calendar.name(days[0])),
        other=say("The other is now expected %(when)s", when=calendar.on(days[0])),
        then=_rest(days[0], parcel, calendar),
        day=calendar.on(days[0]),
    )


def hours(parcel: Parcel, calendar: Calendar) -> str | None:
    """Return "Between 2 pm and 6 pm", where the carrier named hours of one day."""
    start, end = parcel.expected_at, parcel.expected_until
    if start is None or end is None or _is_day(start) or calendar.day(start) != calendar.day(end):
        return None
    return calendar.words.say(
        "Between %(start)s and %(end)s", start=calendar.time(start), end=calendar.time(end)
    )


def expected_days(parcel: Parcel, calendar: Calendar) -> tuple[date, date] | None:
    """Return the first and the last day that were named; the first is not before today."""
    if parcel.expected_at is None:
        return None
    return days_of(parcel.expected_at, parcel.expected_until, calendar)


def days_of(start: datetime, end: datetime | None, calendar: Calendar) -> tuple[date, date]:
    """Return the first and the last day between two moments; the first is not before today."""
    first = _day(start, calendar)
    last = max(first, _day(end, calendar)) if end is not None else first
    return (max(first, min(calendar.today, last)), last)


def coming(days: tuple[date, date], calendar: Calendar) -> str:
    """Return "Arriving December 3 to 5", "Arriving tomorrow"."""
    if days[0] < days[1]:
        return calendar.words.say("Arriving %(days)s", days=calendar.from_to(*days))
    return calendar.words.say("Arriving %(when)s", when=calendar.name(days[0]))


def _rest(day: date, parcel: Parcel, calendar: Calendar) -> str:
    between = hours(parcel, calendar)
    if between is None:
        return calendar.rest_of(day)
    return calendar.words.say("%(day)s. %(hours)s", day=calendar.rest_of(day), hours=between)


def _day(moment: datetime, calendar: Calendar) -> date:
    return moment.astimezone(UTC).date() if _is_day(moment) else calendar.day(moment)


def _is_day(moment: datetime) -> bool:
    return moment.astimezone(UTC).time() == time()
