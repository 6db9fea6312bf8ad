"""Business days: a moment some working days later, on a shop's own calendar and clock.

Time runs on business days only: what begins on a Saturday counts from Monday's first minute. The hour of the
day is measured from that day's midnight, so that an hour lost or won to summer time shifts no deadline to
another day and never puts a later beginning before an earlier one.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCalendar:
    """Which days count, and where they begin."""

    zone: tzinfo = UTC
    weekend: frozenset[int] = frozenset({6, 7})
    """ISO weekdays that are no business days; never all seven."""
    days_off: frozenset[date] = frozenset()
    """Holidays, and whatever other days do not count."""

    def counts(self, day: date) -> bool:
        """Tell whether a day is a business day."""
        return day.isoweekday() not in self.weekend and day not in self.days_off

    def after(self, moment: datetime, days: int) -> datetime:
        """Return the moment so many business days later, in UTC."""
        day = self.day(moment)
        into = moment - self.begins(day)
        if not self.counts(day):
            day, into = self._next(day), timedelta(0)
        for _ in range(days):
            day = self._next(day)
        return min(self.begins(day) + into, self.begins(day + DAY))

    def between(self, earlier: datetime, later: datetime) -> int:
        """Return how many whole business days lie between two moments."""
        days = 0
        while self.after(earlier, days + 1) <= later:
            days += 1
        return days

    def ends(self, moment: datetime) -> datetime:
        """Return the end of the day that a moment lies in."""
        return self.begins(self.day(moment) + DAY)

    def day(self, moment: datetime) -> date:
        """Return the date of a moment where the shop is."""
        return moment.astimezone(self.zone).date()

    def begins(self, day: date) -> datetime:
        """Return a day's first moment where the shop is, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def _next(self, day: date) -> date:
        day += DAY
        while not self.counts(day):
            day += DAY
        return day
