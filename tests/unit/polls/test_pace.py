"""No bucket ever lets more through than its limit, wherever a window begins."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.carriers.base import Limit, Source
from app.lib import plugins
from app.tracking.polls import pace

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CARRIERS: dict[str, Source] = {k: s for k, s in plugins.discover("app.carriers").items() if s.limits}
HOURLY = Limit(requests=60, per=timedelta(hours=1))
DHL = (Limit(requests=1, per=timedelta(seconds=5)), Limit(requests=250, per=timedelta(days=1)))


@given(
    st.lists(st.timedeltas(timedelta(0), timedelta(minutes=10)), max_size=300),
    st.integers(1, 70),
    st.timedeltas(timedelta(seconds=1), timedelta(hours=1)),
)
def test_no_window_holds_more_than_the_limit(gaps: list[timedelta], requests: int, per: timedelta) -> None:
    limit, at, spent, asked = Limit(requests=requests, per=per), NOON, dict[str, Any](), list[datetime]()
    for gap in gaps:
        at += gap
        turn = pace.take(spent, (limit,), at)
        spent = turn.spent
        if turn.wait_until is None:
            asked.append(at)
        else:
            assert turn.wait_until > at
    assert_kept(asked, limit)


@pytest.mark.parametrize("limits", [(HOURLY,), DHL], ids=["hourly", "dhl"])
def test_whoever_asks_as_soon_as_allowed_gets_nearly_all_of_it(limits: tuple[Limit, ...]) -> None:
    at, spent, asked = NOON, dict[str, Any](), list[datetime]()
    while at < NOON + timedelta(days=2):
        turn = pace.take(spent, limits, at)
        spent = turn.spent
        if turn.wait_until is None:
            asked.append(at)
        at = turn.wait_until or at
    for limit in limits:
        assert_kept(asked, limit)
    tightest = min(limit.requests * (timedelta(days=2) / limit.per) for limit in limits)
    assert len(asked) > 0.9 * tightest


def test_a_question_that_one_limit_refuses_costs_nothing_of_the_others() -> None:
    first = pace.take({}, DHL, NOON)
    refused = pace.take(first.spent, DHL, NOON + timedelta(seconds=1))
    assert refused.wait_until is not None
    assert refused.spent == first.spent


def test_every_carrier_that_is_asked_has_a_limit() -> None:
    asked = {key for key, s in plugins.discover("app.carriers").items() if s.carriers}
    assert asked == set(CARRIERS)


def assert_kept(asked: list[datetime], limit: Limit) -> None:
    for i, start in enumerate(asked):
        assert bisect_left(asked, start + limit.per) - i <= limit.requests
