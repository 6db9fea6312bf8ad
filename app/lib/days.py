"""Days and hours in a reader's words: "today", "Tuesday", "November 17", "2:14 pm"."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name

TIGHT = "\N{NO-BREAK SPACE}"
NAMES = {-1: "yesterday", 0: "today", 1: "tomorrow"}
WEEK = timedelta(days=7)
NEAR = timedelta(days=180)
"""Dates further off than this are told with their year."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The reader's present: what is called today, and how dates are written."""

    now: datetime
    zone: tzinfo = UTC
    locale: str = "en"
    is_for_later: bool = False
    """Whether it will be read on another day, as a mail may be: then no day is called today."""

    @classmethod
    def of(cls, now: datetime, zone: str | None, locale: str | None, *, is_for_later: bool = False) -> Self:
        """Return a calendar for a store's zone and language; UTC and English where they are unreadable."""
        return cls(now, _zone(zone or ""), _english(locale or ""), is_for_later)

    @property
    def today(self) -> date:
        """The date where the reader is."""
        return self.day(self.now)

    def day(self, moment: datetime) -> date:
        """Return the date of a moment where the reader is."""
        return moment.astimezone(self.zone).date()

    def name(self, day: date) -> str:
        """Return what one would call a day in speech: "today", "Tuesday", else its date."""
        if self.is_next_to_today(day):
            return NAMES[(day - self.today).days]
        return self.weekday(day) if self.is_near(day) else self.written(day)

    def on(self, day: date) -> str:
        """Return a day so that nobody can mistake it: "today", else "Tuesday, November 17"."""
        return self.name(day) if self.is_next_to_today(day) else f"{self.weekday(day)}, {self.written(day)}"

    def is_next_to_today(self, day: date) -> bool:
        """Tell whether a day is called yesterday, today or tomorrow."""
        return not self.is_for_later and (day - self.today).days in NAMES

    def is_near(self, day: date) -> bool:
        """Tell whether a weekday's name is enough."""
        return abs(day - self.today) < WEEK

    def weekday(self, day: date) -> str:
        """Return "Tuesday"."""
        return format_date(day, "EEEE", locale=self.locale)

    def written(self, day: date) -> str:
        """Return "November 17", unbroken; with its year where that could be another."""
        if abs(day - self.today) > NEAR:
            return format_date(day, "long", locale=self.locale)
        return format_skeleton("MMMMd", day, locale=self.locale).replace(" ", TIGHT)

    def time(self, moment: datetime) -> str:
        """Return "2:14 pm", unbroken, on the reader's clock."""
        clock = format_time(moment.astimezone(self.zone), "short", locale=self.locale)
        return clock.replace("\N{NARROW NO-BREAK SPACE}", TIGHT).replace("AM", "am").replace("PM", "pm")

    def moment(self, moment: datetime) -> str:
        """Return "Today, 2:14 pm", "Friday, 4:40 pm" or "November 3, 7:48 pm"."""
        name = self.name(self.day(moment))
        return f"{name[0].upper()}{name[1:]}, {self.time(moment)}"

    def zone_name(self) -> str | None:
        """Return "Mountain Time"; None where the zone has no name that people use."""
        place = getattr(self.zone, "key", "")
        return (
            get_timezone_name(self.zone, zone_variant="generic", locale=self.locale) if "/" in place else None
        )


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name, an unfit one, a folder of them
        return UTC


def _english(name: str) -> str:
    """Return the reader's own English; plain English for the others, until there are more languages."""
    try:
        locale = Locale.parse(name, sep="-" if "-" in name else "_")
    except (ValueError, UnknownLocaleError):
        return "en"
    return str(locale) if locale.language == "en" else "en"
