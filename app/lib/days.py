"""Days and hours in a reader's words: "today", "Tuesday", "November 17", "2:14 pm"."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_interval, format_skeleton, format_time, get_timezone_name

from app.lib import words
from app.lib.words import Words

TIGHT = "\N{NO-BREAK SPACE}"
NEXT = (-1, 0, 1)
WEEK = timedelta(days=7)
NEAR = timedelta(days=180)
"""Dates further off than this are told with their year."""


@dataclass(slots=True)
class Horizon:
    """How long what was told stays true: until the first moment that any of it depends on."""

    until: datetime | None = None
    today: date | None = None
    """What its calendar calls today, once that was asked."""

    def note(self, moment: datetime) -> None:
        """Remember that something will be told differently from this moment on."""
        self.until = min(self.until or moment, moment)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The reader's present: what is called today, and how dates are written.

    Whoever tells something asks `today` or `has_come`, never `now`: these know how long their answer holds.
    """

    now: datetime
    zone: tzinfo = UTC
    locale: str = "en"
    is_for_later: bool = False
    """Whether it will be read on another day, as a mail may be: then no day is called today."""
    horizon: Horizon = field(default_factory=Horizon, compare=False, repr=False)

    @classmethod
    def of(cls, now: datetime, zone: str | None, *locales: str | None, is_for_later: bool = False) -> Self:
        """Return a calendar for a store's zone and the first language that we speak; else UTC, English."""
        return cls(now, _zone(zone or ""), words.of(*locales).locale, is_for_later)

    @property
    def words(self) -> Words:
        """The reader's language."""
        return Words(self.locale)

    @property
    def today(self) -> date:
        """The date where the reader is."""
        today = self.horizon.today
        if today is None:
            today = self.horizon.today = self.day(self.now)
            self.horizon.note(datetime.combine(today + timedelta(days=1), time(), self.zone).astimezone(UTC))
        return today

    def has_come(self, moment: datetime) -> bool:
        """Tell whether a moment has come."""
        if moment <= self.now:
            return True
        self.horizon.note(moment)
        return False

    def day(self, moment: datetime) -> date:
        """Return the date of a moment where the reader is."""
        return moment.astimezone(self.zone).date()

    def name(self, day: date) -> str:
        """Return when something is, as in "it arrives …": "today", "Tuesday", else its date."""
        if self.is_next_to_today(day):
            return self._next_to_today(day)
        if not self.is_near(day):
            return self.words.say_as("when", "%(date)s", weekday=self.weekday(day), date=self.written(day))
        told = {"weekday": self.weekday(day), "date": self.written(day)}
        if day < self.today:
            return self.words.say_as("when, in the past", "%(weekday)s", **told)
        return self.words.say_as("when, to come", "%(weekday)s", **told)

    def on(self, day: date) -> str:
        """Return when something is so that nobody can mistake it: "today", else "Tuesday, November 17"."""
        if self.is_next_to_today(day):
            return self._next_to_today(day)
        return self.words.say_as(
            "when", "%(weekday)s, %(date)s", weekday=self.weekday(day), date=self.written(day)
        )

    def spoken(self, day: date) -> str:
        """Return a day by itself: "today", else "Tuesday, November 17"."""
        if self.is_next_to_today(day):
            return self._next_to_today(day)
        return self.words.say_as(
            "a day", "%(weekday)s, %(date)s", weekday=self.weekday(day), date=self.written(day)
        )

    def since(self, moment: datetime) -> str:
        """Return "Since today", "Since Tuesday, November 17"."""
        day, say = self.day(moment), self.words.say
        if self.is_next_to_today(day) and day <= self.today:
            return say("Since today") if day == self.today else say("Since yesterday")
        return say("Since %(weekday)s, %(date)s", weekday=self.weekday(day), date=self.written(day))

    def from_to(self, first: date, last: date) -> str:
        """Return a span of days, unbroken: "Dec 3" to "5"."""
        return format_interval(first, last, "MMMMd", locale=self.locale).replace(" ", TIGHT)

    def rest_of(self, day: date) -> str:
        """Return what a headline that names the day leaves to be said: "November 17", or "Wednesday"."""
        return first_upper(self.written(day) if self.is_near(day) else self.weekday(day))

    def is_next_to_today(self, day: date) -> bool:
        """Tell whether a day is called yesterday, today or tomorrow."""
        return not self.is_for_later and (day - self.today).days in NEXT

    def is_near(self, day: date) -> bool:
        """Tell whether a weekday's name is enough."""
        return abs(day - self.today) < WEEK

    def weekday(self, day: date) -> str:
        """Return "Tuesday"."""
        return _formatted(day, "EEEE", self.locale)

    def written(self, day: date) -> str:
        """Return "November 17", unbroken; with its year where that could be another."""
        if abs(day - self.today) > NEAR:
            return _formatted(day, "long", self.locale)
        return _without_year(day, self.locale)

    def time(self, moment: datetime) -> str:
        """Return "2:14 pm", unbroken, on the reader's clock."""
        clock = format_time(moment.astimezone(self.zone), "short", locale=self.locale)
        tight = clock.replace("\N{NARROW NO-BREAK SPACE}", TIGHT).replace(" ", TIGHT)
        return tight.replace("AM", "am").replace("PM", "pm")

    def moment(self, moment: datetime) -> str:
        """Return "Today, 2:14 pm", "Friday, 4:40 pm" or "November 3, 7:48 pm"."""
        day = self.day(moment)
        if self.is_next_to_today(day):
            name = self._next_to_today(day)
        else:
            name = self.weekday(day) if self.is_near(day) else self.written(day)
        return self.words.say("%(day)s, %(time)s", day=first_upper(name), time=self.time(moment))

    def zone_name(self) -> str | None:
        """Return "Mountain Time"; None where the zone has no name that people use."""
        place = getattr(self.zone, "key", "")
        return (
            get_timezone_name(self.zone, zone_variant="generic", locale=self.locale) if "/" in place else None
        )

    def _next_to_today(self, day: date) -> str:
        say = self.words.say
        if day == self.today:
            return say("today")
        return say("tomorrow") if day > self.today else say("yesterday")


@lru_cache(maxsize=8192)  # babel reads the locale's data anew for every date
def _formatted(day: date, style: str, locale: str) -> str:
    return format_date(day, style, locale=locale)


@lru_cache(maxsize=8192)
def _without_year(day: date, locale: str) -> str:
    return format_skeleton("MMMMd", day, locale=locale).replace(" ", TIGHT)


def first_upper(text: str) -> str:
    """Return words as a line begins."""
    return text[:1].upper() + text[1:]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name, an unfit one, a folder of them
        return UTC
