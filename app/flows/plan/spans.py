"""Spans of time as people write them: "15 minutes", "3 business days"."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from app.lib.business_days import BusinessCalendar
from app.lib.told import Told, tell, tell_many

WRITTEN = re.compile(r"(-?\d{1,7}) (minute|hour|day|business day)s?")
LONGEST = timedelta(days=4000)
"""What is longer would be waited for in vain, and counted day by day."""


class Unit(StrEnum):
    """What a span is counted in."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    BUSINESS_DAY = "business day"


LASTS = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.BUSINESS_DAY: timedelta(days=1),
}
"""How long one takes at least."""


@dataclass(frozen=True, slots=True)
class Span:
    """So many minutes, hours, days or business days."""

    amount: int
    unit: Unit

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the span that a text names; raises ValueError."""
        found = WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError(
                tell(
                    "%(text)s is no span of time; write it like “1 hour” or “3 business days”.",
                    text=repr(text),
                )
            )
        span = cls(int(found[1]), Unit(found[2]))
        if abs(span.least) > LONGEST:
            raise ValueError(tell("%(text)s is longer than ten years.", text=repr(text)))
        return span

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"

    @property
    def told(self) -> Told:
        """How long it is, for a merchant."""
        match self.unit:
            case Unit.MINUTE:
                return tell_many("%(count)s minute", "%(count)s minutes", self.amount)
            case Unit.HOUR:
                return tell_many("%(count)s hour", "%(count)s hours", self.amount)
            case Unit.DAY:
                return tell_many("%(count)s day", "%(count)s days", self.amount)
            case Unit.BUSINESS_DAY:
                return tell_many("%(count)s business day", "%(count)s business days", self.amount)

    @property
    def least(self) -> timedelta:
        """How long it lasts at least."""
        return self.amount * LASTS[self.unit]

    def after(self, moment: datetime, calendar: BusinessCalendar) -> datetime:
        """Return the moment so much later; business days are those of the calendar."""
        if self.unit is Unit.BUSINESS_DAY:
            return calendar.after(moment, self.amount)
        return moment + self.least
