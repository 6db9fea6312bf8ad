"""`make bench-ingest`: signed order deliveries, durable before the 200, against a Node peer and pgbench.

Rounds are interleaved in one run: ours, Express with Shopify's own library (2 processes), and pgbench
committing rows of the same shape one by one into a table with the same indexes. Needs wrk and npm.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from demo.child import dies_with_parent
from demo.cluster import newest_installed
from demo.servers import Servers, embedded
from demo.shopify.wire import HOST as SHOPIFY_HOST

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent
SECRET = "bench-secret"  # noqa: S105 - signs nothing but this run
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = int(os.environ.get("SECONDS", "5"))
CONNECTIONS = 64
PACED = 3
"""Rounds at 80 % load."""
BODY_BYTES = 8_800
TARGETS = {"vs_node": 2.5, "vs_pgbench": 0.9, "p99_ms_at_80_percent": 50.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk saw."""

    per_second: float
    answered: int
    errors: int
    p50_ms: float
    p99_ms: float


def main() -> None:
    """Run the rounds, print medians and ratios, and one line of JSON; exit 0 only where the targets hold."""
    _need("wrk", "npm")
    _install_peer()
    scratch = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    servers = embedded(scratch, programs=newest_installed())
    try:
        _prepare(servers)
        template = _template(scratch)
        figures: dict[str, list[float]] = {"ours": [], "node": [], "pgbench": []}
        with _ours(servers, 9101), _node(servers, 9102):
            for number in range(1, ROUNDS + 1):
                ours = _wrk(template, 9101, run=number)
                node = _wrk(template, 9102, run=number)
                commits = _pgbench(servers, scratch)
                for name, value in (
                    ("ours", ours.per_second),
                    ("node", node.per_second),
                    ("pgbench", commits),
                ):
                    figures[name].append(value)
                say(f"round {number} of {ROUNDS}: ours {ours.per_second:,.0f}/s, p99 {ours.p99_ms:.0f} ms;")
                say(f"  Node {node.per_second:,.0f}/s, p99 {node.p99_ms:.0f} ms; pgbench {commits:,.0f}/s")
                if ours.errors:
                    say(f"  ours answered {ours.errors} times something else than 200")
            latencies = _paced(template, target=0.8 * median(figures["ours"]))
            stored = _stored(servers)
        _report(figures, latencies, stored)
    finally:
        servers.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def _paced(template: Path, *, target: float) -> list[float]:
    """Return the p99 of rounds at a target rate; a first round finds how long to think between deliveries."""
    pause = CONNECTIONS / target * 1000
    rounds: list[Load] = []
    for number in range(PACED + 1):
        load = _wrk(template, 9101, run=5000 + number, pace_ms=pause)
        share = 0.8 * load.per_second / target
        say(f"at {share:.0%} load: p50 {load.p50_ms:.1f} ms, p99 {load.p99_ms:.1f} ms")
        pause = max(0.5, pause + CONNECTIONS * 1000 * (1 / target - 1 / load.per_second))
        rounds.append(load)
    return [load.p99_ms for load in rounds[1:]]


answered = {"inbox": 0, "peer_inbox": 0}


def say(line: str) -> None:
    """Show progress."""
    print(line, flush=True)


def _report(figures: dict[str, list[float]], latencies: list[float], stored: dict[str, int]) -> None:
    ratios = {
        f"vs_{peer}": median(o / p for o, p in zip(figures["ours"], figures[peer], strict=True))
        for peer in ("node", "pgbench")
    }
    in_flight = CONNECTIONS * (ROUNDS + PACED + 1)  # stored, but the run ended before their 200 was read
    complete = all(answered[t] <= stored[t] <= answered[t] + in_flight for t in answered)
    met = (
        ratios["vs_node"] >= TARGETS["vs_node"]
        and ratios["vs_pgbench"] >= TARGETS["vs_pgbench"]
        and median(latencies) <= TARGETS["p99_ms_at_80_percent"]
        and complete
    )
    say(f"rows stored {stored}, deliveries answered 200 {answered}")
    line: dict[str, Any] = {
        "bench": "ingest",
        **{f"{name}_per_second": round(median(values)) for name, values in figures.items()},
        **{name: round(value, 2) for name, value in ratios.items()},
        "p99_ms_at_80_percent": round(median(latencies), 1),
        "stored_equals_answered": complete,
        "targets": TARGETS,
        "met": met,
    }
    print(json.dumps(line))
    sys.exit(not met)


