"""What an order's parcels amount to in one sentence: the tracking page's headline, and the mails'."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.lib.days import Calendar
from app.lib.words import Words
from app.tracking.story.journey import NOTHING_TO_DO, Route, State, Story, nothing_to_do, stops
from app.tracking.story.one import tell_one
from app.tracking.story.parcel import Parcel
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S

__all__ = ["Parcel", "State", "Story", "tell", "tell_one"]

NEEDS_SOMEONE = (S.RETURN_TO_SENDER, S.EXCEPTION, S.ATTEMPT_FAILED, S.AVAILABLE_FOR_PICKUP)
ALARMING = (K.PRESUMED_LOST, K.NO_UPDATE, K.STALLED)


def tell(
    parcels: Sequence[Parcel],
    calendar: Calendar,
    *,
    is_placed: bool = True,
    cancelled_at: datetime | None = None,
    takes_long: bool = False,
) -> Story:
    """Return the story of a whole order.

    `takes_long`: nothing has left, and it should have.
    Of several parcels one that needs someone decides, else the one that is least far along.
    """
    sent = [(i, parcel) for i, parcel in enumerate(parcels) if not parcel.is_void]
    if cancelled_at is not None:
        return _cancelled(calendar, cancelled_at, anything_sent=bool(sent))
    if not sent:
        return _takes_long(calendar) if takes_long else _ordered(calendar, is_placed=is_placed)
    still_open = [found for found in sent if found[1].status is not S.DELIVERED]
    if still_open:
        about, parcel = min(still_open, key=_urgency)
    else:
        about, parcel = max(sent, key=lambda found: found[1].at)
    story = replace(tell_one(parcel, calendar), about=about)
    return story if len(sent) == 1 else _of_several(story, len(sent), len(still_open), calendar.words)


def _urgency(found: tuple[int, Parcel]) -> tuple[bool, int, int]:
    i, parcel = found
    needs_someone = parcel.status in NEEDS_SOMEONE or not parcel.alarms.isdisjoint(ALARMING)
    return not needs_someone, parcel.status.rank, i


def _of_several(story: Story, count: int, still_open: int, words: Words) -> Story:
    if still_open == 0:
        lead = words.say_many(
            "All of it has arrived, in %(count)s parcel.",
            "All of it has arrived, in %(count)s parcels.",
            count,
        )
        return replace(story, lead=lead)
    if still_open == count:
        comes = words.say_many("It comes in %(count)s parcel.", "It comes in %(count)s parcels.", count)
        return replace(story, lead=words.after_another(story.lead, comes))
    to_come = words.say_many("%(count)s is still to come", "%(count)s are still to come", still_open)
    return replace(
        story,
        headline=words.say_many(
            "%(count)s of %(all)s delivered", "%(count)s of %(all)s delivered", count - still_open, all=count
        ),
        then=story.other if still_open == 1 else to_come,
    )


def _ordered(calendar: Calendar, *, is_placed: bool) -> Story:
    say = calendar.words.say
    return Story(
        state=State.ORDERED,
        tag=say("Order received"),
        icon="check",
        headline=say("We’re getting it ready") if is_placed else say("We have your order"),
        other=say("The other is getting ready"),
        lead=say("This page follows it from the moment it leaves us."),
        step=1,
        stops=stops(Route.HOME, calendar.words),
    )


def _takes_long(calendar: Calendar) -> Story:
    say = calendar.words.say
    return replace(
        _ordered(calendar, is_placed=True),
        state=State.LATE,
        tag=say("Running late"),
        icon="clock",
        headline=say("It takes longer than usual"),
        lead=nothing_to_do(calendar.words, say("It has not left us yet. We are on it, and sorry.")),
        is_bad_news=True,
    )


def _cancelled(calendar: Calendar, at: datetime, *, anything_sent: bool) -> Story:
    say = calendar.words.say
    return Story(
        state=State.CANCELLED,
        tag=say("Cancelled"),
        icon="x",
        headline=say("Order cancelled"),
        other=say("The other was cancelled"),
        then=calendar.moment(at),
        lead=say("A parcel that had already left may still reach you.")
        if anything_sent
        else say(NOTHING_TO_DO),
        step=1,
        stops=stops(Route.HOME, calendar.words),
    )
