"""The Procfile's processes: started, watched, started again when they die, stopped together."""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from demo import child

STOP_WITHIN = 10.0
CALM_AFTER = 30.0
"""Seconds; a process that lived so long is started again at once, others wait longer each time."""
WAIT_AT_MOST = 30.0


@dataclass(slots=True)
class Process:
    """One process that is meant to run, with its log."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    running: subprocess.Popen[bytes] = field(init=False)
    started_at: float = 0.0
    start_again_at: float | None = None
    deaths: int = 0
    read: int = 0
    told: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Start it; what it says goes to the end of its log."""
        self.start_again_at = None
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.running = child.start(self.command, output=log, env=self.environment)

    def look(self) -> Iterator[str]:
        """Start it again if it has died and waited its time; yields what somebody should know."""
        yield from self._troubles()
        now = time.monotonic()
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self.start()
        elif self.running.poll() is not None:
            child.kill(self.running)
            self.deaths = 1 if now - self.started_at > CALM_AFTER else self.deaths + 1
            wait = min(2.0 ** (self.deaths - 1) - 1, WAIT_AT_MOST)
            self.start_again_at = now + wait
            yield f"{_end(self.running.returncode)}; starting it again in {wait:.0f} s; its log is {self.log}"

    def _troubles(self) -> Iterator[str]:
        """Yield what its log says went wrong since the last look, each thing once."""
        with self.log.open("rb") as log:
            log.seek(self.read)
            whole = log.read().rpartition(b"\n")[0]
        self.read += len(whole)
        for trouble in troubles(whole.decode(errors="replace").splitlines()):
            if trouble not in self.told:
                self.told.add(trouble)
                yield f"{trouble} (see {self.log})"


@dataclass(slots=True)
class Processes:
    """All of them."""

    environment: Mapping[str, str]
    logs: Path
    all: list[Process] = field(default_factory=list)

    def run(self, name: str, command: str) -> int:
        """Run one command to its end and return its exit code."""
        process = self._process(name, command)
        process.start()
        return process.running.wait()

    def start(self, name: str, command: str) -> None:
        """Start one process, and keep it running."""
        process = self._process(name, command)
        process.start()
        self.all.append(process)

    def watch(self) -> None:
        """Start again whatever has died since the last look, and say so."""
        for process in self.all:
            for news in process.look():
                print(f"  {process.name}: {news}", flush=True)

    def stop(self) -> None:
        """Stop all of them, and whatever they started, within 10 seconds."""
        living = [process.running for process in self.all]
        for running in living:
            if running.poll() is None:
                running.terminate()
        ends = time.monotonic() + STOP_WITHIN
        for running in living:
            child.end(running, signal.SIGTERM, patience=max(0.1, ends - time.monotonic()))

    def _process(self, name: str, command: str) -> Process:
        words = [sys.executable if word == "python" else word for word in shlex.split(command)]
        return Process(name, words, self.environment, self.logs / f"{name}.log")


def procfile(root: Path) -> dict[str, str]:
    """Return the Procfile's commands by name, in its order."""
    lines = [line.partition(":") for line in (root / "Procfile").read_text().splitlines() if line.strip()]
    return {name.strip(): command.strip() for name, _, command in lines}


def troubles(lines: Iterable[str]) -> Iterator[str]:
    """Yield what went wrong: our JSON lines of level error, and the last lines of tracebacks."""
    in_traceback = False
    for line in lines:
        if line.startswith("Traceback"):
            in_traceback = True
        elif in_traceback and line and not line.startswith((" ", "\t")):
            in_traceback = False
            yield line
        elif line.startswith("{"):
            yield from _error_in(line)


def _error_in(line: str) -> Iterator[str]:
    try:
        said = json.loads(line)
    except ValueError:
        return
    if said.get("level") in {"error", "critical"}:
        yield " ".join(str(said[name]) for name in ("event", "error", "reason", "job") if name in said)


def _end(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
