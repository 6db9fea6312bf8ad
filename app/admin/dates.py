"""Dates as the admin's tables and headings write them, on the clock on the merchant's wall."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from babel.dates import format_skeleton, format_timedelta

from app.lib import days

MINUTE = 60
TODAY = 2 * 3600
"""Seconds: up to this, what is only worth knowing roughly is told in minutes, the first two in seconds."""


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
        return days.first_upper(
            self.words.say_as("a day", "%(weekday)s, %(date)s", weekday=name, date=self.written(day))
        )

    def short(self, day: date) -> str:
        """Return "Nov 20", with its year where that is another."""
        skeleton = "MMMd" if day.year == self.today.year else "yMMMd"
        return format_skeleton(skeleton, day, locale=self.locale)

    def date(self, moment: datetime) -> str:
        """Return "Nov 20"."""
        return self.short(self.day(moment))

    def month(self, moment: datetime) -> str:
        """Return "January 2024"."""
        return format_skeleton("yMMMM", moment.astimezone(self.zone), locale=self.locale)

    def when(self, moment: datetime) -> str:
        """Return "Today, 9:02 am", "Nov 20, 9:02 am"."""
        return days.first_upper(self.within(moment))

    def within(self, moment: datetime) -> str:
        """Return "today, 9:02 am", "Nov 20, 9:02 am", as it stands within a sentence."""
        day = self.day(moment)
        name = self.name(day) if self.is_next_to_today(day) else self.short(day)
        return self.words.say("%(day)s, %(time)s", day=name, time=self.time(moment))

    def ago(self, moment: datetime) -> str:
        """Return roughly how long ago something was: "12 seconds ago", "3 minutes ago"."""
        seconds = max(1, int((self.now - moment).total_seconds()))
        if seconds >= TODAY:
            return self.within(moment)
        rough = seconds - seconds % MINUTE if seconds >= 2 * MINUTE else seconds
        return format_timedelta(
            -timedelta(seconds=rough), threshold=2, add_direction=True, locale=self.locale
        )
