"""`make bench-send`: due messages through the gate and out, beside BullMQ and Postfix's own client.

Rounds are interleaved in one run, two processes each. (a) a template of 0.6 kB and (b) the real shipping
mail, to Postfix's smtp-sink, beside BullMQ + liquidjs + nodemailer; (a) beside smtp-source, too; (c) the real
mail to nobody, beside a loop that only renders it with plain python-liquid. SIZE messages of each (200,000).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench.house import free_port
from demo.child import dies_with_parent
from demo.servers import Servers, beside, embedded

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent
SIZE = int(os.environ.get("SIZE", "200000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PROCESSES = 2
PEERS_SHARE = 4
"""The peers send one in so many of ours: rates are compared, and theirs is the lower."""
GROWTH_MB = 30.0
TARGETS = {"small_vs_peer": 4.0, "small_vs_c": 0.35, "real_vs_peer": 2.5, "null_vs_plain": 0.7}


class Crew:
    """Processes that wait for their word."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], count: int = PROCESSES) -> None:
        self.processes = [
            subprocess.Popen(
                command,
                env=environment,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509 - this process has one thread
            )
            for _ in range(count)
        ]
        for process in self.processes:
            self._read(process, "ready")

    def run(self, each: int) -> tuple[float, list[dict[str, float]]]:
        """Let all go at once; returns how many they did a second, and what each says."""
        began = time.monotonic()
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f"{each}\n")
            process.stdin.flush()
        told = [json.loads(self._read(process, "{")) for process in self.processes]
        return sum(one["done"] for one in told) / (time.monotonic() - began), told

    def close(self) -> None:
        """Let them end."""
        for process in self.processes:
            process.terminate()
            process.wait()

    def _read(self, process: "subprocess.Popen[str]", begins: str) -> str:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(begins):
                return line
        raise RuntimeError(f"{process.args!r} ended early")


