"""Dates as the admin's tables and headings write them, on the clock on the merchant's wall."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from babel.dates import format_date, format_skeleton

from app.lib import days

RECENT = 2 * 60
TODAY = 2 * 3600
"""Seconds: up to these, what is only worth knowing roughly is told in seconds, then in minutes."""


@dataclass(frozen=True, slots=True)
class Calendar(days.Calendar):
    """The present in one shop, and every other moment as seen from it."""

    @property
    def begins(self) -> datetime:
        """When this day began on the merchant's wall."""
        return datetime.combine(self.today, time(), self.zone).astimezone(UTC)

    @property
    def named(self) -> datetime:
        """How stores write this day where they name a day without an hour: as midnight UTC."""
        return datetime.combine(self.today, time(), UTC)

    def heading(self, moment: datetime) -> str:
        """Return "Today, November 24", "Friday, November 20", "November 20, 2025"."""
        return self.dated(self.day(moment))

    def dated(self, day: date) -> str:
        """Return a day with its date, whatever it is called besides."""
        if abs(day - self.today) > days.NEAR:
            return self.written(day)
        name = self.name(day) if self.is_next_to_today(day) else self.weekday(day)
        return f"{name.capitalize()}, {self.written(day)}"

    def short(self, day: date) -> str:
        """Return "Nov 20", with its year where that is another."""
        pattern = "MMM d" if day.year == self.today.year else "MMM d, y"
        return format_date(day, pattern, locale=self.locale)

    def date(self, moment: datetime) -> str:
        """Return "Nov 20"."""
        return self.short(self.day(moment))

    def month(self, moment: datetime) -> str:
        """Return "January 2024"."""
        return format_skeleton("yMMMM", moment.astimezone(self.zone), locale=self.locale)

    def when(self, moment: datetime) -> str:
        """Return "Today, 9:02 am", "Nov 20, 9:02 am"."""
        said = self.within(moment)
        return said[:1].upper() + said[1:]

    def within(self, moment: datetime) -> str:
        """Return "today, 9:02 am", "Nov 20, 9:02 am", as it stands within a sentence."""
        day = self.day(moment)
        return f"{self.name(day) if self.is_next_to_today(day) else self.short(day)}, {self.time(moment)}"

    def ago(self, moment: datetime) -> str:
        """Return roughly how long ago something was: "12 seconds ago", "3 minutes ago"."""
        seconds = max(0, int((self.now - moment).total_seconds()))
        if seconds < RECENT:
            return f"{seconds} second{'' if seconds == 1 else 's'} ago"
        return f"{seconds // 60} minutes ago" if seconds < TODAY else self.within(moment)
