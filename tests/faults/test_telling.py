"""Whoever tells the store may die at any line: each step is shown there once, and none is missing."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from app.lib import clock
from app.vocabulary import ShipmentStatus as S
from bench import house
from bench.house import ROOT, House
from demo import child
from demo.shopify import wire
from tests.faults import telling
from tests.faults.load import chance, tell

WAY = (S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED)


@pytest.mark.parametrize(
    "size", [pytest.param((12, 2), id="short"), pytest.param((60, 10), id="long", marks=pytest.mark.long)]
)
def test_a_teller_killed_again_and_again_tells_each_step_once(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcels, kills = size
    with telling.ridge(tmp_path, monkeypatch) as address:
        extra = {"DOORSTEP_DEMO": "true", "DOORSTEP_STAND_INS": json.dumps({wire.HOST: address})}
        with house.running(durable=False, extra=extra) as running:
            sales = telling.sell(running, parcels, monkeypatch)
            assert running.quiet(60)
            for step, status in enumerate(WAY):
                hear(running, status, minutes_ago=30 - step)
                for _ in range(kills):
                    kill(running)
                assert running.quiet(120)
            begun_again = running.one("SELECT count(*) FROM call WHERE attempts > 1")
            shown = [telling.shown(sale) for sale in sales]
            twice = sum(count - 1 for steps in shown for count in steps.values())
            lost = sum(len(WAY) - len(steps) for steps in shown)
            tell("teller killed", kills=kills * 3, lost=lost, twice=twice, begun_again=begun_again)
            assert (lost, twice) == (0, 0)
            assert running.query("SELECT DISTINCT state FROM call") == [("done",)]
            assert running.query("SELECT DISTINCT source FROM tracking_event") == [("easypost",)]
            assert begun_again > 0


def hear(running: House, status: S, *, minutes_ago: int) -> None:
    """Let a carrier tell of every parcel."""
    at = clock.now().replace(microsecond=0) - timedelta(minutes=minutes_ago)
    about = {"SHOP": str(running.shops["shopify"]), "STATUS": status, "AT": at.isoformat()}
    env = {**os.environ, **running.environment, **about}
    subprocess.run([sys.executable, "-m", "tests.faults.telling"], check=True, cwd=ROOT, env=env)


def kill(running: House) -> None:
    """End whoever tells amid a call, and the lease of what it left behind: ten minutes have passed."""
    leased = "SELECT count(*) FROM call WHERE lease_until > now() AND state = 'waiting'"
    ends = time.monotonic() + 5
    while running.one(leased) == 0 and time.monotonic() < ends:
        time.sleep(0.005)
    time.sleep(chance.uniform(0.0, 2 * telling.SLOW))
    child.kill(running.process("caller").running)
    running.processes.watch()
    running.run("UPDATE call SET lease_until = now() WHERE lease_until IS NOT NULL")
