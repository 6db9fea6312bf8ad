"""`make replay-flows DATA=folder`: some months of the real orders with every flow on, and the months after.

Made up besides what the replay makes up: who agrees to offers (six shoppers in ten), the carts of one Shopify
order in three, and one in five that is left for good some weeks later. FIRST and LIMIT say which orders. The
clock goes from morning to morning in Brazil, to the next on which somebody is due. Ends in a reconciliation
of enrollments, messages and what was not sent, and why.
"""

import json
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from app.lib.clock import REPLAY_CLOCK, set_replay_clock
from bench import house
from bench.flow_counts import EXPLAINED, count
from bench.house import House
from bench.made_up import with_wishes
from bench.olist import Sale, sales
from bench.reconcile import reconcile
from bench.replay import as_stores_do, progress

MORNING = timedelta(hours=13, minutes=5)
"""After midnight, UTC: shortly after ten in Brazil, or eleven."""
A_DAY = timedelta(days=1)
GOES_ON_FOR = timedelta(days=225)
"""After the last order: half a year, and a month until who stays away is asked why."""


def main() -> None:
    """Replay, reconcile, and exit 0 only where nothing is lost, doubled or unexplained."""
    if len(sys.argv) != 2:
        sys.exit("Say where the Olist data lies: make replay-flows DATA=folder")
    first, limit = int(os.environ.get("FIRST", "72")), int(os.environ.get("LIMIT", "300"))
    found = [with_wishes(sale) for sale in sales(Path(sys.argv[1]))[first : first + limit]]
    clock_file = Path(f"/tmp/doorstep-replay-{os.getpid()}")  # noqa: S108
    set_replay_clock(clock_file, found[0].placed_at - A_DAY)
    try:
        with house.running(extra={REPLAY_CLOCK: str(clock_file)}) as running:
            counts = _replay(running, found, clock_file)
            told = reconcile(running.query, running.sink.taken, found, counts, EXPLAINED)
            flows = count(running.query, found)
        unexplained = told["unexplained"] + flows.unexplained
        line = told | {"bench": "replay_flows", "enrollments": flows.enrollments, "unexplained": unexplained}
        line["met"] = told["met"] and not flows.unexplained
        print(json.dumps(line))
        sys.exit(not line["met"])
    finally:
        clock_file.unlink(missing_ok=True)


def _replay(running: House, found: list[Sale], clock_file: Path) -> dict[str, int]:
    deliveries = sorted(as_stores_do(found, Random(2018)), key=lambda it: it[0])
    began, steps, done, at = time.monotonic(), 0, 0, deliveries[0][0] - A_DAY
    first, ends = deliveries[0][0], deliveries[-1][0] + GOES_ON_FOR
    while True:
        upcoming = [it[0] for it in deliveries[done : done + 1]] + _due_next(running)
        if not upcoming or (at := _morning_after(max(at, min(upcoming)))) > ends:
            break
        set_replay_clock(clock_file, at)
        while done < len(deliveries) and deliveries[done][0] <= at:
            _, telling, delivery = deliveries[done]
            if telling.is_shopify:
                running.shopify.shopify(telling.topic, telling.payload, delivery=delivery)
            else:
                running.woocommerce.woocommerce(telling.topic, telling.payload)
            done += 1
        _settle(running, clock_file, at)
        steps += 1
        if steps % 20 == 0:
            progress((at - first).days, (ends - first).days, at, began)
    return {"deliveries": len(deliveries), "steps": steps}


def _morning_after(moment: datetime) -> datetime:
    """Return the next morning after a moment."""
    morning = moment.replace(hour=0, minute=0, second=0, microsecond=0) + MORNING
    return morning if morning > moment else morning + A_DAY


def _settle(running: House, clock_file: Path, at: datetime) -> None:
    """Let everything be applied and sent that is due by now, and half an hour later what was gathered."""
    for minutes in (0, 1, 31):
        now = at + timedelta(minutes=minutes)
        set_replay_clock(clock_file, now)
        if not running.wait(lambda: _due(running, now) == 0, 120):  # noqa: B023 - waited for right here
            raise RuntimeError(f"{_due(running, now)} rows are stuck at {now}")


def _due(running: House, now: datetime) -> int:
    """Return how many rows somebody should be at work on."""
    return int(
        running.one(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')"
            " + (SELECT count(*) FROM event WHERE reacted_at IS NULL)"
            " + (SELECT count(*) FROM enrollment WHERE due_at <= %s)"
            " + (SELECT count(*) FROM message"
            " WHERE state = 'sending' OR (state = 'queued' AND due_at <= %s))",
            now,
            now,
        )
    )


def _due_next(running: House) -> list[datetime]:
    """Return when somebody in a flow, or a message, is next due."""
    soonest = running.query(
        "SELECT min(due_at) FROM enrollment UNION ALL SELECT min(due_at) FROM message WHERE state = 'queued'"
    )
    return [at for (at,) in soonest if at is not None]


if __name__ == "__main__":
    main()
