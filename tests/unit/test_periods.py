"""The days that figures are about, on every clock and at every hour."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.admin.home import charts
from app.admin.home.charts import EDGE, HEIGHT, WIDTH
from app.admin.home.periods import STEPS, Period
from app.lib.days import Calendar

ZONES = ("UTC", "America/Denver", "Pacific/Apia", "Pacific/Niue", "Australia/Lord_Howe", "Europe/Berlin")
MOMENTS = st.datetimes(datetime(2024, 1, 2), datetime(2028, 1, 1)).map(lambda it: it.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(sorted(STEPS)))
def test_a_period_ends_with_today_and_has_as_many_days_before(now: datetime, zone: str, days: int) -> None:
    here = Calendar(now, ZoneInfo(zone))
    period = Period.of(here, days)
    assert len(period.bounds) == 2 * period.parts + 1
    assert period.parts * STEPS[days] == days

    def part(moment: datetime) -> int:
        return bisect_right(period.bounds[:-1], moment)

    assert part(now) == 2 * period.parts
    assert here.day(period.begins) == here.today - timedelta(days=days - 1)
    assert here.day(period.before) == here.today - timedelta(days=2 * days - 1)
    assert part(period.before - timedelta(seconds=1)) == 0
    assert part(period.begins) == part(period.begins - timedelta(seconds=1)) + 1
    assert list(period.bounds) == sorted(set(period.bounds))


VALUES = st.lists(st.none() | st.floats(0, 1e6), min_size=2, max_size=90)


@given(VALUES)
def test_a_line_stays_within_its_drawing(values: list[float | None]) -> None:
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    drawn = charts.path(values, low, high)
    points = [tuple(map(float, point.split())) for point in drawn.removeprefix("M").split(" L") if point]
    assert len(points) == (len(known) if len(known) > 1 else 0)
    assert all(0 <= x <= WIDTH and EDGE - 0.1 <= y <= HEIGHT - EDGE + 0.1 for x, y in points)
    assert [x for x, _ in points] == sorted({x for x, _ in points})
