"""After an outage the stores deliver all that they kept, while their orders are compared with ours."""

import threading
import time

import pytest

from bench import faulted_shops
from bench.faulted_import import beside_its_stores, deliver, reconcile, wait
from bench.faulted_table import differences, wrong_messages
from bench.faulted_world import world
from demo import child
from tests.faults.load import tell

AT_ONCE = 3
"""How many times faster than before the stores deliver."""


@pytest.mark.parametrize(
    ("size", "is_timed"),
    [pytest.param(24, False, id="short"), pytest.param(800, True, id="long", marks=pytest.mark.long)],
)
def test_a_surge_beside_a_comparison_has_one_effect_each(size: int, is_timed: bool) -> None:  # noqa: FBT001 - a case
    with beside_its_stores() as (running, _):
        made = world(size, 24)
        faulted_shops.connect(running)
        told = [*made.now, *made.late]
        before, during = told[: len(told) // 3], told[len(told) // 3 :]
        began = time.monotonic()
        deliver(running, before)
        wait(running)
        steady = len(before) / (time.monotonic() - began)
        web = running.process("web")
        child.kill(web.running)
        running.processes.watch()
        assert running.wait(lambda: web.running.poll() is None and running.unfinished() == 0, 60)
        time.sleep(2)
        began = time.monotonic()
        threads = [
            threading.Thread(target=deliver, args=(running, during[lane::AT_ONCE])) for lane in range(AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        reconcile(running)
        for thread in threads:
            thread.join()
        wait(running)
        surge = len(during) / (time.monotonic() - began)
        reconcile(running)  # what was lost altogether, and what had changed while the first one went on
        differ, rows = differences(running, made)
        wrong = wrong_messages(running, made)
        rates = {"steady": round(steady, 1), "surge": round(surge, 1)}
        tell("outage", orders=size, deliveries=len(told), differ=differ, wrong=sum(wrong.values()), **rates)
        assert differ == 0, rows
        assert not wrong
        assert not is_timed or surge >= 0.8 * steady
