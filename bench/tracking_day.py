"""The second half of `make bench-tracking`: a day of asking, with the product's own scheduler and plug-ins.

Only the clock and the network are simulated, in a process for each carrier, as each has a lane of its own.
Carriers answer in their own wire formats, know what each parcel has done by now, keep their limits per
account in sliding windows, and answer 429 beyond them.
"""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from app.carriers.base import Limit, Source
from app.lib import clock, plugins
from app.lib.clock import REPLAY_CLOCK, set_replay_clock
from app.lib.db import transaction
from app.lib.http import Outside
from app.shops.models import Shop
from app.tracking.sources import sources
from bench.tracking import fill
from bench.tracking_world import World
from jobs import polling

PARCELS = int(os.environ.get("PARCELS", "100000"))
SHOPS = int(os.environ.get("SHOPS", "20"))
BEGINS = datetime(2026, 11, 23, 6, tzinfo=UTC)
DAY = timedelta(hours=float(os.environ.get("HOURS", "24")))
SHARES = ["FedEx"] * 12 + ["UPS"] * 6 + ["USPS", "DHL Express"]
"""One parcel in twenty with USPS and with DHL each: still more than their usual limits can serve at once."""
SOURCES: dict[str, Source] = {
    key: source for key, source in plugins.discover("app.carriers").items() if source.limits
}
SLUGS = {"FedEx": "fedex", "UPS": "ups", "USPS": "usps", "DHL Express": "dhl"}
WATCH = """
INSERT INTO carrier_watch (shop_id, source, number, due_at, fence)
SELECT shop_id, %s, number, %s::timestamptz + random() * interval '6 hours', 0
FROM shipment WHERE carrier = %s
"""
ACCOUNT = """
INSERT INTO carrier_account (shop_id, source, due_at, spent, failures, outcomes)
SELECT DISTINCT shop_id, source, %s::timestamptz, '{}'::jsonb, 0, '{}'::jsonb FROM carrier_watch
"""
STEP = polling.GLANCE
"""Seconds that pass at least while nothing is due."""
SCRATCH = Path(os.environ.get("BENCH_SCRATCH", "."))
Day = dict[str, Any]
"""How one carrier's day went."""


def main() -> None:
    """Live through the day with the carrier that is named, or with all of them at once; print how it went."""
    if sys.argv[1:]:
        (key,) = sys.argv[1:]
        (SCRATCH / f"day-{key}").write_text(json.dumps(_live(key)))
        return
    fill(SHARES, shops=SHOPS, parcels=PARCELS, sent=BEGINS - timedelta(days=4), now=BEGINS)
    _connect()
    began = time.perf_counter()
    lanes = [subprocess.Popen([sys.executable, "-m", "bench.tracking_day", key]) for key in SOURCES]
    if sum(lane.wait() for lane in lanes):
        sys.exit("a carrier's day ended early")
    days = {key: json.loads((SCRATCH / f"day-{key}").read_text()) for key in SOURCES}
    print(json.dumps(_report(days, time.perf_counter() - began)))


def _live(key: str) -> Day:
    clock_file = SCRATCH / f"clock-{key}"
    set_replay_clock(clock_file, BEGINS)
    os.environ[REPLAY_CLOCK] = str(clock_file)
    numbers = [number for number in range(PARCELS) if SLUGS[SHARES[number // SHOPS % len(SHARES)]] == key]
    world, outside = World(numbers, BEGINS), Outside(retries=polling.ONCE)
    began, told = time.perf_counter(), BEGINS
    with world.playing({key: SOURCES[key]}):
        while (now := clock.now()) < BEGINS + DAY:
            pause = polling.step(outside, key)
            if pause != 0:
                pause = 3600.0 if pause is None else pause
                set_replay_clock(clock_file, now + timedelta(seconds=max(pause, STEP)))
            if clock.now() - told > timedelta(hours=1):
                told = clock.now()
                asked = f"{world.requests[key]:,} requests about {world.numbers[key]:,} numbers"
                print(f"  {told:%H:%M} {key}: {asked}, {time.perf_counter() - began:,.0f} s", flush=True)
    over = sum(_beyond(times, limit) for times in world.moments.values() for limit in SOURCES[key].limits)
    return {
        "requests": world.requests[key],
        "numbers": world.numbers[key],
        "over": over + world.refused[key],
        "lags": world.lags[key],
    }


def _connect() -> None:
    """Give every shop an account with every carrier, and every number a time to be asked about."""
    with transaction() as session:
        for shop_id in range(1, SHOPS + 1):
            keys = {"client_id": "id", "client_secret": "secret", "api_key": f"key-{shop_id}"}
            for source in SOURCES.values():
                sources.keep(session, session.get_one(Shop, shop_id), source, keys)
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for carrier, key in SLUGS.items():
            connection.execute(WATCH, (key, BEGINS, carrier))
        connection.execute(ACCOUNT, (BEGINS,))
        connection.commit()
        connection.execute("ANALYZE")


def _report(days: dict[str, Day], seconds: float) -> dict[str, Any]:
    lags = {key: day["lags"] for key, day in days.items()}
    lags["all"] = [lag for day in days.values() for lag in day["lags"]]
    return {
        "parcels": PARCELS,
        "simulated_hours": DAY / timedelta(hours=1),
        "requests": {key: day["requests"] for key, day in days.items()},
        "numbers_asked": {key: day["numbers"] for key, day in days.items()},
        "over_the_limit": sum(day["over"] for day in days.values()),
        "staleness_hours": {
            key: {f"p{share}": round(_quantile(found, share) / 3600, 2) for share in (50, 95)}
            for key, found in sorted(lags.items())
        },
        "seconds": round(seconds),
    }


def _beyond(moments: list[float], limit: Limit) -> int:
    """Return how many requests were one too many in the window that they end."""
    spans = zip(moments, moments[limit.requests :], strict=False)
    return sum(later - first < limit.per.total_seconds() for first, later in spans)


def _quantile(values: list[float], share: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)] if values else 0.0


if __name__ == "__main__":
    main()
