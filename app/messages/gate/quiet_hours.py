"""When people may be written to, on their own clocks: laws and manners as data, each with source and date."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.shops.workdays import country
from app.vocabulary import Category, Medium

CHECKED = date(2026, 11, 26)
TEXTS = (Medium.SMS, Medium.WHATSAPP, Medium.PUSH)
SUNDAY = 6
LOOKS_AHEAD = 60
"""How often two clocks may send each other on: enough for every pair that shares an hour of the window."""

Hours = tuple[time, time]


class Window(NamedTuple):
    """When messages of a kind may go; the first row that fits a message holds."""

    media: tuple[Medium, ...]
    categories: tuple[Category, ...]
    workdays: Hours
    """Monday to Saturday."""
    sunday: Hours | None
    """None: not at all."""
    said_by: str
    countries: tuple[str, ...] | None = None
    """None: everywhere."""
    holidays_of: str | None = None
    """The country on whose public holidays no more is allowed than on Sundays; None: they are workdays."""
    checked: date = CHECKED

    def hours_on(self, day: date) -> Hours | None:
        """Return when it is open on a day; None: not at all."""
        is_holiday = self.holidays_of is not None and day in country(self.holidays_of).holidays
        return self.sunday if is_holiday or day.weekday() == SUNDAY else self.workdays


BY_DAY = time(9), time(20)
WINDOWS = (
    Window(
        TEXTS,
        (Category.MARKETING,),
        BY_DAY,
        None,
        "AF2M, the French operators' charter: no advertising on Sundays and public holidays (secondary, not "
        "verified); those of Alsace and Moselle alone are not among them",
        ("FR",),
        "FR",
    ),
    Window(
        tuple(Medium),
        (Category.MARKETING,),
        BY_DAY,
        (time(12), time(20)),
        "the strictest of 47 CFR 64.1200 (c) (1) (8 to 21), Florida, Oklahoma, Maryland (8 to 20), "
        "Connecticut (9 to 20), Texas SB 140 (9 to 21, Sunday from 12); secondary lists of 2026-04",
    ),
    Window(
        TEXTS,
        (Category.TRANSACTIONAL,),
        BY_DAY,
        (time(12), time(20)),
        "PRODUCT: nobody is woken by good news",
    ),
)
"""A transactional e-mail is in no row: it leaves at once."""


def window_of(medium: Medium, category: Category, country: str | None) -> Window | None:
    """Return the hours that bind a message; None: it may go at any hour."""
    for row in WINDOWS:
        fits = medium in row.media and category in row.categories
        if fits and (row.countries is None or country in row.countries):
            return row
    return None


def next_open(now: datetime, zones: Sequence[ZoneInfo], window: Window) -> datetime:
    """Return the first moment from now on at which the window is open on all of these clocks.

    Where it never is on all of them at once, the first clock decides alone.
    """
    at = now
    for _ in range(LOOKS_AHEAD):
        later = max(_opens(at, zone, window) for zone in zones)
        if later == at:
            return at
        at = later
    return _opens(now, zones[0], window)


def _opens(at: datetime, zone: ZoneInfo, window: Window) -> datetime:
    """Return `at` where the window is open then, else when it next opens, on one clock."""
    here = at.astimezone(zone)
    for days in range(8):
        day = here.date() + timedelta(days=days)
        hours = window.hours_on(day)
        if hours is None:
            continue
        opens, closes = (datetime.combine(day, hour, zone).astimezone(UTC) for hour in hours)
        if at < closes:
            return max(at, opens)
    raise ValueError("the window never opens")
