"""A merchant may send fewer offers at fewer hours than the law allows, and never more."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.messages.gate import caps, quiet_hours
from app.messages.gate.manners import MOST_A_DAY, MOST_A_WEEK, USUAL, Manners
from app.messages.gate.quiet_hours import BY_DAY, WINDOWS
from app.shops.models import Shop
from app.vocabulary import Category, Medium

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CHOSEN = st.builds(
    lambda opens, lasts, on_sundays, a_day, a_week: Manners(
        hours=(time(opens), time(min(opens + lasts, 20))),
        on_sundays=on_sundays,
        a_day=a_day,
        a_week=max(a_day, a_week),
    ),
    st.integers(9, 18),
    st.integers(2, 11),
    st.booleans(),
    st.integers(1, MOST_A_DAY),
    st.integers(1, MOST_A_WEEK),
)


@given(CHOSEN, st.sampled_from([it for it in WINDOWS if Category.MARKETING in it.categories]))
def test_a_choice_only_ever_narrows_the_law(chosen: Manners, law: quiet_hours.Window) -> None:
    mine = chosen.narrow(law)
    assert law.workdays[0] <= mine.workdays[0] < mine.workdays[1] <= law.workdays[1]
    if mine.sunday is not None:
        assert law.sunday is not None
        assert law.sunday[0] <= mine.sunday[0] < mine.sunday[1] <= law.sunday[1]
    at = quiet_hours.next_open(NOON, [ZoneInfo("America/Denver")], mine)
    assert quiet_hours.next_open(at, [ZoneInfo("America/Denver")], law) == at


@given(CHOSEN)
def test_a_choice_survives_the_shop_s_row(chosen: Manners) -> None:
    assert Manners.of(Shop(settings={"offers": chosen.written()})) == chosen


def test_who_chose_nothing_is_as_usual() -> None:
    assert Manners.of(Shop(settings={})) == USUAL
    assert USUAL.caps() == caps.CAPS
    assert USUAL.hours == BY_DAY
    window = quiet_hours.window_of(Medium.EMAIL, Category.MARKETING, "US")
    assert window is not None
    assert USUAL.narrow(window) == window


def test_offers_wait_as_the_merchant_says() -> None:
    sent = [NOON - timedelta(days=2)]
    once_a_week, twice_a_day = Manners(a_week=1), Manners(a_day=2, a_week=7)
    assert caps.free_at(Category.MARKETING, sent, NOON, USUAL.caps()) == NOON
    assert caps.free_at(Category.MARKETING, sent, NOON, once_a_week.caps()) == NOON + timedelta(days=5)
    today = [NOON - timedelta(hours=1)]
    assert caps.free_at(Category.MARKETING, today, NOON, USUAL.caps()) == NOON + timedelta(hours=23)
    assert caps.free_at(Category.MARKETING, today, NOON, twice_a_day.caps()) == NOON


def test_sundays_can_be_left_out() -> None:
    saturday_night = datetime(2026, 11, 29, 2, tzinfo=ZoneInfo("UTC"))  # seven in the evening in Denver
    window = quiet_hours.window_of(Medium.EMAIL, Category.MARKETING, "US")
    assert window is not None
    denver = [ZoneInfo("America/Denver")]
    late = saturday_night + timedelta(hours=2)
    for manners, day in ((USUAL, 29), (Manners(on_sundays=False), 30)):
        assert quiet_hours.next_open(late, denver, manners.narrow(window)).astimezone(denver[0]).day == day
