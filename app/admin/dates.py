"""Dates in words, as the clock on the merchant's wall shows them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

LOCALE = "en_US"


def zone(name: str) -> tzinfo:
    """Return a shop's time zone; UTC where the store's word for it is no name of one."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return UTC


@dataclass(frozen=True, slots=True)
class Calendar:
    """The present in one shop, and every other moment as seen from it."""

    here: tzinfo
    now: datetime

    @property
    def today(self) -> tuple[datetime, datetime]:
        """When this day began, and when the next one begins."""
        begins = self.now.astimezone(self.here).replace(hour=0, minute=0, second=0, microsecond=0)
        return begins, begins + timedelta(days=1)

    def day(self, moment: datetime) -> str:
        """Write a day as a heading: "Today, November 24", "Friday, November 20", "November 20, 2025"."""
        then, now = moment.astimezone(self.here).date(), self.now.astimezone(self.here).date()
        if then.year != now.year:
            return format_date(then, "MMMM d, y", locale=LOCALE)
        name = {0: "'Today'", 1: "'Yesterday'"}.get((now - then).days, "EEEE")
        return format_date(then, f"{name}, MMMM d", locale=LOCALE)

    def date(self, moment: datetime) -> str:
        """Write a day in a table: "Nov 20"."""
        then, now = moment.astimezone(self.here).date(), self.now.astimezone(self.here).date()
        return format_date(then, "MMM d" if then.year == now.year else "MMM d, y", locale=LOCALE)

    def time(self, moment: datetime) -> str:
        """Write the time of day: "9:02 am"."""
        return format_time(moment, "h:mm a", tzinfo=self.here, locale=LOCALE).lower()

    def when(self, moment: datetime) -> str:
        """Write a moment in a table: "Today, 9:02 am", "Nov 20, 9:02 am"."""
        then, now = moment.astimezone(self.here).date(), self.now.astimezone(self.here).date()
        name = {0: "Today", 1: "Yesterday"}.get((now - then).days) or self.date(moment)
        return f"{name}, {self.time(moment)}"

    def ago(self, moment: datetime) -> str:
        """Write how long ago something was, for what is only worth knowing roughly: "12 seconds ago"."""
        seconds = max(0, int((self.now - moment).total_seconds()))
        if seconds < 2 * 60:
            return _count(seconds, "second") + " ago"
        if seconds < 2 * 3600:
            return _count(seconds // 60, "minute") + " ago"
        return self.when(moment)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
