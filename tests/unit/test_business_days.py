from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.business_days import BusinessCalendar

BERLIN = ZoneInfo("Europe/Berlin")
PLAIN = BusinessCalendar(zone=BERLIN)
ZONES = ("UTC", "Europe/Berlin", "America/Denver", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia")

moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
calendars = st.builds(
    BusinessCalendar,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    weekend=st.frozensets(st.integers(1, 7), max_size=6),
    days_off=st.frozensets(st.dates(date(2024, 1, 1), date(2031, 1, 1)), max_size=30),
)


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        ("2026-11-24T10:00", 3, "2026-11-27T10:00"),
        ("2026-11-27T17:30", 1, "2026-11-30T17:30"),
        ("2026-11-28T10:00", 3, "2026-12-03T00:00"),
        ("2026-11-29T23:59", 1, "2026-12-01T00:00"),
        ("2028-02-28T09:00", 1, "2028-02-29T09:00"),
        ("2027-02-26T09:00", 1, "2027-03-01T09:00"),
        ("2026-03-27T02:30", 1, "2026-03-30T02:30"),
        ("2026-11-24T10:00", 0, "2026-11-24T10:00"),
    ],
)
def test_deadlines_as_people_count_them(begins: str, days: int, ends: str) -> None:
    assert PLAIN.after(_berlin(begins), days) == _berlin(ends)


def test_holidays_do_not_count() -> None:
    christmas = BusinessCalendar(zone=BERLIN, days_off=frozenset({date(2026, 12, 25), date(2026, 12, 26)}))
    assert christmas.after(_berlin("2026-12-24T12:00"), 1) == _berlin("2026-12-28T12:00")


def test_the_hour_that_summer_time_takes_or_gives_stays_on_its_day() -> None:
    every_day = BusinessCalendar(zone=BERLIN, weekend=frozenset())
    spring = every_day.after(_berlin("2026-03-28T23:30"), 1)
    assert every_day.day(spring) in (date(2026, 3, 29), date(2026, 3, 30))
    assert spring <= every_day.begins(date(2026, 3, 30))
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert every_day.after(first, 1) < every_day.after(second, 1)


@given(calendars, moments, moments, st.integers(0, 15))
def test_what_begins_later_never_ends_earlier(
    calendar: BusinessCalendar, one: datetime, other: datetime, days: int
) -> None:
    earlier, later = sorted((one, other))
    assert calendar.after(earlier, days) <= calendar.after(later, days)


@given(calendars, moments, st.integers(0, 15))
def test_a_deadline_lies_on_a_business_day_and_never_before_its_beginning(
    calendar: BusinessCalendar, moment: datetime, days: int
) -> None:
    ends = calendar.after(moment, days)
    assert ends >= moment
    assert calendar.counts(calendar.day(ends)) or calendar.counts(calendar.day(ends - timedelta(seconds=1)))
    assert calendar.after(moment, days + 1) > ends or days == 0


@given(calendars, moments, st.integers(0, 15))
def test_counting_undoes_adding(calendar: BusinessCalendar, moment: datetime, days: int) -> None:
    assert calendar.between(moment, calendar.after(moment, days)) == days


def _berlin(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=BERLIN).astimezone(UTC)
