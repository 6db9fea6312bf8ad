"""On whose clock it is too early, over the year, its two odd days and the round world."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from app.messages.gate.quiet_hours import WINDOWS, Window, next_open, window_of
from app.shops.workdays import country
from app.vocabulary import Category, Medium

OFFERS = WINDOWS[1]
ZONES = [
    "America/Denver",
    "America/St_Johns",
    "Europe/Paris",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
]


def open_on(at: datetime, zone: ZoneInfo, window: Window) -> bool:
    here = at.astimezone(zone)
    is_holiday = window.holidays_of is not None and here.date() in country(window.holidays_of).holidays
    hours = window.sunday if is_holiday or here.weekday() == 6 else window.workdays
    return hours is not None and hours[0] <= here.time() < hours[1]


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        ("America/Denver", "2026-11-24T08:59:59", "2026-11-24T09:00:00"),
        ("America/Denver", "2026-11-24T09:00:00", "2026-11-24T09:00:00"),
        ("America/Denver", "2026-11-24T20:00:00", "2026-11-25T09:00:00"),
        ("America/Denver", "2026-11-28T21:00:00", "2026-11-29T12:00:00"),  # into a Sunday
        ("America/New_York", "2026-03-07T23:30:00", "2026-03-08T12:00:00"),  # the night has 23 hours
        ("America/New_York", "2026-10-31T23:30:00", "2026-11-01T12:00:00"),  # the night has 25
        ("Europe/Berlin", "2026-03-30T03:00:00", "2026-03-30T09:00:00"),
    ],
)
def test_the_recipients_clock_decides(zone: str, now: str, opens: str) -> None:
    here = ZoneInfo(zone)
    moment, expected = (
        datetime.fromisoformat(at).replace(tzinfo=here).astimezone(UTC) for at in (now, opens)
    )
    assert next_open(moment, (here,), OFFERS) == expected


def test_in_france_no_offers_are_texted_on_a_sunday() -> None:
    paris = ZoneInfo("Europe/Paris")
    sunday = datetime(2026, 11, 29, 15, tzinfo=paris)
    window = window_of(Medium.SMS, Category.MARKETING, "FR")
    assert window is not None
    assert next_open(sunday, (paris,), window) == datetime(2026, 11, 30, 9, tzinfo=paris)
    mail = window_of(Medium.EMAIL, Category.MARKETING, "FR")
    assert mail is not None
    assert next_open(sunday, (paris,), mail) == sunday


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        ("2026-07-14", "2026-07-15"),  # the national day, a Tuesday
        ("2027-03-28", "2027-03-30"),  # Easter, and its Monday
        ("2026-12-25", "2026-12-26"),
        ("2026-12-26", "2026-12-26"),  # a holiday in Strasbourg, and not in France
    ],
)
def test_in_france_a_public_holiday_is_a_sunday(day: str, opens: str) -> None:
    paris = ZoneInfo("Europe/Paris")
    window = window_of(Medium.SMS, Category.MARKETING, "FR")
    assert window is not None
    noon, expected = (datetime.fromisoformat(f"{it}T12:00").replace(tzinfo=paris) for it in (day, opens))
    assert next_open(noon, (paris,), window) == (noon if day == opens else expected.replace(hour=9))
    assert next_open(noon, (paris,), OFFERS) == noon, "elsewhere it is a day like any other"


def test_where_the_state_has_two_clocks_both_must_be_decent() -> None:
    nashville, knoxville = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")
    early = datetime(2026, 11, 24, 9, 30, tzinfo=knoxville)
    assert next_open(early, (knoxville, nashville), OFFERS) == datetime(2026, 11, 24, 9, tzinfo=nashville)
    late = datetime(2026, 11, 24, 19, 30, tzinfo=nashville)
    assert next_open(late, (knoxville, nashville), OFFERS) == datetime(2026, 11, 25, 9, tzinfo=nashville)


def test_offers_by_mail_have_the_hours_of_everywhere() -> None:
    assert window_of(Medium.EMAIL, Category.MARKETING, "US") == OFFERS


def test_a_transactional_mail_goes_at_any_hour_and_nothing_else_does() -> None:
    for medium in Medium:
        for category in Category:
            free = medium is Medium.EMAIL and category is Category.TRANSACTIONAL
            assert (window_of(medium, category, "US") is None) is free


def test_no_row_allows_what_the_house_forbids() -> None:
    for row in WINDOWS:
        assert row.said_by
        assert time(9) <= row.workdays[0] < row.workdays[1] <= time(20)
        assert row.sunday is None or row.sunday[0] >= time(12)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - theirs wants it so
zones = st.lists(st.sampled_from(ZONES), min_size=1, max_size=1) | st.permutations(
    ["America/Chicago", "America/Denver"]
)


@given(moments, zones, st.sampled_from(WINDOWS))
def test_it_opens_soon_on_every_clock_and_stays_open(now: datetime, names: list[str], window: Window) -> None:
    clocks = [ZoneInfo(name) for name in names]
    at = next_open(now, clocks, window)
    assert now <= at <= now + timedelta(days=4)
    assert all(open_on(at, zone, window) for zone in clocks)
    assert next_open(at, clocks, window) == at
    if at > now:
        assert not all(open_on(now, zone, window) for zone in clocks)
        just_before = at - timedelta(seconds=1)
        assert not all(open_on(just_before, zone, window) for zone in clocks)


@given(moments, moments, zones)
def test_who_asks_later_is_never_told_an_earlier_hour(a: datetime, b: datetime, names: list[str]) -> None:
    clocks = [ZoneInfo(name) for name in names]
    first, second = sorted((a, b))
    assert next_open(first, clocks, OFFERS) <= next_open(second, clocks, OFFERS)


def test_every_country_has_a_clock_that_opens() -> None:
    now = datetime(2026, 11, 24, 2, tzinfo=UTC)
    for zones_of in get_global("territory_zones").values():
        for name in zones_of[:1]:
            assert next_open(now, (ZoneInfo(name),), OFFERS) >= now
