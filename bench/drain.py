"""`make bench-drain`: what one worker makes of a full inbox, and whether that depends on how much it holds.

DELIVERIES (4,000) of a Shopify store, four for each new order (paid, sent, under way, delivered), are drained
into a house of ORDERS (10,000) and into one of ten times as many, in turns. Beside it pgbench sends the same
number of statements for each delivery on one connection, and commits as often: what the database alone takes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import event

from app.lib import clock
from app.lib.db import engine
from demo import numbers
from demo.cluster import newest_installed
from demo.servers import Servers, beside, embedded
from demo.shopify.wire import HOST
from jobs import inbox

ROOT = Path(__file__).parent.parent
DELIVERIES = int(os.environ.get("DELIVERIES", "4000"))
ORDERS = int(os.environ.get("ORDERS", "10000"))
MANY = 10
TURNS = int(os.environ.get("TURNS", "3"))
PAID = (ROOT / "tests" / "recordings" / "shopify" / "orders__paid.json").read_text()
FILL_SQL = (Path(__file__).parent / "drain_orders.sql").read_text()
MOST_GROWTH = 1.2
STEPS = ("paid", "sent", "in_transit", "delivered")
PUT = """
INSERT INTO inbox (shop_id, topic, delivery_key, body_key, body, received_at, state, due_at, attempts)
VALUES (%s, %s, %s, %s, %s, %s, 'waiting', %s, 0)
"""


MINE = "WHERE shop_id = 1 AND external_id = (:n + {}::int)::text;\n"
SELECT = f'SELECT * FROM "order" {MINE}'
UPDATE = f'UPDATE "order" SET is_first = NOT coalesce(is_first, false) {MINE}'


class Counted:
    """How many statements were sent, and how many transactions committed."""

    def __init__(self) -> None:
        self.statements = self.commits = 0
        event.listen(engine(), "before_cursor_execute", self._sent)
        event.listen(engine(), "commit", self._committed)

    def _sent(self, *_: object) -> None:
        self.statements += 1

    def _committed(self, *_: object) -> None:
        self.commits += 1


def main() -> None:
    """Drain in turns into a small and a large house; print the figures and one line of JSON."""
    with tempfile.TemporaryDirectory(prefix="doorstep-drain-") as scratch:
        servers = embedded(Path(scratch) / "servers", programs=newest_installed())
        try:
            _report(*_measure(servers, Path(scratch)))
        finally:
            servers.stop()


def _measure(servers: Servers, scratch: Path) -> tuple[dict[str, list[float]], Counted, int]:
    figures: dict[str, list[float]] = {"small": [], "large": [], "pgbench": [], "worker_ms": []}
    _prepare(servers)
    counted, first = Counted(), 1_000_000
    for size, orders in (("small", ORDERS), ("large", ORDERS * MANY)):
        _fill(orders)
        for turn in range(TURNS):
            began = counted.statements, counted.commits
            seconds, worked = _drain(first)
            figures["worker_ms"].append(worked * 1000 / DELIVERIES)
            first += DELIVERIES
            statements, commits = (counted.statements - began[0], counted.commits - began[1])
            figures[size].append(DELIVERIES / seconds)
            figures["pgbench"].append(
                _pgbench(servers, scratch, statements / DELIVERIES, DELIVERIES / commits)
            )
            print(
                f"{size}, turn {turn + 1} of {TURNS}: {figures[size][-1]:,.0f} deliveries/s,"
                f" {statements / DELIVERIES:.1f} statements, {commits / DELIVERIES:.2f} commits and"
                f" {figures['worker_ms'][-1]:.1f} ms of the worker's processor each;"
                f" pgbench {figures['pgbench'][-1]:,.0f}/s",
                flush=True,
            )
    return figures, counted, first


def _report(figures: dict[str, list[float]], counted: Counted, first: int) -> None:
    drained = first - 1_000_000
    growth = median(figures["small"]) / median(figures["large"])
    ours = figures["small"] + figures["large"]
    unfinished = _one("SELECT count(*) FROM inbox WHERE state <> 'done'")
    arrived = _one("SELECT count(*) FROM shipment WHERE status = 'delivered' AND announced_at IS NOT NULL")
    line: dict[str, Any] = {
        "bench": "drain",
        "deliveries_per_second": round(median(figures["small"])),
        "with_ten_times_the_orders": round(median(figures["large"])),
        "cost_10x_orders": round(growth, 2),
        "worker_ms_per_delivery": round(median(figures["worker_ms"]), 1),
        "statements_per_delivery": round(counted.statements / drained, 1),
        "commits_per_delivery": round(counted.commits / drained, 3),
        "vs_pgbench": round(median(o / p for o, p in zip(ours, figures["pgbench"], strict=True)), 2),
        "all_done": unfinished == 0 and arrived == drained // len(STEPS),
        "targets": {"cost_10x_orders": MOST_GROWTH},
    }
    met = line["all_done"] and growth <= MOST_GROWTH
    print(json.dumps(line | {"met": met}))
    sys.exit(not met)


def _drain(first: int) -> tuple[float, float]:
    """Put deliveries into the inbox and drain them; returns the seconds of the clock and of our processor."""
    now = clock.now()
    orders = range(first, first + DELIVERIES // len(STEPS))
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = ((1, *_delivery(step, number, now), now, now) for step in STEPS for number in orders)
        with connection.cursor() as cursor:
            cursor.executemany(
                PUT, ((shop, topic, uuid4(), uuid4(), body, at, due) for shop, topic, body, at, due in rows)
            )
    began, worked = time.perf_counter(), time.process_time()
    while _one("SELECT count(*) FROM inbox WHERE state = 'waiting'"):
        inbox.drain()
    return time.perf_counter() - began, time.process_time() - worked


def _delivery(step: str, number: int, now: datetime) -> tuple[str, bytes]:
    """Return the topic and body of what the store says of an order."""
    at = (now - timedelta(hours=1)).isoformat()
    if step == "paid":
        body: dict[str, Any] = json.loads(PAID) | {
            "id": number,
            "name": f"#{number}",
            "email": f"shopper{number}@shopper.example",
            "contact_email": f"shopper{number}@shopper.example",
            "cancelled_at": None,
            "financial_status": "paid",
            "test": False,
            "created_at": at,
            "processed_at": at,
            "updated_at": at,
            "fulfillments": [],
            "order_status_url": f"https://{HOST}/1/orders/{number}",
        }
        body["customer"] |= {"id": number, "email": body["email"]}
        for place, line in enumerate(body["line_items"]):
            line["id"] = number * 10 + place
        return "orders/paid", json.dumps(body).encode()
    if step == "sent":
        body = {
            "id": number,
            "order_id": number,
            "status": "success",
            "created_at": at,
            "updated_at": at,
            "tracking_company": "UPS",
            "tracking_numbers": [numbers.ups(Random(number))],
            "line_items": [],
        }
        return "fulfillments/create", json.dumps(body).encode()
    happened = now - timedelta(minutes=30 if step == "in_transit" else 5)
    body = {
        "id": number * 10 + STEPS.index(step),
        "fulfillment_id": number,
        "order_id": number,
        "status": step,
        "happened_at": happened.isoformat(),
        "updated_at": happened.isoformat(),
    }
    return "fulfillment_events/create", json.dumps(body).encode()


def _pgbench(servers: Servers, scratch: Path, statements: float, deliveries: float) -> float:
    """Return deliveries a second for which pgbench sends as many statements, and commits as often."""
    script = scratch / "statements.sql"
    each = round(statements * deliveries)
    lines = [(UPDATE if number % 3 == 2 else SELECT).format(number) for number in range(max(1, each))]
    script.write_text(f"\\set n random(1, {ORDERS - len(lines)})\nBEGIN;\n" + "".join(lines) + "COMMIT;\n")
    command = ["pgbench", "-h", str(servers.sockets), "-U", "doorstep", "-n", "-M", "prepared", "-c1", "-j1"]
    programs = newest_installed()
    if programs:
        command[0] = str(programs / "pgbench")
    command += ["-T5", "-f", str(script), "drain"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in out.splitlines() if line.startswith("tps"))
    return float(line.split()[2]) * deliveries


def _prepare(servers: Servers) -> None:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE drain")
    os.environ |= {
        "DATABASE_URL": beside(servers.database_url, "drain"),
        "REDIS_URL": servers.redis_url,
        "DOORSTEP_SECRET_KEYS": "a-master-key-for-the-bench-of-32-characters",
        "HOUSE_WOO_SECRET": "bench-secret",
        "PYTHONPATH": str(ROOT),
    }
    for command in ("app.cli", "migrate"), ("bench.shops",):
        subprocess.run([sys.executable, "-m", *command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def _fill(orders: int) -> None:
    """Let the house hold so many orders that arrived long ago."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for statement in filter(str.strip, FILL_SQL.split(";\n")):
            connection.execute(statement, {"orders": orders, "sent": clock.now() - timedelta(days=60)})
        connection.execute("VACUUM ANALYZE")


def _one(sql: str) -> int:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
