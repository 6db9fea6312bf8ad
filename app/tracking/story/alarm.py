"""What is true of a parcel that has given us cause for alarm, though its carrier may not say so."""

from collections.abc import Callable
from dataclasses import replace

from app.lib.days import Calendar
from app.lib.words import sentence
from app.tracking.story.arrival import SORRY, running_late
from app.tracking.story.journey import State, Story, nothing_to_do
from app.tracking.story.parcel import Parcel
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S

LAST_SEEN = sentence("Last seen %(when)s")
QUIET = (S.PENDING, S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT, S.DELAYED, S.OUT_FOR_DELIVERY)
"""Where a parcel is while its carrier tells nothing better than our own alarm."""


def tell(story: Story, parcel: Parcel, calendar: Calendar) -> Story:
    """Return the story of a parcel with the gravest alarm about it, where that says more than its carrier."""
    if parcel.status not in QUIET:
        return story
    gravest = next((kind for kind in ALARMS if kind in parcel.alarms), None)
    if gravest is None or (gravest is K.LATE and story.state is State.LATE):
        return story
    if gravest is not K.INVALID_NUMBER:  # of which the parcel itself knows nothing
        story = replace(story, is_bad_news=True, day=None, days=None)
    return ALARMS[gravest](story, parcel, calendar)


def _lost(story: Story, parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    return replace(
        story,
        state=State.LOST,
        tag=say("Your choice needed"),
        icon="alert",
        headline=say("We think it is lost"),
        other=say("The other may be lost"),
        then=_last_seen(parcel, calendar),
        lead=calendar.words.after_another(
            say(SORRY), say("Tell us what you would like: a new one, or your money back.")
        ),
    )


def _silent(story: Story, parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    return replace(
        story,
        state=State.STUCK,
        tag=say("No news"),
        icon="search",
        headline=say("No news for a long time"),
        other=say("There is no news of the other"),
        then=_last_seen(parcel, calendar),
        lead=say("Did it reach you? Then all is well. If not, write to us."),
    )


def _stuck(story: Story, parcel: Parcel, calendar: Calendar) -> Story:
    say, days = calendar.words.say, (calendar.today - calendar.day(parcel.at)).days
    still = calendar.words.say_many(
        "It has not moved for %(count)s day, and we look into it.",
        "It has not moved for %(count)s days, and we look into it.",
        max(days, 1),
    )
    return replace(
        story,
        state=State.STUCK,
        tag=say("Not moving"),
        icon="search",
        headline=say("We’re checking on your parcel"),
        other=say("The other is not moving"),
        then=_last_seen(parcel, calendar),
        lead=calendar.words.after_another(still, say("Nothing for you to do yet.")),
    )


def _untraceable(story: Story, parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    return replace(
        story,
        state=State.MOVING,
        tag=say("Sent"),
        icon="truck",
        headline=say("On its way"),
        other=say("The other is on its way"),
        then=calendar.since(parcel.shipped_at),
        lead=nothing_to_do(
            calendar.words, say("Its tracking number tells us nothing yet, and we look into it.")
        ),
        step=3,
    )


def _late(story: Story, parcel: Parcel, calendar: Calendar) -> Story:
    return running_late(story, calendar, _last_seen(parcel, calendar))


def _unmoved(story: Story, parcel: Parcel, calendar: Calendar) -> Story:
    say = calendar.words.say
    return replace(
        story,
        state=State.LATE,
        tag=say("Running late"),
        icon="clock",
        headline=say("Packed, but not picked up yet"),
        other=say("The other is packed, but not picked up yet"),
        then=calendar.since(parcel.at),
        lead=nothing_to_do(
            calendar.words, say("The carrier should have it by now, and we look into it."), say(SORRY)
        ),
    )


ALARMS: dict[K, Callable[[Story, Parcel, Calendar], Story]] = {
    K.PRESUMED_LOST: _lost,
    K.NO_UPDATE: _silent,
    K.INVALID_NUMBER: _untraceable,
    K.STALLED: _stuck,
    K.LABEL_NOT_MOVING: _unmoved,
    K.LATE: _late,
}
"""What is told of each, the gravest first; of the others the carrier's own status says enough."""


def _last_seen(parcel: Parcel, calendar: Calendar) -> str:
    return calendar.words.say(LAST_SEEN, when=calendar.on(calendar.day(parcel.at)))
