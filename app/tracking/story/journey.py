"""Where something bought is on its way to its buyer: the state, the stops and the words of a page."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.lib.words import Words, sentence

NOTHING_TO_DO = sentence("Nothing for you to do.")


class State(StrEnum):
    """What kind of moment it is: it decides what the shopper can do and may ask."""

    ORDERED = "ordered"
    PACKED = "packed"
    MOVING = "moving"
    LATE = "late"
    STUCK = "stuck"
    LOST = "lost"
    """Or damaged: it does not arrive as it should."""
    HELD = "held"
    """Until its address is known."""
    WAITING = "waiting"
    """Until somebody lets it go on: customs, the carrier, the weather."""
    OUT = "out"
    MISSED = "missed"
    COLLECT = "collect"
    RETURNING = "returning"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Route(StrEnum):
    """Which way the journey goes from where it is "on its way"."""

    HOME = "home"
    TO_COLLECT = "to_collect"
    BACK = "back"


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
    days: tuple[date, date] | None = None
    """The first and the last day on which it may arrive."""
    step: int
    """The stop of the journey that it is at, from 1."""
    route: Route = Route.HOME
    stops: tuple[str, ...] = ()
    """Their names, in the reader's language."""
    is_bad_news: bool = False
    is_over: bool = False
    """It has arrived at the last stop."""
    about: int | None = None
    """The index of the parcel that it speaks of."""


def nothing_to_do(words: Words, *sentences: str) -> str:
    """Return what is to be said, and that there is nothing to do."""
    return words.after_another(*sentences, words.say(NOTHING_TO_DO))


def stops(route: Route, words: Words) -> tuple[str, ...]:
    """Return the names of the five stops: each in one or two short words, for they share a phone's width."""
    way = (
        words.say_as("stop", "Ordered"),
        words.say_as("stop", "Packed"),
        words.say_as("stop", "On its way"),
    )
    if route is Route.TO_COLLECT:
        return (*way, words.say_as("stop", "At the shop"), words.say_as("stop", "Collected"))
    if route is Route.BACK:
        return (*way, words.say_as("stop", "Turned back"), words.say_as("stop", "Back with us"))
    return (*way, words.say_as("stop", "Out today"), words.say_as("stop", "Delivered"))
