"""The days that figures are about: those that the address names, and as many before them to compare with."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from sqlalchemy import ColumnElement, DateTime, SQLColumnExpression, bindparam, func
from sqlalchemy.dialects.postgresql import ARRAY

from app.admin import paging
from app.admin.dates import Calendar
from app.lib.days import Calendar as Days

STEPS = {7: 1, 30: 1, 90: 5}
"""The periods that can be chosen, in days, and how many days each point of their charts sums up."""
USUAL = 30


@dataclass(frozen=True, slots=True)
class Period:
    """Some days up to today, on the shop's own calendar, and as many before them."""

    days: int
    bounds: tuple[datetime, ...]
    """When each of its parts begins, the first of the period before first, and the end of today last."""

    @classmethod
    def asked(cls, here: Calendar) -> Self:
        """Return the period that the address names."""
        days = paging.asked("days", USUAL)
        return cls.of(here, days if days in STEPS else USUAL)

    @classmethod
    def of(cls, here: Days, days: int) -> Self:
        """Return the period of so many days."""
        first = here.today - timedelta(days=2 * days - 1)
        begun = [first + timedelta(days=day) for day in range(0, 2 * days + 1, STEPS[days])]
        return cls(
            days, tuple(datetime(d.year, d.month, d.day, tzinfo=here.zone).astimezone(UTC) for d in begun)
        )

    @property
    def parts(self) -> int:
        """How many points a chart of the period has."""
        return (len(self.bounds) - 1) // 2

    @property
    def before(self) -> datetime:
        """When the period before begins."""
        return self.bounds[0]

    @property
    def begins(self) -> datetime:
        """When the period itself begins."""
        return self.bounds[self.parts]

    @property
    def days_of_parts(self) -> tuple[datetime, ...]:
        """When each part of the period itself begins."""
        return self.bounds[self.parts : -1]

    def part_of(self, moment: SQLColumnExpression[datetime | None]) -> ColumnElement[int]:
        """Return in SQL the part, from 1 on, that a moment lies in; the period's own begin at `parts` + 1."""
        bounds = bindparam(None, list(self.bounds[:-1]), type_=ARRAY(DateTime(timezone=True)))
        found: ColumnElement[int] = func.width_bucket(moment, bounds)
        return found

    def index(self, moment: datetime) -> int:
        """Return the same for a moment at hand; 0: before both periods."""
        return bisect_right(self.bounds[:-1], moment)
