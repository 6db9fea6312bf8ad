"""Time as parcels live it: it runs on the weekdays on which they arrive, and almost stands on the others."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import Self

EVEN = (1.0,) * 7
PRIOR = 10
"""How many arrivals each weekday is granted before any was seen."""
A_DAY = 86400
MONDAY = date(2001, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Pace:
    """How much of a day's worth of carriage each weekday holds, from Monday; seven in sum."""

    weekdays: tuple[float, ...] = EVEN
    zone: tzinfo = UTC

    @classmethod
    def of(cls, arrivals: Iterable[datetime], zone: tzinfo) -> Self:
        """Return the pace that these arrivals show, on the clock of `zone`."""
        counts = [PRIOR] * 7
        for at in arrivals:
            counts[at.astimezone(zone).weekday()] += 1
        return cls(tuple(7 * count / sum(counts) for count in counts), zone)

    def days(self, start: datetime, end: datetime) -> float:
        """Return how many such days lie between two moments."""
        return self._position(end) - self._position(start)

    def after(self, start: datetime, days: float) -> datetime:
        """Return the moment so many such days after another."""
        weeks, rest = divmod(self._position(start) + days, 7)
        begins = [0.0, *accumulate(self.weekdays)]
        weekday = min(bisect_right(begins, rest) - 1, 6)
        share = min((rest - begins[weekday]) / self.weekdays[weekday], 1.0)
        day = date.fromordinal(MONDAY + int(weeks) * 7 + weekday)
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return (local + timedelta(seconds=share * (A_DAY - 1))).astimezone(UTC)

    def _position(self, at: datetime) -> float:
        local = at.astimezone(self.zone)
        weeks, weekday = divmod(local.toordinal() - MONDAY, 7)
        share = (local.hour * 3600 + local.minute * 60 + local.second) / A_DAY
        return 7 * weeks + sum(self.weekdays[:weekday]) + share * self.weekdays[weekday]
