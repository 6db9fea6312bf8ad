"""The embedded servers: they keep what they were told, and nothing of them outlives us."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from demo.cluster import NotStarted
from demo.servers import beside, embedded

PARENT = """
import sys, time
from pathlib import Path
from demo.servers import embedded
servers = embedded(Path(sys.argv[1]), kept=True)
print(servers.postgres.process.pid, servers.redis.process.pid, flush=True)
time.sleep(60)
"""


def test_what_was_kept_survives_a_stop_and_a_kill(root: Path) -> None:
    servers = embedded(root, kept=True)
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    servers.postgres.kill()
    servers.postgres.start()
    servers.stop()
    servers = embedded(root, kept=True)
    try:
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert Redis.from_url(servers.redis_url).config_get("appendonly") == {"appendonly": "yes"}
    finally:
        servers.stop()


def test_both_die_with_a_parent_that_is_killed_and_the_next_run_takes_over(root: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, root], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert parent.stdout is not None
    with parent.stdout as said:
        children = [int(pid) for pid in said.readline().split()]
    assert all(is_alive(pid) for pid in children)
    parent.kill()
    parent.wait()
    ends = time.monotonic() + 10
    while any(is_alive(pid) for pid in children) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not any(is_alive(pid) for pid in children)
    embedded(root, kept=True).stop()


def test_a_second_run_on_the_same_files_is_refused(root: Path) -> None:
    servers = embedded(root, kept=True)
    try:
        with pytest.raises(NotStarted, match="another run"):
            embedded(root, kept=True)
    finally:
        servers.stop()


@pytest.mark.parametrize("durable", [True, False])
def test_what_is_not_kept_leaves_no_file(tmp_path: Path, *, durable: bool) -> None:
    servers = embedded(tmp_path / "scratch", durable=durable)
    with psycopg.connect(servers.database_url) as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    assert Path(data).exists()
    servers.stop()
    assert not any(folder.exists() for folder in (tmp_path / "scratch", servers.sockets, Path(data)))


def test_another_database_is_named_beside_the_first() -> None:
    url = "postgresql://doorstep@/postgres?host=/run/sockets"
    assert beside(url, "demo") == "postgresql://doorstep@/demo?host=/run/sockets"
    assert beside("postgresql://me:word@db:5432/one", "two") == "postgresql://me:word@db:5432/two"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "servers"
    yield root
    servers = embedded(root, durable=False)
    servers.stop()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
