"""The second half of `make bench-tracking`: a day of asking, with the product's own scheduler and plug-ins.

Only the clock and the network are simulated. Carriers answer in their own wire formats, know what each parcel
has done by now, keep their limits per account in sliding windows, and answer 429 beyond them.
"""

import json
import os
import time
from collections import Counter, defaultdict
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
from app.tracking import sources
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
STEP = 0.05
"""Seconds that pass at least while nothing is due."""


def main() -> None:
    """Live through the day; print how it went."""
    clock_file = Path(os.environ["BENCH_SCRATCH"]) / "clock"
    set_replay_clock(clock_file, BEGINS)
    os.environ[REPLAY_CLOCK] = str(clock_file)
    sent = BEGINS - timedelta(days=4)
    fill(SHARES, shops=SHOPS, parcels=PARCELS, sent=sent, now=BEGINS)
    _connect()
    world = World(PARCELS, BEGINS)
    outside, began, told = Outside(retries=polling.ONCE), time.perf_counter(), BEGINS
    with world.playing(SOURCES):
        while (now := clock.now()) < BEGINS + DAY:
            pauses = [_until_nothing_is_due(outside, source) for source in SOURCES]
            set_replay_clock(clock_file, now + timedelta(seconds=max(min(pauses), STEP)))
            if clock.now() - told > timedelta(hours=1):
                told = clock.now()
                print(f"  {told:%H:%M}: {sum(world.requests.values()):,} requests,"
                      f" {time.perf_counter() - began:,.0f} s", flush=True)  # fmt: skip
    _report(world, time.perf_counter() - began)


def _until_nothing_is_due(outside: Outside, source: str) -> float:
    while True:
        pause = polling.step(outside, source)
        if pause is None or pause > 0:
            return 3600.0 if pause is None else pause


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


def _report(world: World, seconds: float) -> None:
    over = Counter[str]()
    for (key, _), moments in world.moments.items():
        over[key] += sum(_beyond(moments, limit) for limit in SOURCES[key].limits)
    lags: dict[str, list[float]] = defaultdict(list)
    for key, found in world.lags.items():
        lags[key] += found
        lags["all"] += found
    figures: dict[str, Any] = {
        "parcels": PARCELS,
        "simulated_hours": DAY / timedelta(hours=1),
        "requests": dict(world.requests),
        "numbers_asked": dict(world.numbers),
        "over_the_limit": sum(over.values()) + sum(world.refused.values()),
        "staleness_hours": {
            key: {f"p{share}": round(_quantile(found, share) / 3600, 2) for share in (50, 95)}
            for key, found in sorted(lags.items())
        },
        "seconds": round(seconds),
    }
    print(json.dumps(figures))


def _beyond(moments: list[float], limit: Limit) -> int:
    """Return how many requests were one too many in the window that they end."""
    spans = zip(moments, moments[limit.requests :], strict=False)
    return sum(later - first < limit.per.total_seconds() for first, later in spans)


def _quantile(values: list[float], share: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)] if values else 0.0


if __name__ == "__main__":
    main()
