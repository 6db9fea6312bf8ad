"""`make bench-page`: tracking pages a second, each of 100,000 as likely as any other, by a read each.

Rounds are interleaved in one run: ours, and the same Flask route answering the same bytes from memory.
Nothing is cached by page or token. Every 20th page is drawn by a look, the others are given a copy of one:
drawing all of them takes a quarter of an hour (DRAW=all). Needs wrk.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench.serving import ROOT, serving
from demo.cluster import newest_installed
from demo.servers import Servers, beside, embedded

HERE = Path(__file__).parent
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = int(os.environ.get("SECONDS", "5"))
CONNECTIONS = 16
OURS, MEMORY = 9201, 9202
SAMPLE = 200
"""Pages compared byte by byte."""
DRAWN_EVERY = 1 if os.environ.get("DRAW") == "all" else 20
COPY = """
INSERT INTO drawn_page
    (order_id, variant, shop_id, press, order_revision, shop_revision, holds_until, tag, body)
SELECT o.id, '', o.shop_id, p.press, o.revision, s.revision, p.holds_until, p.tag, p.body
FROM "order" o JOIN shop s ON s.id = o.shop_id
CROSS JOIN LATERAL (SELECT * FROM drawn_page d WHERE d.order_id <= o.id ORDER BY d.order_id DESC LIMIT 1) p
ON CONFLICT DO NOTHING
"""
"""Every order gets the nearest page that was drawn."""
TARGETS = {"vs_memory": 0.5, "p99_ms": 25.0, "gzipped_bytes": 30_000}


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk saw."""

    per_second: float
    errors: int
    p50_ms: float
    p99_ms: float


def main() -> None:
    """Run the rounds and print their figures; exit 0 only where the targets hold."""
    if shutil.which("wrk") is None:
        sys.exit("bench-page needs wrk; on Debian: apt-get install wrk")
    scratch = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    servers = embedded(scratch, programs=newest_installed())
    try:
        environment = _prepare(servers)
        paths = _paths(scratch)
        with serving(OURS, environment):
            cold = _draw_all(paths)
            memory = {**environment, "DOORSTEP_WEB": "bench.page_memory:web"}
            with serving(MEMORY, memory, within=180):
                _compare(paths)
                _run(paths, cold)
    finally:
        servers.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def say(line: str) -> None:
    """Show progress."""
    print(line, flush=True)


def _run(paths: Path, cold: float) -> None:
    ours: list[Load] = []
    memory: list[Load] = []
    for port in (OURS, MEMORY):
        _wrk(paths, port, run=0)
    for number in range(1, ROUNDS + 1):
        ours.append(_wrk(paths, OURS, run=number))
        memory.append(_wrk(paths, MEMORY, run=number))
        say(
            f"round {number} of {ROUNDS}: ours {ours[-1].per_second:,.0f}/s, p99 {ours[-1].p99_ms:.1f} ms;"
            f" from memory {memory[-1].per_second:,.0f}/s, p99 {memory[-1].p99_ms:.1f} ms"
        )
    plain = _wrk(paths, OURS, run=ROUNDS + 1, encoding="identity")
    flask = _wrk(paths, OURS, run=ROUNDS + 2, encoding="gzip;q=1")  # not as browsers say it: goes on to Flask
    page, whole = _sizes(paths)
    ratio = median(o.per_second / m.per_second for o, m in zip(ours, memory, strict=True))
    p99 = median(load.p99_ms for load in ours)
    errors = sum(load.errors for load in (*ours, *memory, plain, flask))
    met = (
        ratio >= TARGETS["vs_memory"]
        and p99 < TARGETS["p99_ms"]
        and whole < TARGETS["gzipped_bytes"]
        and not errors
    )
    line: dict[str, Any] = {
        "bench": "page",
        "ours_per_second": round(median(load.per_second for load in ours)),
        "memory_per_second": round(median(load.per_second for load in memory)),
        "vs_memory": round(ratio, 2),
        "p50_ms": round(median(load.p50_ms for load in ours), 1),
        "p99_ms": round(p99, 1),
        "through_flask_per_second": round(flask.per_second),
        "ungzipped_per_second": round(plain.per_second),
        "drawn_anew_per_second": round(cold),
        "page_bytes": page,
        "gzipped_bytes": whole,
        "errors": errors,
        "targets": TARGETS,
        "met": met,
    }
    print(json.dumps(line))
    sys.exit(not met)


def _prepare(servers: Servers) -> dict[str, str]:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")
    environment = {
        "DATABASE_URL": beside(servers.database_url, "bench"),
        "REDIS_URL": servers.redis_url,
        "DOORSTEP_SECRET_KEYS": "a-master-key-for-the-bench-of-32-characters",
        "PYTHONPATH": str(ROOT),
    }
    os.environ.update(environment)
    say("putting 100,000 orders and 600,000 scans into the tables")
    subprocess.run([sys.executable, "-m", "app.cli", "migrate"], check=True, cwd=ROOT)
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute((HERE / "page_orders.sql").read_bytes())
    return environment


def _paths(scratch: Path) -> Path:
    from app.tracking.page.links import token_of  # noqa: PLC0415 - reads the settings just made

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        ids = [row[0] for row in connection.execute('SELECT id FROM "order" ORDER BY id')]
    file = scratch / "paths"
    file.write_text("".join(f"/t/{token_of(order_id)}\n" for order_id in ids))
    return file


def _draw_all(paths: Path) -> float:
    """Look at pages that were never drawn; return how many a second."""
    begun = time.monotonic()
    chosen = paths.read_text().split()[::DRAWN_EVERY]
    with ThreadPoolExecutor(8) as pool:
        for done, _ in enumerate(pool.map(_page, chosen), 1):
            if done % 1000 == 0:
                say(f"drawn {done:,} of {len(chosen):,} pages, {done / (time.monotonic() - begun):,.0f}/s")
    took = time.monotonic() - begun
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(COPY)
        connection.execute("VACUUM ANALYZE")
    return len(chosen) / took


def _page(path: str, port: int = OURS) -> bytes:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return bytes(answer.read())


def _compare(paths: Path) -> None:
    every = paths.read_text().split()
    for path in every[:: len(every) // SAMPLE]:
        if _page(path, OURS) != _page(path, MEMORY):
            sys.exit(f"{path} is not the same bytes from memory")


def _sizes(paths: Path) -> tuple[int, int]:
    """Return the bytes of one page, and of it with its sheets and scripts, all gzipped."""
    import gzip  # noqa: PLC0415 - for this sum only
    import re  # noqa: PLC0415

    page = _page(paths.read_text().split()[0])
    parts = re.findall(
        r'<(?:link rel="stylesheet" href|script src)="([^"]+)"', gzip.decompress(page).decode()
    )
    return len(page), len(page) + sum(len(gzip.compress(_page(part))) for part in parts)


def _wrk(paths: Path, port: int, *, run: int, encoding: str = "gzip") -> Load:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", HERE / "looks.lua"]
    command += [f"http://127.0.0.1:{port}", "--", paths, str(run)]
    environment = {**os.environ, "ENCODING": encoding}
    out = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, check=True, env=environment
    ).stdout
    words = next(line for line in out.splitlines() if line.startswith("RESULT")).split()
    return Load(int(words[1]) / int(words[2]) * 1e6, int(words[3]), float(words[4]), float(words[5]))


if __name__ == "__main__":
    main()
