"""What is true of a parcel that is late, held up, missed or sent back, in a shopper's words."""

from dataclasses import replace

from app.lib.days import Calendar
from app.tracking.story import arrival, next_try
from app.tracking.story.journey import Route, State, Story, nothing_to_do
from app.tracking.story.parcel import Parcel
from app.tracking.story.reasons import DELAYS, HOLDS, MISSES, UNSAID


def delayed(parcel: Parcel, calendar: Calendar) -> Story:
    """Return the story of a parcel that its carrier says is late."""
    say = calendar.words.say
    reason = say(DELAYS[parcel.detail]) if parcel.detail in DELAYS else say("The carrier reports a delay.")
    story = Story(
        state=State.LATE,
        tag=say("Running late"),
        icon="clock",
        headline=say("Running late"),
        other=say("The other is running late"),
        then=say("No new day is named yet"),
        lead=nothing_to_do(calendar.words, reason, say("We are sorry.")),
        step=3,
        is_bad_news=True,
    )
    return arrival.with_new_day(story, parcel, calendar)


def missed(parcel: Parcel, calendar: Calendar) -> Story:
    """Return the story of a parcel whose delivery was tried."""
    say, reason = calendar.words.say, MISSES.get(parcel.detail)
    nobody_there = (
        say("%(carrier)s missed you", carrier=parcel.carrier) if parcel.carrier else say("You were missed")
    )
    return Story(
        state=State.MISSED,
        tag=say("Not delivered yet"),
        icon="alert",
        headline=say("It could not be delivered") if reason else nobody_there,
        other=say("The other could not be delivered yet"),
        then=calendar.moment(parcel.at),
        lead=calendar.words.after_another(
            say(reason) if reason else say("Nobody was there to take it."),
            next_try.of(parcel, calendar.words),
        ),
        step=4,
        is_bad_news=True,
    )


def held(parcel: Parcel, calendar: Calendar) -> Story:
    """Return the story of a parcel that does not move by itself."""
    hold, say = HOLDS.get(parcel.detail, UNSAID), calendar.words.say
    return Story(
        state=hold.state,
        tag=say("Your help needed") if hold.needs_shopper else say("Not moving"),
        icon="alert",
        headline=say(hold.headline),
        other=say("The other is held up on its way"),
        then=calendar.since(parcel.at),
        lead=say(hold.lead),
        step=3,
        is_bad_news=True,
    )


def returning(parcel: Parcel, calendar: Calendar) -> Story:
    """Return the story of a parcel on its way back."""
    say = calendar.words.say
    story = Story(
        state=State.RETURNING,
        tag=say("Your choice needed"),
        icon="back",
        headline=say("On its way back to us"),
        other=say("The other is on its way back to us"),
        then=calendar.since(parcel.at),
        lead=say("Tell us what you would like: to have it sent again, or not at all."),
        step=4,
        route=Route.BACK,
        is_bad_news=True,
    )
    if parcel.detail != "returned":
        return story
    return replace(
        story,
        headline=say("Back with us"),
        other=say("The other is back with us"),
        step=5,
        is_over=True,
    )
