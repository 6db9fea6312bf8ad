"""Servers that die under load: never a false 200, nothing acknowledged is lost."""

import json
import threading
import time

import pytest

from bench import house
from bench.house import House
from demo import child
from tests.faults.load import deliver, insist, post, signed, stored, tell
from tests.faults.load import order as an_order

DRAIN_WITHIN = 40
"""Seconds for what was delivered around one kill."""
SHORT_AND_LONG = [pytest.param(3, id="short"), pytest.param(20, id="long", marks=pytest.mark.long)]


@pytest.mark.parametrize("kills", SHORT_AND_LONG)
def test_a_killed_web_process_has_kept_everything_that_it_acknowledged(kills: int) -> None:
    with house.running(durable=False) as running:
        load = Load(running)
        for _ in range(kills):
            time.sleep(0.7)
            web = running.process("web")
            web.deaths = 0  # the patience of whoever starts it again is not what is tried here
            child.kill(web.running)
            running.processes.watch()
            assert running.wait(load.acknowledges, 20)
        answers = load.stop()
        assert running.quiet(DRAIN_WITHIN * kills)
        _nothing_acknowledged_is_lost(running, answers, "web killed", kills)


@pytest.mark.parametrize("kills", SHORT_AND_LONG)
def test_a_killed_database_answers_503_and_comes_back_by_itself(kills: int) -> None:
    with house.running() as running:
        load = Load(running)
        for _ in range(kills):
            time.sleep(0.7)
            running.servers.postgres.kill()
            time.sleep(0.7)
            running.servers.postgres.start()
            assert running.wait(load.acknowledges, 15)
        answers = load.stop()
        assert running.quiet(DRAIN_WITHIN * kills)
        assert set(answers.values()) <= {200, 503, 0}
        _nothing_acknowledged_is_lost(running, answers, "database killed", kills)


def test_redis_may_die_be_emptied_and_stay_away() -> None:
    with house.running(durable=False) as running:
        insist(running, range(10))
        running.servers.redis.kill()
        began = time.monotonic()
        answers = deliver(running, range(10, 40))
        slowest = (time.monotonic() - began) / 30
        assert set(answers.values()) == {200}
        assert running.quiet(60), "the tick does the work itself while Redis is away"
        running.servers.redis.start()
        insist(running, range(40, 50))
        assert running.quiet(60)
        twice = sum(count - 1 for count in running.sink.taken.values())
        tell("redis away", lost=50 - len(running.sink.taken), twice=twice, seconds_each=round(slowest, 3))
        assert len(running.sink.taken) == 50
        assert twice == 0


@pytest.mark.parametrize(
    "repeats", [pytest.param(60, id="short"), pytest.param(2000, id="long", marks=pytest.mark.long)]
)
def test_deliveries_repeated_at_once_have_one_effect(repeats: int) -> None:
    with house.running(durable=False) as running:
        for number in range(max(1, repeats // 20)):
            body = json.dumps(an_order(number)).encode()
            again = signed(body)
            threads = [
                threading.Thread(target=post, args=(running, body, again if i % 2 else signed(body)))
                for i in range(9)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert running.quiet(60)
        orders = max(1, repeats // 20)
        tell("repeated deliveries", orders=orders, mails=sum(running.sink.taken.values()))
        assert running.states() == {"sent": orders}
        assert sum(running.sink.taken.values()) == orders


class Load:
    """A store that delivers four at a time, without pause or with one, and remembers what it was answered."""

    def __init__(self, running: House, *, pause: float = 0) -> None:
        self._house, self._pause = running, pause
        self._answers: dict[int, int] = {}
        self._next = 0
        self._last_good = 0.0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._deliver) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def acknowledges(self) -> bool:
        """Whether something was acknowledged in the last half second."""
        return time.monotonic() - self._last_good < 0.5

    def stop(self) -> dict[int, int]:
        """Stop, and return each order's answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self._answers

    def _deliver(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                self._next += 1
                number = self._next
            body = json.dumps(an_order(number)).encode()
            answer = post(self._house, body, signed(body))
            self._answers[number] = answer
            if answer == 200:
                self._last_good = time.monotonic()
                time.sleep(self._pause)
            else:
                time.sleep(0.05)


def _nothing_acknowledged_is_lost(running: House, answers: dict[int, int], what: str, kills: int) -> None:
    acknowledged = {number for number, answer in answers.items() if answer == 200}
    lost = acknowledged - stored(running)
    twice = sum(count - 1 for count in running.sink.taken.values())
    tell(
        what, kills=kills, delivered=len(answers), acknowledged=len(acknowledged), lost=len(lost), twice=twice
    )
    assert acknowledged
    assert not lost
    assert twice == 0
