"""A new version takes over under load, with a migration: nobody is answered 5xx, nothing is lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests

from bench import house
from bench.house import ROOT, House, free_port
from demo import child
from demo.processes import procfile
from demo.shopify.wire import HOST as SHOPIFY_HOST
from tests.faults.load import stored, tell
from tests.faults.rolling import Door, version_before
from tests.faults.test_servers import Load

GRACE = 30.0
"""Seconds that an orchestrator gives a process after SIGTERM."""
DRAIN_WITHIN = 300
PAUSE = 0.5
"""Seconds between two deliveries of each of four: what comes in is worked off while it does."""


class Looker:
    """Somebody who looks at pages without pause."""

    def __init__(self, running: House) -> None:
        self.seen: Counter[int] = Counter()
        self._address = f"http://127.0.0.1:{running.port}/track?shop={SHOPIFY_HOST}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.is_set():
            try:
                self.seen[requests.get(self._address, timeout=10).status_code] += 1
            except requests.RequestException:
                self.seen[0] += 1


@pytest.mark.long
def test_a_new_version_with_a_migration_takes_over_under_load(tmp_path: Path) -> None:
    first, second = free_port(), free_port()
    door = Door(first)
    with (
        version_before(tmp_path / "before") as before,
        house.running(root=before, door=door.port, extra={"PORT": str(first)}) as running,
    ):
        load, looker = Load(running, pause=PAUSE), Looker(running)
        try:
            time.sleep(2)
            after = {**os.environ, **running.environment, **house.of(ROOT), "PORT": str(second)}
            was = running.one("SELECT version_num FROM alembic_version")
            subprocess.run([sys.executable, "-m", "app.cli", "migrate"], check=True, cwd=ROOT, env=after)
            time.sleep(2)  # the old version on the new tables
            slowest = take_over(running, after, door, second)
            time.sleep(2)
        finally:
            answers = load.stop()
            looker.stop()
        assert running.one("SELECT version_num FROM alembic_version") != was
        assert running.quiet(DRAIN_WITHIN), (running.unfinished(), running.states())
        lost = {number for number, answer in answers.items() if answer == 200} - stored(running)
        twice = sum(count - 1 for count in running.sink.taken.values())
        tell(
            "rolled out under load",
            delivered=len(answers),
            not_acknowledged=sum(answer != 200 for answer in answers.values()),
            looks=sum(looker.seen.values()),
            looks_that_failed=sum(count for status, count in looker.seen.items() if status != 200),
            lost=len(lost),
            twice=twice,
            mails=len(running.sink.taken),
            slowest_end_seconds=round(slowest, 1),
        )
        assert set(answers.values()) == {200}
        assert set(looker.seen) == {200}
        assert (lost, twice) == (set(), 0)
        assert len(running.sink.taken) == len(answers)  # who ordered was thanked
        assert slowest < GRACE
    door.close()


def take_over(running: House, after: dict[str, str], door: Door, port: int) -> float:
    """Start each process anew, end the old one by SIGTERM; returns the longest wait for one."""
    order = [*procfile(ROOT)]
    slowest, olds = 0.0, sorted(running.processes.all, key=lambda it: order.index(it.name))
    running.processes.all.clear()
    running.processes.environment = after
    for old in olds:
        running.processes.start(f"new-{old.name}", procfile(ROOT)[old.name])
        if old.name == "web":
            assert running.wait(lambda: serves(port), 60)
            door.leads_to = port
        began = time.monotonic()
        child.end(old.running, signal.SIGTERM, patience=2 * GRACE)
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def serves(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False
