"""What is true of one parcel now, in a shopper's words.

A day is told only where the carrier named one; what nobody said is not said here either.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from app.lib.days import Calendar, first_upper
from app.lib.words import Words
from app.tracking.story import alarm, arrival, trouble
from app.tracking.story.journey import NOTHING_TO_DO, Route, State, Story, nothing_to_do, stops
from app.tracking.story.parcel import Parcel
from app.tracking.story.reasons import HANDED_OVER
from app.vocabulary import ShipmentStatus as S

SILENT_AFTER = timedelta(hours=48)
"""A parcel sent so long ago without any scan comes from a store that hears of none: it does not "wait"."""


def tell_one(parcel: Parcel, calendar: Calendar) -> Story:
    """Return the story of one parcel by itself."""
    story = _TELL[S.CANCELLED if parcel.is_void else parcel.status](parcel, calendar)
    story = alarm.tell(story, parcel, calendar)
    return replace(
        story,
        headline=first_upper(story.headline),
        then=story.then and first_upper(story.then),
        stops=stops(story.route, calendar.words),
    )


def _packed(parcel: Parcel, calendar: Calendar) -> Story:
    if parcel.status is S.PENDING and calendar.has_come(parcel.shipped_at + SILENT_AFTER):
        return _sent(parcel, calendar)
    say = calendar.words.say
    waits = (
        say("Packed, waiting for %(carrier)s", carrier=parcel.carrier)
        if parcel.carrier
        else say("Packed, waiting for the carrier")
    )
    story = Story(
        state=State.PACKED,
        tag=say("Order received"),
        icon="box",
        headline=waits,
        other=say("The other is packed"),
        then=calendar.since(parcel.at),
        lead=nothing_to_do(calendar.words, say("It starts to move with its first scan.")),
        step=2,
    )
    return arrival.with_day(story, parcel, calendar, say("It is packed and about to leave."))


def _sent(parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    lead = (
        say("We have not heard of any step since.")
        if parcel.has_number
        else say("It travels without a tracking number, so nobody reports its steps.")
    )
    story = Story(
        state=State.MOVING,
        tag=say("Sent"),
        icon="truck",
        headline=say("On its way with %(carrier)s", carrier=parcel.carrier)
        if parcel.carrier
        else say("On its way"),
        other=say("The other is on its way"),
        then=calendar.since(parcel.shipped_at),
        lead=lead,
        step=3,
    )
    return arrival.with_day(story, parcel, calendar, lead)


def _moving(parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    has_it = say("%(carrier)s has it.", carrier=parcel.carrier) if parcel.carrier else say("It has left us.")
    story = Story(
        state=State.MOVING,
        tag=say("Moving"),
        icon="truck",
        headline=say("On its way"),
        other=say("The other is on its way"),
        then=say("Last seen %(when)s", when=calendar.on(calendar.day(parcel.at))),
        lead=nothing_to_do(calendar.words, has_it, say("No day is named yet.")),
        step=3,
    )
    return arrival.with_day(story, parcel, calendar, has_it)


def _out(parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    on_the_van = (
        say("%(carrier)s has it on the van.", carrier=parcel.carrier)
        if parcel.carrier
        else say("It is on the van.")
    )
    story = Story(
        state=State.OUT,
        tag=say("Out for delivery"),
        icon="truck",
        headline=say("Arriving %(when)s", when=say("today")),
        other=say("The other arrives %(when)s", when=say("today")),
        then=arrival.hours(parcel, calendar)
        or say("Out for delivery since %(time)s", time=calendar.time(parcel.at)),
        lead=nothing_to_do(calendar.words, on_the_van),
        step=4,
    )
    if calendar.day(parcel.at) >= calendar.today:
        return story
    return replace(
        story,
        tag=say("Running late"),
        icon="clock",
        headline=say("Out for delivery"),
        other=say("The other is out for delivery"),
        then=calendar.since(parcel.at),
        lead=say("Nobody has said why it is not with you yet."),
        is_bad_news=True,
    )


def _to_collect(parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    return Story(
        state=State.COLLECT,
        tag=say("Ready to collect"),
        icon="store",
        headline=say("Ready to collect"),
        other=say("The other is ready to collect"),
        then=_to_collect_until(parcel, calendar),
        lead=_to_bring(parcel, calendar.words),
        step=4,
        route=Route.TO_COLLECT,
    )


def _to_collect_until(parcel: Parcel, calendar: Calendar) -> str:
    last = parcel.collect_until
    if last is None or last < calendar.today:
        return calendar.since(parcel.at)
    return calendar.words.say("Until %(day)s", day=calendar.spoken(last))


def _to_bring(parcel: Parcel, words: Words) -> str:
    if parcel.place is None:
        return words.say("The carrier’s page names the place, its hours and what to bring.")
    if parcel.place.code:
        return words.say("Bring the code and something with your name on it.")
    return words.say("Bring something with your name on it.")


def _delivered(parcel: Parcel, calendar: Calendar) -> Story:
    say, day = calendar.words.say, calendar.day(parcel.at)
    return Story(
        state=State.DELIVERED,
        tag=say("Delivered"),
        icon="check",
        headline=say("Delivered %(when)s", when=calendar.name(day)),
        other=say("The other was delivered %(when)s", when=calendar.on(day)),
        then=_handed_over(parcel, calendar),
        lead=say("Thank you for buying from us."),
        step=5,
        route=Route.TO_COLLECT if parcel.detail == "collected_by_recipient" else Route.HOME,
        is_over=True,
    )


def _handed_over(parcel: Parcel, calendar: Calendar) -> str:
    say, day = calendar.words.say, calendar.day(parcel.at)
    at, how = calendar.time(parcel.at), HANDED_OVER.get(parcel.detail)
    if calendar.is_next_to_today(day):
        return say("At %(time)s, %(how)s", time=at, how=say(how)) if how else say("At %(time)s", time=at)
    written = first_upper(calendar.written(day))
    if how:
        return say("%(date)s at %(time)s, %(how)s", date=written, time=at, how=say(how))
    return say("%(date)s at %(time)s", date=written, time=at)


def _void(parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    return Story(
        state=State.CANCELLED,
        tag=say("Cancelled"),
        icon="x",
        headline=say("Parcel cancelled"),
        other=say("The other was cancelled"),
        then=calendar.moment(parcel.at),
        lead=say(NOTHING_TO_DO),
        step=2,
    )


_TELL: dict[S, Callable[[Parcel, Calendar], Story]] = {
    S.PENDING: _packed,
    S.LABEL_CREATED: _packed,
    S.PICKED_UP: _moving,
    S.IN_TRANSIT: _moving,
    S.DELAYED: trouble.delayed,
    S.EXCEPTION: trouble.held,
    S.ATTEMPT_FAILED: trouble.missed,
    S.OUT_FOR_DELIVERY: _out,
    S.AVAILABLE_FOR_PICKUP: _to_collect,
    S.RETURN_TO_SENDER: trouble.returning,
    S.DELIVERED: _delivered,
    S.CANCELLED: _void,
}
