"""A version before this one, and a door whose house is changed behind it while people come and go."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bench.house import ROOT


class Door:
    """What stands in front of web processes: each connection is led to whoever serves when it comes."""

    def __init__(self, leads_to: int) -> None:
        self.leads_to = leads_to
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(visitor,), daemon=True).start()

    def _lead(self, visitor: socket.socket) -> None:
        with visitor:
            try:
                house = socket.create_connection(("127.0.0.1", self.leads_to))
            except OSError:
                return
            with house:
                there = threading.Thread(target=_pass_on, args=(visitor, house), daemon=True)
                there.start()
                _pass_on(house, visitor)
                there.join()


def _pass_on(said: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while part := said.recv(65536):
            to.sendall(part)
    with suppress(OSError):
        to.shutdown(socket.SHUT_WR)


@contextmanager
def version_before(folder: Path) -> Iterator[Path]:
    """Check out what was there before the newest migration; skip where there is no history."""
    newest = git("log", "-1", "--diff-filter=A", "--format=%H", "--", "migrations/versions")
    if not newest or not git("rev-parse", "--verify", "-q", f"{newest}^"):
        pytest.skip("NO HISTORY HERE: no version before this one to roll out from")
    git("worktree", "add", "--detach", str(folder), f"{newest}^")
    try:
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


def git(*words: str) -> str:
    ran = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""
