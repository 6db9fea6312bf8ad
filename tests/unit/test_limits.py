from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis
import time_machine
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.lib import limits, queue

real_connection = queue.connection
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(params=["with Redis", "without Redis"], autouse=True)
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without Redis":
        away = redis.Redis(unix_socket_path="/nonexistent/redis.sock", retry=Retry(NoBackoff(), 0))
        monkeypatch.setattr(queue, "connection", lambda: away)


def test_ten_tries_a_minute_and_no_more() -> None:
    who = uuid4().hex
    with time_machine.travel(NOON, tick=False):
        assert [tries(who) for _ in range(12)] == [True] * 10 + [False] * 2


def test_one_line_counts_as_one_visitor_however_many_addresses_it_has() -> None:
    net = uuid4().hex[:12]
    line = f"2001:db8:{net[:4]}:{net[4:8]}"
    with time_machine.travel(NOON, tick=False):
        assert [tries(f"{line}::{i:x}") for i in range(12)] == [True] * 10 + [False] * 2
        assert tries(f"2001:db9:{net[:4]}:{net[4:8]}::1")
        assert all(tries(f"::ffff:198.51.{int(net[:2], 16)}.{i}") for i in range(12))


def test_the_window_slides_and_refused_tries_do_not_prolong_it() -> None:
    who = uuid4().hex
    with time_machine.travel(NOON, tick=False) as traveller:
        for _ in range(10):
            tries(who)
        traveller.shift(timedelta(seconds=50))
        assert not tries(who)
        traveller.shift(timedelta(seconds=11))
        assert tries(who)


def test_everyone_is_counted_alone_and_for_each_thing_alone() -> None:
    who = uuid4().hex
    with time_machine.travel(NOON, tick=False):
        for _ in range(10):
            tries(who)
        assert tries(uuid4().hex)
        assert limits.allows("something else", who, times=10, seconds=60)


def test_redis_does_not_learn_who() -> None:
    limits.allows("lookup", "203.0.113.7", times=10, seconds=60)
    assert not [key for key in real_connection().keys("limit:*") if b"203.0.113.7" in key]


def tries(who: str) -> bool:
    return limits.allows("lookup", who, times=10, seconds=60)