class Bench:
    """The servers, the due messages, and everybody who sends them."""

    def __init__(self, scratch: Path, servers: Servers) -> None:
        self._scratch = scratch
        self._port = free_port()
        self.environment = _environment(scratch, servers, self._port)
        self._node = str(HERE / "peers" / "node_modules" / ".bin" / "node")
        self.figures: dict[str, list[float]] = defaultdict(list)
        self.memory: dict[str, list[float]] = defaultdict(list)

    def prepare(self) -> None:
        """Make as many messages due as all rounds need, and write down what the peers are to say."""
        subprocess.run(
            [sys.executable, "-m", "app.cli", "migrate"], check=True, env=self.environment, cwd=ROOT
        )
        orders = (HERE / "send_orders.sql").read_text().replace(":orders", str(SIZE))
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute(orders.encode())
        export = [sys.executable, "-m", "bench.send_worker", "export"]
        letters = subprocess.run(export, check=True, env=self.environment, cwd=ROOT, capture_output=True)
        (self._scratch / "letters.json").write_bytes(letters.stdout)

    def rounds(self) -> None:
        """Run all rounds."""
        each = SIZE // ROUNDS // PROCESSES
        with ExitStack() as stack, _sink(self._port):
            crews = {kind: self._ours(kind) for kind in ("small", "real", "null", "plain")}
            for crew in crews.values():
                stack.callback(crew.close)
            for number in range(1, ROUNDS + 1):
                for kind in ("small", "real"):
                    self._count(kind, *crews[kind].run(each))
                    self._due_again()
                    self._peer(kind, SIZE // ROUNDS // PEERS_SHARE)
                self._count("c", _smtp_source(self._port, SIZE // ROUNDS), [])
                self._count("null", *crews["null"].run(each))
                self._due_again()
                self._count("plain", *crews["plain"].run(each // PEERS_SHARE))
                rates = ", ".join(f"{name} {values[-1]:,.0f}" for name, values in self.figures.items())
                say(f"round {number} of {ROUNDS}, a second: {rates}")

    def sent(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return dict(connection.execute("SELECT state, count(*) FROM message GROUP BY state").fetchall())

    def _count(self, name: str, rate: float, told: list[dict[str, float]]) -> None:
        self.figures[name].append(rate)
        if told and "rss_mb" in told[0]:
            self.memory[name].append(max(one["rss_mb"] for one in told))

    def _ours(self, kind: str) -> Crew:
        return Crew([sys.executable, "-m", "bench.send_worker", kind], self.environment)

    def _peer(self, kind: str, jobs: int) -> None:
        script = str(HERE / "peers" / "send.mjs")
        subprocess.run([self._node, script, "fill", kind, str(jobs)], check=True, env=self.environment)
        crew = Crew([self._node, script, "work", kind], self.environment)
        self._count(f"{kind}_peer", *crew.run(jobs))
        crew.close()

    def _due_again(self) -> None:
        """Let what was sent be due again, as if it never had been."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(
                "UPDATE message SET state = 'queued', attempts = 0, sent_at = NULL, sending_at = NULL"
                " WHERE state = 'sent'"
            )
            connection.execute("VACUUM ANALYZE message")


def main() -> None:
    """Run the rounds, print medians and ratios, and one line of JSON; exit 0 only where the targets hold."""
    missing = [program for program in ("smtp-sink", "smtp-source", "npm") if shutil.which(program) is None]
    if missing:
        sys.exit(f"bench-send needs {' and '.join(missing)}; on Debian: apt-get install postfix npm")
    if not (HERE / "peers" / "node_modules" / "bullmq").exists():
        say("installing the peers (npm ci)")
        subprocess.run(["npm", "ci", "--silent"], cwd=HERE / "peers", check=True)
    scratch = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    servers = embedded(scratch / "servers")
    try:
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        bench = Bench(scratch, servers)
        say(f"making {SIZE:,} messages due")
        bench.prepare()
        bench.rounds()
        _report(bench)
    finally:
        servers.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def say(line: str) -> None:
    """Show progress."""
    print(line, flush=True)


def _report(bench: Bench) -> None:
    figures = bench.figures

    def ratio(ours: str, other: str) -> float:
        return round(median(o / p for o, p in zip(figures[ours], figures[other], strict=True)), 2)

    ratios = {
        "small_vs_peer": ratio("small", "small_peer"),
        "small_vs_c": ratio("small", "c"),
        "real_vs_peer": ratio("real", "real_peer"),
        "null_vs_plain": ratio("null", "plain"),
    }
    growth = {name: round(values[-1] - values[0], 1) for name, values in bench.memory.items()}
    is_flat = all(mb <= GROWTH_MB for mb in growth.values())
    line: dict[str, Any] = {
        "bench": "send",
        "size": SIZE,
        **{f"{name}_per_second": round(median(values)) for name, values in figures.items()},
        **ratios,
        "memory_growth_mb": growth,
        "states": bench.sent(),
        "targets": TARGETS,
        "met": is_flat and all(ratios[name] >= wanted for name, wanted in TARGETS.items()),
    }
    print(json.dumps(line))
    sys.exit(not line["met"])


def _environment(scratch: Path, servers: Servers, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": beside(servers.database_url, "bench"),
        "REDIS_URL": servers.redis_url,
        "REDIS_SOCKET": servers.redis_url.removeprefix("unix://").partition("?")[0],
        "LETTERS": str(scratch / "letters.json"),
        "SMTP_PORT": str(port),
        "DOORSTEP_SECRET_KEYS": "a-master-key-for-the-bench-of-32-characters",
        "DOORSTEP_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "DOORSTEP_MAIL_FROM": "orders@bench.example",
        "DOORSTEP_URL": "https://bench.example",
        "DOORSTEP_JOURNAL_DIR": str(scratch / "journal"),
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def _sink(port: int) -> Iterator[None]:
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    sink = subprocess.Popen(["smtp-sink", *user, f"127.0.0.1:{port}", "1000"])
    time.sleep(0.5)
    try:
        yield
    finally:
        sink.terminate()
        sink.wait()


def _smtp_source(port: int, messages: int) -> float:
    """Return how many mails of the small one's size Postfix's own client hands over a second."""
    command = ["smtp-source", "-d", "-s", "4", "-l", "2000", "-m", str(messages)]
    command += ["-f", "orders@bench.example", "-t", "shopper@shopper.example", f"127.0.0.1:{port}"]
    began = time.monotonic()
    subprocess.run(command, check=True)
    return messages / (time.monotonic() - began)


if __name__ == "__main__":
    main()
