"""The days on which a shop works: its country's weekend and public holidays, or what its merchant chose."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.lib.business_days import BusinessCalendar
from app.shops.models import Shop

TABLE = Path(__file__).parent / "data" / "holidays.csv"
USUAL = frozenset({6, 7})
"""Saturday and Sunday, where the country is not known."""
DAYS_OFF_AT_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Workdays:
    """What a merchant may choose about their calendar."""

    weekend: frozenset[int] = USUAL
    """ISO weekdays."""
    keeps_holidays: bool = True
    """Whether the country's public holidays are days off."""
    days_off: frozenset[date] = frozenset()
    """Other days on which nobody works."""

    @classmethod
    def of(cls, shop: Shop) -> Self:
        """Return what holds for a shop: what its merchant chose, else what is usual in its country."""
        chosen: Mapping[str, Any] = shop.settings.get("workdays") or {}
        weekend = chosen.get("weekend")
        return cls(
            weekend=frozenset(weekend) if weekend is not None else country(shop.country).weekend,
            keeps_holidays=chosen.get("keeps_holidays", True),
            days_off=frozenset(date.fromisoformat(day) for day in chosen.get("days_off", ())),
        )

    def written(self) -> dict[str, Any]:
        """Return the choice as JSON for the shop's row."""
        return {
            "weekend": sorted(self.weekend),
            "keeps_holidays": self.keeps_holidays,
            "days_off": sorted(day.isoformat() for day in self.days_off),
        }


def calendar(shop: Shop) -> BusinessCalendar:
    """Return a shop's business days, on its own clock."""
    chosen = Workdays.of(shop)
    holidays = country(shop.country).holidays if chosen.keeps_holidays else frozenset()
    return BusinessCalendar(
        zone=_zone(shop.timezone), weekend=chosen.weekend, days_off=holidays | chosen.days_off
    )


@dataclass(frozen=True, slots=True)
class Country:
    """What is usual in a country."""

    weekend: frozenset[int] = USUAL
    holidays: frozenset[date] = frozenset()


@cache
def country(code: str | None) -> Country:
    """Return a country's weekend and public holidays; Saturday, Sunday and none for one that is unknown."""
    rows = [row for row in _table() if row[0] == (code or "").upper()]
    if not rows:
        return Country()
    holidays = {
        date(int(year), int(day[:2]), int(day[2:])) for _, year, _, days in rows for day in days.split()
    }
    return Country(frozenset(int(digit) for digit in rows[-1][2]), frozenset(holidays))


@cache
def _table() -> list[list[str]]:
    with TABLE.open(newline="") as file:
        return list(csv.reader(file))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
