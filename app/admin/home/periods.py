"""The days that figures are about: those that the address names, and as many before them to compare with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

from sqlalchemy import ColumnElement, DateTime, SQLColumnExpression, bindparam, func
from sqlalchemy.dialects.postgresql import ARRAY

from app.admin import paging
from app.admin.dates import Calendar
from app.insights.counting import Day
from app.lib.days import Calendar as Days

STEPS = {7: 1, 30: 1, 90: 5}
"""The periods that can be chosen, in days, and how many days each point of their charts sums up."""
USUAL = 30


@dataclass(frozen=True, slots=True)
class Period:
    """Some days up to today, on the shop's own calendar, and as many before them."""

    days: int
    first: date
    """The first day of the period before."""
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
        bounds = tuple(datetime(d.year, d.month, d.day, tzinfo=here.zone).astimezone(UTC) for d in begun)
        return cls(days, first, bounds)

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

    def sums(self, days: Mapping[date, Day]) -> list[Day]:
        """Return what the days of each part came to together, the parts of the period before first."""
        known = [days[self.first + timedelta(days=number)] for number in range(2 * self.days)]
        step = STEPS[self.days]
        return [Day.sum(known[begin : begin + step]) for begin in range(0, len(known), step)]

    def part_of(self, moment: SQLColumnExpression[datetime | None]) -> ColumnElement[int]:
        """Return in SQL the part, from 1 on, that a moment is in, the period's own after `parts`; or 0."""
        bounds = bindparam(None, list(self.bounds[:-1]), type_=ARRAY(DateTime(timezone=True)))
        found: ColumnElement[int] = func.width_bucket(moment, bounds)
        return found
