"""A carrier that is slow, silent, crowded or wrong: nobody else waits for it, and it is not believed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random

import pytest

from app.lib import clock
from bench import house
from bench.house import ROOT, House
from demo import numbers
from tests.faults import carriers
from tests.faults.carriers import Carrier, let_all_be_due
from tests.faults.load import FIRST, order, post, signed, tell
from tests.journeys import payloads

PARCELS = 40
"""Of each carrier."""
MODES = {
    "slow": "no_answer",
    "500": "failed",
    "html": "not_data",
    "429": "throttled",
    "other_number": "other_number",
}
"""How a carrier is ill, and what is counted of it."""
A_TICK = 2.0


@dataclass
class Seen:
    """What the others noticed of one stretch of time."""

    webhooks: list[float] = field(default_factory=list)
    """Seconds to the answer."""
    fedex: list[float] = field(default_factory=list)
    """Seconds from being due to being asked."""


@pytest.mark.parametrize(
    "rounds", [pytest.param(1, id="short"), pytest.param(6, id="long", marks=pytest.mark.long)]
)
def test_a_bad_carrier_harms_nobody_and_is_not_believed(rounds: int) -> None:
    with carriers_and_house() as (ups, fedex, running):
        well, ill = Seen(), Seen()
        for number in range(rounds * len(MODES)):  # interleaved: the machine's own moods fall on both alike
            ups.mode = "well"
            running.run("UPDATE carrier_account SET failures = 0 WHERE source = 'ups'")
            let_all_be_due(running, "ups")
            look(running, fedex, well, number * 2)
            ups.mode, counted = list(MODES.items())[number % len(MODES)]
            before, calls = outcomes(running).get(counted, 0), ups.calls
            let_all_be_due(running, "ups")
            look(running, fedex, ill, number * 2 + 1)
            assert ups.calls - calls <= 2 or ups.mode == "other_number", f"{ups.mode}: {ups.calls - calls}"
            assert running.wait(partial(is_counted, running, counted, before), 60), ups.mode
        wrong = running.one("SELECT count(*) FROM shipment WHERE status NOT IN ('pending', 'in_transit')")
        tell(
            "bad carrier",
            wrong=wrong,
            webhook_p99_ms=[round(p99(seen.webhooks) * 1000, 1) for seen in (well, ill)],
            other_carrier_p99_s=[round(p99(seen.fedex), 2) for seen in (well, ill)],
            outcomes=outcomes(running),
        )
        assert wrong == 0
        if rounds > 1:  # a few calls are no measure
            assert p99(ill.webhooks) <= p99(well.webhooks) * 1.5 + 0.02
            assert p99(ill.fedex) <= p99(well.fedex) * 1.1 + A_TICK


def outcomes(running: House) -> dict[str, int]:
    """Return how often asking UPS ended in which way."""
    found: dict[str, int] = running.one("SELECT outcomes FROM carrier_account WHERE source = 'ups'")
    return found


def is_counted(running: House, outcome: str, before: int) -> bool:
    """Return whether an outcome was counted once more."""
    return outcomes(running).get(outcome, 0) > before


def look(running: House, fedex: Carrier, seen: Seen, number: int) -> None:
    """Deliver orders for some seconds while another carrier's parcels are all due."""
    leased = (
        "SELECT count(*) FROM carrier_watch WHERE source = 'fedex' AND due_at < now() + interval '10 minutes'"
    )
    assert running.wait(lambda: running.one(leased) == 0, 60)
    since, first = let_all_be_due(running, "fedex"), len(fedex.asked)
    least = time.monotonic() + 5
    while time.monotonic() < least or (len(fedex.asked) < first + PARCELS and time.monotonic() < least + 20):
        body = json.dumps(order(10_000 + len(seen.webhooks) + number * 100_000)).encode()
        began = time.monotonic()
        assert post(running, body, signed(body)) == 200
        seen.webhooks.append(time.monotonic() - began)
        time.sleep(0.02)
    late = [at - since for at, _ in fedex.asked[first:]]
    assert len(late) >= PARCELS
    seen.fedex += late


@contextmanager
def carriers_and_house() -> Iterator[tuple[Carrier, Carrier, House]]:
    """Run a house whose Shopify shop has parcels with both carriers, and accounts."""
    ups, fedex = Carrier(carriers.ups), Carrier(carriers.fedex)
    stand_ins = json.dumps({"onlinetools.ups.com": ups.address, "apis.fedex.com": fedex.address})
    extra = {"DOORSTEP_DEMO": "true", "DOORSTEP_STAND_INS": stand_ins}
    try:
        with house.running(durable=False, extra=extra) as running:
            env = {**os.environ, **running.environment, "SHOP": str(running.shops["shopify"])}
            subprocess.run([sys.executable, "-m", "tests.faults.carriers"], check=True, cwd=ROOT, env=env)
            for number in range(PARCELS):
                send(running, number, "UPS", numbers.ups(Random(number)))
                send(running, PARCELS + number, "FedEx", numbers.fedex(Random(number)))
            assert running.quiet(120)
            moved = "SELECT count(*) FROM shipment WHERE status = 'in_transit'"
            for source in ("ups", "fedex"):
                let_all_be_due(running, source)
            assert running.wait(lambda: running.one(moved) == 2 * PARCELS, 60)
            yield ups, fedex, running
    finally:
        ups.close()
        fedex.close()


def send(running: House, number: int, company: str, tracking: str) -> None:
    """Let a shopper buy, and the parcel leave."""
    body = json.dumps(order(number)).encode()
    assert post(running, body, signed(body)) == 200
    ident = FIRST * 10 + number
    left = payloads.fulfillment(
        clock.now(), FIRST + number, ident, tracking_company=company, tracking_numbers=[tracking]
    )
    body = json.dumps(left).encode()
    assert post(running, body, signed(body, **{"X-Shopify-Topic": "fulfillments/create"})) == 200


def p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