def _wrk(template: Path, port: int, *, run: int, pace_ms: float = 0.0) -> Load:
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{SECONDS}s",
        "--timeout",
        "8s",
        "-s",
        HERE / "deliveries.lua",
    ]
    command += [f"http://127.0.0.1:{port}", "--", template, str(run)]
    environment = {**os.environ, "SECRET": SECRET, "SHOP": SHOPIFY_HOST, "PACE_MS": str(pace_ms)}
    out = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, check=True, env=environment
    ).stdout
    words = next(line for line in out.splitlines() if line.startswith("RESULT")).split()
    requests, microseconds, errors = int(words[1]), int(words[2]), int(words[3])
    answered["inbox" if port == 9101 else "peer_inbox"] += requests - errors
    return Load(requests / microseconds * 1e6, requests - errors, errors, float(words[4]), float(words[5]))


def _pgbench(servers: Servers, scratch: Path) -> float:
    script = scratch / "insert.sql"
    script.write_text(
        "INSERT INTO pgbench_inbox"
        " (shop_id, topic, delivery_key, body_key, body, received_at, due_at, state, attempts) VALUES"
        " (1, 'orders/paid', gen_random_uuid(), gen_random_uuid(), :body, now(), now(), 'waiting', 0)"
        " ON CONFLICT DO NOTHING;\n"
    )
    body = "\\x" + (scratch / "order.json").read_bytes().hex()
    command = ["pgbench", "-h", str(servers.sockets), "-U", "doorstep", "-n", "-M", "prepared", "-c8", "-j2"]
    command += [f"-T{SECONDS}", "-D", f"body={body}", "-f", str(script), "bench"]
    programs = newest_installed()
    if programs:
        command[0] = str(programs / "pgbench")
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in out.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def _prepare(servers: Servers) -> None:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")
    os.environ.update(_environment(servers))
    for command in ("app.cli", "migrate"), ("bench.shops",):
        subprocess.run([sys.executable, "-m", *command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for table in ("peer_inbox", "pgbench_inbox"):
            connection.execute(f"CREATE TABLE {table} (LIKE inbox INCLUDING ALL)")


def _environment(servers: Servers) -> dict[str, str]:
    return {
        "DATABASE_URL": servers.database_url.replace("/postgres?", "/bench?"),
        "REDIS_URL": servers.redis_url,
        "DOORSTEP_SECRET_KEYS": "a-master-key-for-the-bench-of-32-characters",
        "DOORSTEP_SHOPIFY_CLIENT_SECRET": SECRET,
        "HOUSE_WOO_SECRET": SECRET,
        "PYTHONPATH": str(ROOT),
    }


def _template(scratch: Path) -> Path:
    """Write an order of the recorded shape, padded or cut to the mean size that stores send."""
    order = json.loads((ROOT / "tests" / "recordings" / "shopify" / "orders__paid.json").read_text())
    order |= {"order_status_url": "https://bench.myshopify.com/1/orders/1", "id": "@@@@@@@@@@@@", "note": ""}
    text = json.dumps(order)
    while len(text) > BODY_BYTES and order["line_items"]:
        order.popitem()
        text = json.dumps(order)
    order["note"] = "x" * max(0, BODY_BYTES - len(text))
    file = scratch / "order.json"
    file.write_text(json.dumps(order))
    return file


@contextmanager
def _ours(servers: Servers, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "app.cli", "web", "--port", str(port)]
    with _running(command, port, _environment(servers)):
        yield


@contextmanager
def _node(servers: Servers, port: int) -> Iterator[None]:
    node = HERE / "peers" / "node_modules" / ".bin" / "node"
    environment = {"SECRET": SECRET, "PORT": str(port), "PGHOST": str(servers.sockets)}
    with _running([str(node), str(HERE / "peers" / "express.mjs")], port, environment):
        yield


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        cwd=ROOT,
        preexec_fn=dies_with_parent(),  # noqa: PLW1509 - this process has one thread
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
            else:
                break
        yield
    finally:
        process.terminate()
        process.wait(15)


def _stored(servers: Servers) -> dict[str, int]:
    del servers
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[index]
            for table in answered
        }


def _install_peer() -> None:
    if not (HERE / "peers" / "node_modules").exists():
        say("installing the peer (npm ci)")
        subprocess.run(["npm", "ci", "--silent"], cwd=HERE / "peers", check=True)


def _need(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        sys.exit(f"bench-ingest needs {' and '.join(missing)}; on Debian: apt-get install wrk npm")


if __name__ == "__main__":
    main()
