"""`make bench-flows`: people taken on in flows, beside pgbench that updates as many rows one by one.

SIZE (100,000) people go through a flow, in turns with pgbench. Then: what a tick costs with SIZE waiting
and 1,000 due beside one with 10,000 waiting; CARTS (10,000) due in one second, half of them bought meanwhile;
and one shop with SIZE due beside 99 with 10 each, as people in a flow and as messages to be sent.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from app.flows import engine
from app.lib import clock
from bench import flows_rush, flows_world
from demo.cluster import newest_installed
from demo.servers import Servers, beside, embedded

ROOT = Path(__file__).parent.parent
SIZE = int(os.environ.get("SIZE", "100000"))
FEW, DUE = 10_000, 1_000
TURNS = int(os.environ.get("TURNS", "8"))
TICKS = 5
HOUR = timedelta(hours=1)
LET_SOME_BE_DUE = """
    UPDATE enrollment SET due_at = %s
    WHERE id IN (SELECT id FROM enrollment WHERE step = 'an hour' AND due_at > %s ORDER BY random() LIMIT %s)
"""
TARGETS = {"vs_pgbench": 0.5, "cost_of_waiting": 1.5, "carts_seconds": 10, "small_shops_seconds": 10}


def main() -> None:
    """Run every part; print the figures and one line of JSON; exit 0 only where the targets hold."""
    with tempfile.TemporaryDirectory(prefix="doorstep-flows-") as scratch:
        servers = embedded(Path(scratch) / "servers", programs=newest_installed())
        try:
            _prepare(servers)
            figures = {**_advance(servers, Path(scratch)), **_ticks()}
        finally:
            servers.stop()
    figures |= flows_rush.run(SIZE)
    met = (
        figures["vs_pgbench"] >= TARGETS["vs_pgbench"]
        and figures["cost_of_waiting"] <= TARGETS["cost_of_waiting"]
        and figures["mails_to_who_bought"] == 0
        and figures["carts_seconds"] <= TARGETS["carts_seconds"]
        and max(figures["small_shops_seconds"], figures["small_shops_mails_seconds"])
        <= TARGETS["small_shops_seconds"]
    )
    print(json.dumps({"bench": "flows", "size": SIZE, **figures, "targets": TARGETS, "met": met}))
    sys.exit(not met)


def _advance(servers: Servers, scratch: Path) -> dict[str, Any]:
    """Let all go through the whole flow, in turns with pgbench."""
    began = clock.now()
    house = flows_world.shop(0, began - HOUR)
    flows_world.fill(house, SIZE, due=began, now=began)
    flows_world.run("CREATE TABLE plain AS SELECT id, due_at, 0 AS moved FROM enrollment")
    flows_world.run("ALTER TABLE plain ADD PRIMARY KEY (id)")
    flows_world.run("VACUUM ANALYZE")
    rates, plain, looks = list[float](), list[float](), 0
    batches = max(1, -(-SIZE // engine.BATCH) * 4 // TURNS)
    for moment in (began, began + HOUR, began + 26 * HOUR, began + 75 * HOUR):
        while True:
            looked, took, before = 0, 0.0, flows_world.steps()
            for _ in range(batches):
                start = time.perf_counter()
                with flows_world.at(moment):
                    many = flows_world.take_on(engine.BATCH)
                took += time.perf_counter() - start
                looked += many
                if not many:
                    break
            if not looked:
                break
            looks += looked
            passed = flows_world.steps() - before
            if passed:
                rates.append(passed / took)
                plain.append(_pgbench(servers, scratch))
                ours = f"{rates[-1]:,.0f} steps/s, {looked / took:,.0f} looks/s"
                print(f"  {ours}; pgbench {plain[-1]:,.0f} rows/s", flush=True)
    unfinished = flows_world.one("SELECT count(*) FROM enrollment WHERE over IS DISTINCT FROM 'finished'")
    return {
        "people": SIZE,
        "looks": looks,
        "steps": flows_world.steps(),
        "steps_per_second": round(median(rates)),
        "pgbench_rows_per_second": round(median(plain)),
        "vs_pgbench": round(median(o / p for o, p in zip(rates, plain, strict=True)), 2),
        "unfinished": unfinished,
    }


def _ticks() -> dict[str, Any]:
    """Measure ticks with few and with many waiting, in turns: the same rows are put away and brought back."""
    now, later = clock.now(), timedelta(days=300)
    house = flows_world.shop(1, now - HOUR)
    flows_world.run("DELETE FROM enrollment")
    flows_world.fill(house, FEW, first=0, due=now + later, now=now)
    costs: dict[str, list[float]] = {"few": [], "many": []}
    for kind in ("few", "many"):
        if kind == "many":
            flows_world.fill(house, SIZE - FEW, first=FEW, due=now + later, now=now)
        flows_world.run("VACUUM ANALYZE enrollment")
        for tick in range(TICKS + 1):
            flows_world.run(LET_SOME_BE_DUE, now - HOUR, now, DUE)
            start = time.perf_counter()
            with flows_world.at(now + 2 * HOUR):
                while flows_world.take_on(engine.BATCH):
                    pass
            if tick:  # the first one warms up
                costs[kind].append(time.perf_counter() - start)
        print(
            f"  {kind} waiting: a tick with {DUE:,} due takes {median(costs[kind]) * 1000:,.0f} ms",
            flush=True,
        )
    few, many = median(costs["few"]), median(costs["many"])
    return {
        "tick_ms_few": round(few * 1000),
        "tick_ms_many": round(many * 1000),
        "cost_of_waiting": round(many / few, 2),
    }


def _pgbench(servers: Servers, scratch: Path) -> float:
    """Return how many rows a second pgbench updates, one by one."""
    script = scratch / "update.sql"
    script.write_text(
        f"\\set n random(1, {SIZE})\nUPDATE plain SET moved = moved + 1, due_at = now() WHERE id = :n;\n"
    )
    programs = newest_installed()
    command = [
        str(programs / "pgbench") if programs else "pgbench",
        "-h",
        str(servers.sockets),
        "-U",
        "doorstep",
    ]
    command += ["-n", "-M", "prepared", "-c1", "-j1", "-T3", "-f", str(script), "flows"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(next(line for line in out.splitlines() if line.startswith("tps")).split()[2])


def _prepare(servers: Servers) -> None:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE flows")
    os.environ |= {
        "DATABASE_URL": beside(servers.database_url, "flows"),
        "REDIS_URL": servers.redis_url,
        "DOORSTEP_SECRET_KEYS": "a-master-key-for-the-bench-of-32-characters",
    }
    subprocess.run(
        [sys.executable, "-m", "app.cli", "migrate"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    main()
