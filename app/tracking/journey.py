"""Where something bought is on its way to its buyer: the state, the stops and the words of a page."""

from dataclasses import dataclass
from enum import StrEnum

STOPS = ("Ordered", "Packed", "On its way", "Out today", "Delivered")
TO_COLLECT = (*STOPS[:3], "At the shop", "Collected")
TURNED_BACK = (*STOPS[:3], "Turned back", "Back with us")


class State(StrEnum):
    """What kind of moment it is: it decides what the shopper can do and may ask."""

    ORDERED = "ordered"
    PACKED = "packed"
    MOVING = "moving"
    LATE = "late"
    HELD = "held"
    OUT = "out"
    MISSED = "missed"
    COLLECT = "collect"
    RETURNING = "returning"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is true now."""

    state: State
    tag: str
    """The tone, in a word or two."""
    icon: str
    headline: str
    aside: str
    """The headline as said of one parcel among others: "arrives Saturday, November 21"."""
    then: str | None = None
    """The day and hour under the headline."""
    lead: str
    """Why, and whether there is anything to do."""
    step: int
    """The stop of the journey that it is at, from 1."""
    stops: tuple[str, ...] = STOPS
    is_bad_news: bool = False
    is_over: bool = False
    """It has arrived at the last stop."""
    about: int | None = None
    """The index of the parcel that it speaks of."""
