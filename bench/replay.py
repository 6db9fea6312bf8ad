"""`make replay DATA=folder`: 8,135 real orders, delivered as two stores would, on a clock that runs fast.

A share of the deliveries comes twice under the same id (5 %), again under a new one (5 %), late and in
the wrong order (5 %), and WooCommerce merges some of its own (5 %). Ends in a reconciliation table.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from app.lib.clock import REPLAY_CLOCK, set_replay_clock
from bench import house
from bench.house import House
from bench.olist import Sale, Telling, sales, tellings
from bench.reconcile import reconcile

STEP = timedelta(hours=12)
SHARE = 0.05
LATE_BY = timedelta(hours=30)


def main() -> None:
    """Replay, reconcile, and exit 0 only where nothing is lost, doubled or unexplained."""
    if len(sys.argv) != 2:
        sys.exit("Say where the Olist data lies: make replay DATA=folder")
    found = sales(Path(sys.argv[1]))
    limit = int(os.environ.get("LIMIT", "0"))
    found = found[:limit] if limit else found
    clock_file = Path(f"/tmp/doorstep-replay-{os.getpid()}")  # noqa: S108
    set_replay_clock(clock_file, found[0].placed_at)
    try:
        with house.running(extra={REPLAY_CLOCK: str(clock_file)}) as running:
            counts = _replay(running, found, clock_file)
            line = reconcile(running.query, running.sink.taken, found, counts)
        print(json.dumps(line))
        sys.exit(not line["met"])
    finally:
        clock_file.unlink(missing_ok=True)


def _replay(running: House, found: list[Sale], clock_file: Path) -> dict[str, int]:
    chance = random.Random(2018)
    deliveries = sorted(as_stores_do(found, chance), key=lambda pair: pair[0])
    counts = {"deliveries": len(deliveries), "steps": 0}
    began = time.monotonic()
    at = deliveries[0][0]
    done = 0
    while done < len(deliveries):
        at = max(at + STEP, deliveries[done][0])
        set_replay_clock(clock_file, at)
        while done < len(deliveries) and deliveries[done][0] <= at:
            _, telling, delivery = deliveries[done]
            store = running.shopify if telling.is_shopify else running.woocommerce
            if telling.is_shopify:
                store.shopify(telling.topic, telling.payload, delivery=delivery)
            else:
                store.woocommerce(telling.topic, telling.payload)
            done += 1
        _settle(running, clock_file, at)
        counts["steps"] += 1
        if counts["steps"] % 50 == 0 or done == len(deliveries):
            progress(done, len(deliveries), at, began)
    set_replay_clock(clock_file, at + timedelta(hours=2))
    if not running.quiet(120):
        print(f"\n{running.unfinished()} rows were still waiting at the end")
    return counts


def _settle(running: House, clock_file: Path, at: datetime) -> None:
    """Let everything be applied and sent before the clock moves on, a few replayed minutes at a time."""
    for minutes in (0, 1, 31):
        set_replay_clock(clock_file, at + timedelta(minutes=minutes))
        if not running.wait(lambda: _due(running) == 0, 120):
            raise RuntimeError(f"{running.unfinished()} rows are stuck at {at}")
        if running.one("SELECT count(*) FROM message WHERE state = 'queued'") == 0:
            return


def _due(running: House) -> int:
    return int(
        running.one(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')"
            " + (SELECT count(*) FROM event WHERE reacted_at IS NULL)"
            " + (SELECT count(*) FROM message WHERE state = 'sending')"
        )
    )


def as_stores_do(found: list[Sale], chance: random.Random) -> Iterator[tuple[datetime, Telling, str]]:
    """Return every delivery with its moment and id: some twice, some late, some merged."""
    for sale in found:
        told = list(tellings(sale))
        if not sale.is_shopify and len(told) > 2 and chance.random() < SHARE:
            del told[0]  # merged: the store only ever tells the later state
        for number, telling in enumerate(told):
            ident = f"{sale.number}-{number}"
            luck = chance.random()
            late = LATE_BY if luck < SHARE and number else timedelta(0)
            yield telling.at + late, telling, ident
            if SHARE <= luck < 2 * SHARE:
                yield telling.at + timedelta(minutes=3), telling, ident
            elif 2 * SHARE <= luck < 3 * SHARE:
                yield telling.at + timedelta(hours=7), telling, f"{ident}-again"


def progress(done: int, total: int, at: datetime, began: float) -> None:
    """Say how far a replay has come."""
    share = done / total
    bar = "#" * round(30 * share)
    left = (time.monotonic() - began) * (1 - share) / max(share, 0.001)
    print(f"[{bar:<30}] {share:4.0%}  {at:%Y-%m-%d}  {left / 60:.0f} min left", flush=True)


if __name__ == "__main__":
    main()
