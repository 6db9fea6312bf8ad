"""Where something bought is on its way to its buyer: the state, the stops and the words of a page."""

from dataclasses import dataclass
from enum import StrEnum

from app.lib.words import Words, sentence

STOPS = (
    sentence("Ordered"),
    sentence("Packed"),
    sentence("On its way"),
    sentence("Out today"),
    sentence("Delivered"),
)
TO_COLLECT = (*STOPS[:3], sentence("At the shop"), sentence("Collected"))
TURNED_BACK = (*STOPS[:3], sentence("Turned back"), sentence("Back with us"))

NOTHING_TO_DO = sentence("Nothing for you to do.")


class State(StrEnum):
    """What kind of moment it is: it decides what the shopper can do and may ask."""

    ORDERED = "ordered"
    PACKED = "packed"
    MOVING = "moving"
    LATE = "late"
    STUCK = "stuck"
    LOST = "lost"
    HELD = "held"
    OUT = "out"
    MISSED = "missed"
    COLLECT = "collect"
    RETURNING = "returning"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is true now, in the reader's language."""

    state: State
    tag: str
    """The tone, in a word or two."""
    icon: str
    headline: str
    other: str
    """The headline as said of the last parcel that is still to come: "The other arrives today"."""
    then: str | None = None
    """The day and hour under the headline."""
    lead: str
    """Why, and whether there is anything to do."""
    day: str | None = None
    """When it arrives: "Saturday, November 21"."""
    step: int
    """The stop of the journey that it is at, from 1."""
    stops: tuple[str, ...] = STOPS
    is_bad_news: bool = False
    is_over: bool = False
    """It has arrived at the last stop."""
    about: int | None = None
    """The index of the parcel that it speaks of."""


def nothing_to_do(words: Words, *sentences: str) -> str:
    """Return what is to be said, and that there is nothing to do."""
    return words.after_another(*sentences, words.say(NOTHING_TO_DO))
