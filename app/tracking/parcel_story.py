"""What is true of one parcel now, in a shopper's words.

A day is told only where the carrier named one; what nobody said is not said here either.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.lib.days import Calendar
from app.tracking.journey import STOPS, TO_COLLECT, TURNED_BACK, State, Story
from app.tracking.parcel import Parcel
from app.tracking.reasons import DELAYS, HANDED_OVER, HOLDS, MISSES, UNSAID
from app.vocabulary import ShipmentStatus as S

SILENT_AFTER = timedelta(hours=48)
"""A parcel sent so long ago without any scan comes from a store that hears of none: it does not "wait"."""
NOTHING_TO_DO = "Nothing for you to do."


def tell_one(parcel: Parcel, calendar: Calendar) -> Story:
    """Return the story of one parcel by itself."""
    return _TELL[S.CANCELLED if parcel.is_void else parcel.status](parcel, calendar)


def _packed(parcel: Parcel, calendar: Calendar) -> Story:
    if parcel.status is S.PENDING and calendar.now - parcel.shipped_at > SILENT_AFTER:
        return _sent(parcel, calendar)
    who = parcel.carrier or "the carrier"
    story = Story(
        state=State.PACKED,
        tag="Order received",
        icon="box",
        headline=f"Packed, waiting for {who}",
        aside=f"is packed, waiting for {who}",
        then=_since(calendar, parcel.at),
        lead=f"It starts to move when {who} scans it. {NOTHING_TO_DO}",
        step=2,
    )
    return _with_day(story, parcel, calendar, f"It is packed and waiting for {who}. {NOTHING_TO_DO}")


def _sent(parcel: Parcel, calendar: Calendar) -> Story:
    story = Story(
        state=State.MOVING,
        tag="Sent",
        icon="truck",
        headline=f"On its way with {parcel.carrier}" if parcel.carrier else "On its way",
        aside="is on its way",
        then=_since(calendar, parcel.shipped_at),
        lead=f"{parcel.who} has not told us of any step since."
        if parcel.has_number
        else "It travels without a tracking number, so nobody reports its steps.",
        step=3,
    )
    return _with_day(story, parcel, calendar, story.lead)


def _moving(parcel: Parcel, calendar: Calendar) -> Story:
    story = Story(
        state=State.MOVING,
        tag="Moving",
        icon="truck",
        headline="On its way",
        aside="is on its way",
        then=f"Last seen {calendar.on(calendar.day(parcel.at))}",
        lead=f"{parcel.who} has it and has not named a day yet. {NOTHING_TO_DO}",
        step=3,
    )
    return _with_day(story, parcel, calendar, f"{parcel.who} has it. {NOTHING_TO_DO}")


def _with_day(story: Story, parcel: Parcel, calendar: Calendar, lead: str) -> Story:
    day = parcel.expected_day(calendar)
    if day is None:
        return story
    if day < calendar.today:
        return replace(
            story,
            state=State.LATE,
            tag="Running late",
            icon="clock",
            headline="Later than planned",
            aside="is running late",
            then=f"It was expected {calendar.on(day)}",
            lead=f"{parcel.who} has not named a new day yet. {NOTHING_TO_DO}",
            is_bad_news=True,
        )
    return replace(
        story,
        tag="On schedule",
        icon="check",
        headline=f"Arriving {calendar.name(day)}",
        aside=f"arrives {calendar.on(day)}",
        then=_date_of(calendar, day),
        lead=lead,
    )


def _delayed(parcel: Parcel, calendar: Calendar) -> Story:
    story = Story(
        state=State.LATE,
        tag="Running late",
        icon="clock",
        headline="Running late",
        aside="is running late",
        then=f"{parcel.who} has not named a new day yet",
        lead=f"{_reason(DELAYS, parcel) or f'{parcel.who} reports a delay.'} We are sorry. {NOTHING_TO_DO}",
        step=3,
        is_bad_news=True,
    )
    day = parcel.expected_day(calendar)
    if day is None or day < calendar.today:
        return story
    return replace(
        story,
        headline=f"Now expected {calendar.name(day)}",
        aside=f"is late and now expected {calendar.on(day)}",
        then=_date_of(calendar, day),
    )


def _out(parcel: Parcel, calendar: Calendar) -> Story:
    story = Story(
        state=State.OUT,
        tag="Out for delivery",
        icon="truck",
        headline="Arriving today",
        aside="arrives today",
        then=f"Out for delivery since {calendar.time(parcel.at)}",
        lead=f"{parcel.who} has it on the van. {NOTHING_TO_DO}",
        step=4,
    )
    if calendar.day(parcel.at) >= calendar.today:
        return story
    return replace(
        story,
        tag="Running late",
        icon="clock",
        headline="Out for delivery",
        aside="is out for delivery",
        then=_since(calendar, parcel.at),
        lead=f"{parcel.who} has not said why it is not with you yet.",
        is_bad_news=True,
    )


def _missed(parcel: Parcel, calendar: Calendar) -> Story:
    reason = _reason(MISSES, parcel)
    return Story(
        state=State.MISSED,
        tag="Not delivered yet",
        icon="alert",
        headline=f"{parcel.who} could not deliver" if reason else f"{parcel.who} missed you",
        aside="could not be delivered yet",
        then=calendar.moment(parcel.at),
        lead=f"{reason or 'Nobody was there to take it.'} {parcel.who} can say when it comes again.",
        step=4,
        is_bad_news=True,
    )


def _to_collect(parcel: Parcel, calendar: Calendar) -> Story:
    return Story(
        state=State.COLLECT,
        tag="Ready to collect",
        icon="store",
        headline="Ready to collect",
        aside="is ready to collect",
        then=_since(calendar, parcel.at),
        lead=f"{parcel.who} knows the place, its hours and what to bring.",
        step=4,
        stops=TO_COLLECT,
    )


def _held(parcel: Parcel, calendar: Calendar) -> Story:
    hold = HOLDS.get(parcel.detail, UNSAID)
    return Story(
        state=State.HELD,
        tag="Your help needed" if hold.needs_shopper else "Not moving",
        icon="alert",
        headline=hold.headline.format(carrier=parcel.who),
        aside="is held up on its way",
        then=_since(calendar, parcel.at),
        lead=hold.lead.format(carrier=parcel.who),
        step=3,
        is_bad_news=True,
    )


def _returning(parcel: Parcel, calendar: Calendar) -> Story:
    story = Story(
        state=State.RETURNING,
        tag="Your choice needed",
        icon="back",
        headline="On its way back to us",
        aside="is on its way back to us",
        then=_since(calendar, parcel.at),
        lead="Tell us what you would like: to have it sent again, or not at all.",
        step=4,
        stops=TURNED_BACK,
        is_bad_news=True,
    )
    if parcel.detail != "returned":
        return story
    return replace(story, headline="Back with us", aside="is back with us", step=5, is_over=True)


def _delivered(parcel: Parcel, calendar: Calendar) -> Story:
    day = calendar.day(parcel.at)
    at = f"at {calendar.time(parcel.at)}"
    when = at.capitalize() if calendar.is_next_to_today(day) else f"{calendar.written(day)} {at}"
    return Story(
        state=State.DELIVERED,
        tag="Delivered",
        icon="check",
        headline=f"Delivered {calendar.name(day)}",
        aside=f"was delivered {calendar.on(day)}",
        then=", ".join(filter(None, (when, HANDED_OVER.get(parcel.detail)))),
        lead="Thank you for buying from us.",
        step=5,
        stops=TO_COLLECT if parcel.detail == "collected_by_recipient" else STOPS,
        is_over=True,
    )


def _void(parcel: Parcel, calendar: Calendar) -> Story:
    return Story(
        state=State.CANCELLED,
        tag="Cancelled",
        icon="x",
        headline="Parcel cancelled",
        aside="was cancelled",
        then=calendar.moment(parcel.at),
        lead=NOTHING_TO_DO,
        step=2,
    )


_TELL: dict[S, Callable[[Parcel, Calendar], Story]] = {
    S.PENDING: _packed,
    S.LABEL_CREATED: _packed,
    S.PICKED_UP: _moving,
    S.IN_TRANSIT: _moving,
    S.DELAYED: _delayed,
    S.EXCEPTION: _held,
    S.ATTEMPT_FAILED: _missed,
    S.OUT_FOR_DELIVERY: _out,
    S.AVAILABLE_FOR_PICKUP: _to_collect,
    S.RETURN_TO_SENDER: _returning,
    S.DELIVERED: _delivered,
    S.CANCELLED: _void,
}


def _date_of(calendar: Calendar, day: date) -> str:
    """Return what a headline that names the day leaves to be said."""
    return calendar.written(day) if calendar.is_near(day) else calendar.weekday(day)


def _since(calendar: Calendar, moment: datetime) -> str:
    return f"Since {calendar.on(calendar.day(moment))}"


def _reason(known: dict[str, str], parcel: Parcel) -> str:
    return known.get(parcel.detail, "").format(carrier=parcel.who)
