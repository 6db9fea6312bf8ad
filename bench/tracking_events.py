"""The first half of `make bench-tracking`: scans applied one update at a time, as sources tell them."""

import json
import os
import time
from datetime import datetime, timedelta
from statistics import median

from app.carriers.base import Scan, Update
from app.lib import clock
from app.lib.db import transaction
from app.tracking.scans import scans
from app.vocabulary import ShipmentStatus as S
from bench.tracking import fill

EVENTS = int(os.environ.get("EVENTS", "1000000"))
SHORT, LONG = 10, 200
TOLD_AT_ONCE = 10
"""New scans in one update."""
TURNS = 20
"""Measured alternately, so that the machine's moods fall on both alike."""
WAY = (S.LABEL_CREATED, S.PICKED_UP, *(S.IN_TRANSIT,) * 7, S.OUT_FOR_DELIVERY)


def main() -> None:
    """Apply them all; print what each costs."""
    now = clock.now()
    short, long = EVENTS // 2 // SHORT, max(1, EVENTS // 2 // LONG)
    sent = now - timedelta(days=2)  # on their way, and told of in time
    fill(["UPS"], shops=20, parcels=short + long, sent=sent, now=now)
    costs: dict[int, list[float]] = {SHORT: [], LONG: []}
    for turn in range(TURNS):
        few = [(parcel, 0) for parcel in range(turn * short // TURNS, (turn + 1) * short // TURNS)]
        rounds = LONG // TOLD_AT_ONCE
        many = [
            (short + parcel, number)
            for number in range(turn * rounds // TURNS, (turn + 1) * rounds // TURNS)
            for parcel in range(long)
        ]
        for length, updates in ((SHORT, few), (LONG, many)):
            began = time.perf_counter()
            for parcel, number in updates:
                _apply(parcel, number, sent)
            costs[length].append((time.perf_counter() - began) / max(1, len(updates)) / TOLD_AT_ONCE)
        few_ms, many_ms = (costs[length][-1] * 1000 for length in (SHORT, LONG))
        done = (turn + 1) * LONG // TURNS
        print(f"  a scan costs {few_ms:.2f} ms of {SHORT}, {many_ms:.2f} ms of up to {done}", flush=True)
    last = TURNS // 2  # the second half of the histories, where a growing cost would show
    figures = {
        "events": (short + long * LONG // SHORT) * TOLD_AT_ONCE,
        "ms_per_event_of_10": round(median(costs[SHORT][last:]) * 1000, 3),
        "ms_per_event_of_200": round(median(costs[LONG][last:]) * 1000, 3),
    }
    ratio = median(b / a for a, b in zip(costs[SHORT][last:], costs[LONG][last:], strict=True))
    print(json.dumps({**figures, "cost_200_vs_10": round(ratio, 2)}))


def _apply(parcel: int, number: int, sent: datetime) -> None:
    """Let a source tell the next scans of a parcel."""
    told = tuple(
        Scan(
            external_id=f"{number}-{i}",
            status=WAY[i] if number == 0 else S.IN_TRANSIT,
            raw_status="I",
            happened_at=sent + timedelta(hours=1, minutes=(number * TOLD_AT_ONCE + i) * 10),
            city="Boulder",
            country="US",
        )
        for i in range(TOLD_AT_ONCE)
    )
    with transaction() as session:
        update = Update(number=f"P{parcel}", scans=told)
        shop_id = parcel % 20 + 1
        scans.keep_update(session, shop_id, update, source="ups", heard_at=clock.now())


if __name__ == "__main__":
    main()
