"""Whoever takes people on in flows may die at any line: no step is lost, double or out of order."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.lib.clock import REPLAY_CLOCK, set_replay_clock
from bench import house
from bench.house import ROOT, House
from demo import child
from tests.faults import flowing
from tests.faults.flowing import Walked
from tests.faults.load import chance, tell

BEGIN = datetime(2026, 11, 23, 17, tzinfo=UTC)
DAYS = 5
"""After so many everybody has gone through."""
TURN = timedelta(hours=1)


@pytest.mark.parametrize(
    "size",
    [pytest.param((600, 6), id="short"), pytest.param((10_000, 60), id="long", marks=pytest.mark.long)],
)
def test_a_worker_killed_again_and_again_loses_doubles_and_misplaces_no_step(
    size: tuple[int, int], tmp_path: Path
) -> None:
    people, least = size
    clock_file = tmp_path / "clock"
    set_replay_clock(clock_file, BEGIN)
    with house.running(durable=False, wanted={"worker": 2}, extra={REPLAY_CLOCK: str(clock_file)}) as running:
        about = {"SHOP": str(running.shops["shopify"]), "PEOPLE": str(people)}
        env = {**os.environ, **running.environment, **about}
        subprocess.run([sys.executable, "-m", "tests.faults.flowing"], check=True, cwd=ROOT, env=env)
        kills = amid = 0
        for hour in range(1, DAYS * 24 + 1):
            now = BEGIN + hour * TURN
            set_replay_clock(clock_file, now)
            while due(running, now) and (kills < least or not amid):
                amid += kill(running)
                kills += 1
            assert running.wait(lambda now=now: due(running, now) == 0, 300)  # type: ignore[misc]
        seen = flowing.walked(running)
        tell("flows killed", kills=kills, amid=amid, people=people, lost=seen.lost, twice=seen.twice,
             out_of_order=seen.out_of_order)  # fmt: skip
        assert seen == Walked(unfinished=0, out_of_order=0, lost=0, twice=0)
        assert amid > 0, "nobody was killed while somebody was in hand"


def due(running: House, now: datetime) -> int:
    """Return how many are to be looked at by now."""
    return int(running.one("SELECT count(*) FROM enrollment WHERE due_at <= %s", now))


def kill(running: House) -> bool:
    """End a worker a moment after it has begun; tells whether it left people behind it in the middle."""
    time.sleep(chance.uniform(0.0, 1.0))
    name = chance.choice(["worker", "worker2"])
    holding = "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE '%%enrollment%%'"
    before = running.one(f"{holding} AND pid <> pg_backend_pid()")
    running.process(name).deaths = 0  # the house waits longer for what dies by itself
    child.kill(running.process(name).running)
    running.processes.watch()
    return bool(before)
