"""The demo's supervisor: what dies comes back, what goes wrong is said, what was started is stopped."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.processes import Processes, procfile, troubles


def test_the_procfile_is_what_production_runs() -> None:
    commands = procfile(Path(__file__).parents[2])
    assert commands["release"] == "python -m app.cli migrate"
    assert list(commands) == ["release", "web", "sender", "worker", "syncer", "caller", "poller", "tick"]


def test_a_process_that_dies_is_started_again_and_said(
    processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    processes.start("brief", "python -c 'print(1)'")
    (process,) = processes.all
    first = process.running
    first.wait()
    for _ in range(3):
        processes.watch()
    assert process.running.pid != first.pid
    assert "brief: ended with 0; starting it again in 0 s" in capsys.readouterr().out


def test_an_error_in_a_log_is_shown_once(processes: Processes, capsys: pytest.CaptureFixture[str]) -> None:
    processes.start("loud", "python -c 'import time; 1/0'")
    (process,) = processes.all
    for _ in range(2):
        process.running.wait()
        processes.watch()
        processes.watch()
    assert capsys.readouterr().out.count("ZeroDivisionError: division by zero (see") == 1


def test_stopping_leaves_no_grandchild(processes: Processes, tmp_path: Path) -> None:
    nested = tmp_path / "nested.py"
    nested.write_text(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open(sys.argv[1], 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    processes.start("nest", f"python {nested} {tmp_path / 'pid'}")
    ends = time.monotonic() + 10
    while not (tmp_path / "pid").exists() and time.monotonic() < ends:
        time.sleep(0.02)
    time.sleep(0.1)
    grandchild = int((tmp_path / "pid").read_text())
    processes.stop()
    time.sleep(0.1)
    state = Path(f"/proc/{grandchild}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['{"level": "info", "event": "worker.started"}'], []),
        (
            ['{"level": "error", "event": "inbox.parked", "reason": "unreadable"}'],
            ["inbox.parked unreadable"],
        ),
        (
            ["Traceback (most recent call last):", '  File "x.py"', "KeyError: 'smtp'", "more"],
            ["KeyError: 'smtp'"],
        ),
        (["{not json", "", "KeyError: outside of a traceback"], []),
    ],
)
def test_trouble_is_told_from_talk(lines: list[str], said: list[str]) -> None:
    assert list(troubles(lines)) == said


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    started = Processes({**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, tmp_path)
    yield started
    started.stop()
