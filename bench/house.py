"""A whole installation on this machine, to be measured and to be broken: servers, processes, a mail sink."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import requests

from demo.processes import Process, Processes, procfile
from demo.servers import Servers, beside, embedded
from demo.voice import Voice

ROOT = Path(__file__).parent.parent
SHOPIFY_SECRET = "house-client-secret"  # noqa: S105 - of this run only
WOO_SECRET = "HouseWooSecret1234567890"  # noqa: S105


class Sink:
    """A small SMTP server that remembers every Message-ID it took, and can be told to misbehave."""

    def __init__(self, port: int = 0) -> None:
        self.taken: Counter[str] = Counter()
        self.began: dict[str, float] = {}
        """When each first came in, by time.monotonic()."""
        self.answers: dict[str, bytes] = {}
        """Command → answer in place of the usual one; b"" cuts the connection, "." is the final dot."""
        self.pause = 0.0
        """Seconds between a message's last byte and its answer."""
        self._socket = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Stop taking connections."""
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_whole, args=(connection,), daemon=True).start()

    def _serve_whole(self, connection: socket.socket) -> None:
        with suppress(ConnectionError):  # whoever was sending was killed
            self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or its answers wait for ours
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 sink\r\n")
            for line in lines:
                command = line[:4].strip().upper().decode("latin-1")
                if command == "DATA":
                    reached = "RCPT" not in self.answers
                    usual = b"354 go on" if reached else b"554 5.5.1 for nobody"
                    if not self._answer(connection, "DATA", usual):
                        return
                    if "DATA" in self.answers or not reached:
                        continue
                    if not self._take(lines):
                        return
                    time.sleep(self.pause)
                    if not self._answer(connection, ".", b"250 kept"):
                        return
                elif command == "EHLO":
                    connection.sendall(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
                elif not self._answer(connection, command, b"221 bye" if command == "QUIT" else b"250 ok"):
                    return

    def _take(self, lines: Any) -> bool:  # noqa: ANN401 - a socket's file
        """Read a mail to its final dot; False where the sender left before."""
        message_id = ""
        for line in lines:
            if line == b".\r\n":
                if not self.answers.get(".", b"250").startswith((b"4", b"5")):
                    self.taken[message_id] += 1
                return True
            if line.lower().startswith(b"message-id:"):
                message_id = line.split(b":", 1)[1].strip().decode()
                self.began.setdefault(message_id, time.monotonic())
        return False

    def _answer(self, connection: socket.socket, command: str, usual: bytes) -> bool:
        answer = self.answers.get(command, usual)
        if not answer:
            return False
        connection.sendall(answer + b"\r\n")
        return True


@dataclass
class House:
    """A running installation with a Shopify shop and a WooCommerce shop, every flow on."""

    scratch: Path
    servers: Servers
    environment: dict[str, str]
    processes: Processes
    sink: Sink
    port: int
    shopify: Voice
    woocommerce: Voice
    shops: dict[str, int] = field(default_factory=dict)

    def process(self, name: str) -> Process:
        """Return a process by its Procfile name."""
        return next(process for process in self.processes.all if process.name == name)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query against the installation's database."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> None:
        """Change rows of the installation's database."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute(sql, values)

    def one(self, sql: str, *values: object) -> Any:  # noqa: ANN401 - any column
        """Return the first column of the first row."""
        return self.query(sql, *values)[0][0]

    def unfinished(self) -> int:
        """Return how many rows still wait for somebody, now."""
        return int(
            self.one(
                "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')"
                " + (SELECT count(*) FROM event WHERE reacted_at IS NULL)"
                " + (SELECT count(*) FROM message WHERE state IN ('queued', 'sending'))"
                " + (SELECT count(*) FROM call WHERE state = 'waiting')"
            )
        )

    def states(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        return dict(self.query("SELECT state, count(*) FROM message GROUP BY state"))

    def wait(self, done: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so, looking after the processes meanwhile."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.processes.watch()
            try:
                if done():
                    return True
            except psycopg.Error:
                pass
            time.sleep(0.1)
        return False

    def quiet(self, seconds: float = 60) -> bool:
        """Wait until nothing waits for anybody."""
        return self.wait(lambda: self.unfinished() == 0, seconds)


@contextmanager
def running(
    *,
    wanted: dict[str, int] | None = None,
    extra: dict[str, str] | None = None,
    durable: bool = True,
    root: Path = ROOT,
    door: int | None = None,
) -> Iterator[House]:
    """Run an installation; `wanted` says how many of each process (one of each where it is None).

    `root`: of which checkout. `door`: the port of whoever stands in front of the web process.
    """
    scratch = Path(tempfile.mkdtemp(prefix="doorstep-house-"))
    servers = embedded(scratch / "servers", durable=durable)
    sink = Sink()
    port = door or free_port()
    processes = None
    try:
        environment = _environment(scratch, servers, sink, port) | of(root) | (extra or {})
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE house")
        here = {**os.environ, **environment}
        subprocess.run([sys.executable, "-m", "app.cli", "migrate"], check=True, cwd=root, env=here)
        made = subprocess.run(
            [sys.executable, "-m", "bench.shops"],
            check=True,
            cwd=root,
            env=here,
            capture_output=True,
            text=True,
        )
        shops = json.loads(made.stdout)
        (scratch / "log").mkdir()
        processes = Processes(here, scratch / "log")
        for name, command in procfile(root).items():
            for number in range((wanted or {}).get(name, 1)):
                if name != "release" and not (name == "web" and number):
                    processes.start(name if number == 0 else f"{name}{number + 1}", command)
        session = requests.Session()
        house = House(
            scratch,
            servers,
            environment,
            processes,
            sink,
            port,
            Voice(f"http://127.0.0.1:{port}/webhooks/shopify", SHOPIFY_SECRET, session),
            Voice(f"http://127.0.0.1:{port}/webhooks/woocommerce/{shops['woo_key']}", WOO_SECRET, session),
            shops,
        )
        if not house.wait(lambda: _answers(port), 180):
            raise RuntimeError((scratch / "log" / "web.log").read_text()[-2000:])
        yield house
    finally:
        if processes is not None:
            processes.stop()
        servers.stop()
        sink.close()
        shutil.rmtree(scratch, ignore_errors=True)


def of(root: Path) -> dict[str, str]:
    """Return what makes a process of ours run the code of a checkout, wherever it is started."""
    return {"PYTHONPATH": str(root), "PYTHONSAFEPATH": "1"}


def _environment(scratch: Path, servers: Servers, sink: Sink, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": beside(servers.database_url, "house"),
        "REDIS_URL": servers.redis_url,
        "PORT": str(port),
        "DOORSTEP_URL": f"http://127.0.0.1:{port}",
        "DOORSTEP_SECRET_KEYS": "a-master-key-for-the-house-of-32-characters",
        "DOORSTEP_SHOPIFY_CLIENT_ID": "house",
        "DOORSTEP_SHOPIFY_CLIENT_SECRET": SHOPIFY_SECRET,
        "DOORSTEP_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
        "DOORSTEP_MAIL_FROM": "orders@house.example",
        "DOORSTEP_JOURNAL_DIR": str(scratch / "journal"),
        "HOUSE_WOO_SECRET": WOO_SECRET,
    }


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """Return a port that nobody uses just now."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])
