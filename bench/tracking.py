"""`make bench-tracking`: what a scan costs however long its parcel's history, and a day of asking carriers.

EVENTS (1,000,000) scans are applied, half of them to parcels of 10 and half to parcels of 200, turn by turn.
Then PARCELS (100,000) are asked about for a simulated day, at carriers that keep their published limits.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from app.carriers import directory
from demo.cluster import newest_installed
from demo.servers import Servers, beside, embedded

ROOT = Path(__file__).parent.parent
PARCELS_SQL = (Path(__file__).parent / "tracking_parcels.sql").read_text()
MOST_COST = 1.2
"""A scan of 200 beside a scan of 10."""


def main() -> None:
    """Run both halves on fresh databases; exit 0 only where the targets hold."""
    with tempfile.TemporaryDirectory(prefix="doorstep-tracking-") as scratch:
        servers = embedded(Path(scratch) / "servers", programs=newest_installed())
        try:
            figures = {part: _run(servers, part, Path(scratch)) for part in ("events", "day")}
        finally:
            servers.stop()
    events, day = figures["events"], figures["day"]
    met = events["cost_200_vs_10"] <= MOST_COST and day["over_the_limit"] == 0
    print(
        json.dumps(
            {"bench": "tracking", **events, **day, "targets": {"cost_200_vs_10": MOST_COST}, "met": met}
        )
    )
    sys.exit(not met)


def fill(carriers: list[str], *, shops: int, parcels: int, sent: datetime, now: datetime) -> None:
    """Put parcels into an empty house."""
    known = [directory.find(carrier) for carrier in carriers]
    slugs = [carrier.slug if carrier else None for carrier in known]
    named: dict[str, Any] = {"shops": shops, "parcels": parcels, "carriers": carriers, "slugs": slugs}
    named |= {"sent": sent, "now": now}
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for statement in filter(str.strip, PARCELS_SQL.split(";\n")):
            connection.execute(statement, named)
        connection.commit()
        connection.execute("ANALYZE")


def _run(servers: Servers, part: str, scratch: Path) -> dict[str, Any]:
    """Run one half in a process of its own, and return its last line."""
    name = f"bench_{part}"
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    environment = {
        **os.environ,
        "DATABASE_URL": beside(servers.database_url, name),
        "REDIS_URL": servers.redis_url,
        "DOORSTEP_SECRET_KEYS": "a-master-key-for-the-bench-of-32-characters",
        "BENCH_SCRATCH": str(scratch),
    }
    subprocess.run([sys.executable, "-m", "app.cli", "migrate"], check=True, cwd=ROOT, env=environment)
    command = [sys.executable, "-m", f"bench.tracking_{part}"]
    lines: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if running.returncode:
        sys.exit(f"bench.tracking_{part} ended with {running.returncode}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found


if __name__ == "__main__":
    main()
