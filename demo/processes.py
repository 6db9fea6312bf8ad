"""The Procfile's processes: started, watched, started again when they die, stopped together."""

import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from demo.servers import dies_with_parent

STOP_WITHIN = 10.0
CALM_AFTER = 30.0
"""A process that lived this many seconds is started again at once; others wait longer each time."""


@dataclass(slots=True)
class Process:
    """One line of the Procfile, running."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    popen: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_again_at: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only us."""
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command,
                env=self.environment,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509 - this process has one thread
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started_at = time.monotonic()


@dataclass(slots=True)
class Processes:
    """All of them."""

    root: Path
    environment: dict[str, str]
    logs: Path
    running: list[Process] = field(default_factory=list)

    def add(self, name: str, command: str) -> subprocess.Popen[bytes]:
        """Start one process; `python` means the interpreter that runs us."""
        words = [sys.executable if word == "python" else word for word in shlex.split(command)]
        process = Process(name, words, self.environment, self.logs / f"{name}.log")
        process.start()
        self.running.append(process)
        assert process.popen is not None
        return process.popen

    def watch(self) -> None:
        """Start again whatever has died since the last look."""
        now = time.monotonic()
        for process in self.running:
            assert process.popen is not None
            if process.popen.poll() is None:
                continue
            if not process.start_again_at:
                process.deaths = 0 if now - process.started_at > CALM_AFTER else process.deaths + 1
                process.start_again_at = now + min(2.0**process.deaths - 1, 30)
                print(f"{process.name} ended with {process.popen.returncode}; see {process.log}", flush=True)
            if now >= process.start_again_at:
                process.start_again_at = 0.0
                process.start()

    def stop(self) -> None:
        """Stop all of them, and whatever they started."""
        for process in self.running:
            _signal(process, signal.SIGTERM)
        ends = time.monotonic() + STOP_WITHIN
        for process in self.running:
            assert process.popen is not None
            try:
                process.popen.wait(max(0.1, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(f"{process.name} did not stop in time and was killed", flush=True)
            _signal(process, signal.SIGKILL)  # what it left behind in its session
            process.popen.wait()


def procfile(root: Path) -> dict[str, str]:
    """Return the Procfile's commands by name, in its order."""
    lines = (root / "Procfile").read_text().splitlines()
    return {
        name.strip(): command.strip() for name, _, command in (line.partition(":") for line in lines) if name
    }


def _signal(process: Process, number: int) -> None:
    assert process.popen is not None
    try:
        os.killpg(process.popen.pid, number)
    except ProcessLookupError:
        return
