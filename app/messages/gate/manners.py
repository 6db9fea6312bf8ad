"""When and how often a shop sends offers: within the law, and less where its merchant says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Self

from app.messages.gate.caps import CAPS, Cap
from app.messages.gate.quiet_hours import BY_DAY, Hours, Window
from app.shops.models import Shop
from app.vocabulary import Category

SETTING = "offers"
SHORTEST = timedelta(hours=2)
"""Less of a day would leave offers waiting until they are stale."""
MOST_A_DAY, MOST_A_WEEK = 2, 7
CHOSEN = "what the merchant chose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a merchant may choose about offers."""

    hours: Hours = BY_DAY
    """From when until when they go on their reader's clock."""
    on_sundays: bool = True
    a_day: int = 1
    a_week: int = 3

    @classmethod
    def of(cls, shop: Shop) -> Self:
        """Return what holds for a shop; what nobody chose is as usual."""
        chosen: Mapping[str, Any] = shop.settings.get(SETTING) or {}
        if not chosen:
            return cls()
        opens, closes = (time.fromisoformat(hour) for hour in chosen["hours"])
        return cls(
            hours=(opens, closes),
            on_sundays=chosen["on_sundays"],
            a_day=chosen["a_day"],
            a_week=chosen["a_week"],
        )

    def written(self) -> dict[str, Any]:
        """Return the choice as JSON for the shop's row."""
        return {
            "hours": [hour.isoformat("minutes") for hour in self.hours],
            "on_sundays": self.on_sundays,
            "a_day": self.a_day,
            "a_week": self.a_week,
        }

    def narrow(self, window: Window) -> Window:
        """Return a window of offers as far as both let them go."""
        sunday = _both(window.sunday, self.hours) if self.on_sundays else None
        return window._replace(workdays=_both(window.workdays, self.hours) or window.workdays, sunday=sunday)

    def caps(self) -> tuple[Cap, ...]:
        """Return how many offers may go in which time."""
        mine = {timedelta(days=1): self.a_day, timedelta(days=7): self.a_week}
        return tuple(
            cap._replace(most=mine[cap.within], said_by=CHOSEN)
            if cap.category is Category.MARKETING and mine.get(cap.within, cap.most) != cap.most
            else cap
            for cap in CAPS
        )


USUAL = Manners()


def _both(hours: Hours | None, other: Hours) -> Hours | None:
    """Return the hours that are in both; None where there are none."""
    if hours is None:
        return None
    opens, closes = max(hours[0], other[0]), min(hours[1], other[1])
    return (opens, closes) if opens < closes else None
