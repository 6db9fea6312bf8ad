"""Machines that disagree about what time it is: nothing is sent twice, nothing is lost."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from app.lib import clock
from app.lib.clock import REPLAY_CLOCK, set_replay_clock
from bench import house
from bench.house import House
from tests.faults.load import insist, tell

MESSAGES = 200
AHEAD, BACK = timedelta(minutes=5), timedelta(hours=1)
AT_WORK = "SELECT DISTINCT split_part(journal, '.', 1) FROM message WHERE state = 'sending'"
SENDER = "env {clock}={file} DOORSTEP_JOURNAL_DIR={journal} python -m app.cli worker sending"


class Wrong:
    """A clock that goes, wrongly."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.by = AHEAD
        self._ends = threading.Event()

    def go(self) -> None:
        """Go until it is stopped."""
        while not self._ends.wait(0.02):
            set_replay_clock(self.file, clock.now() + self.by)

    def stop(self) -> None:
        """Stand still."""
        self._ends.set()


@contextmanager
def another_machine(running: House, file: Path) -> Iterator[Wrong]:
    """Run a second sender as on a machine of its own, whose clock is wrong."""
    wrong = Wrong(file)
    set_replay_clock(file, clock.now() + AHEAD)
    going = threading.Thread(target=wrong.go)
    going.start()
    journal = running.scratch / "another"
    running.processes.start("another", SENDER.format(clock=REPLAY_CLOCK, file=file, journal=journal))
    try:
        yield wrong
    finally:
        wrong.stop()
        going.join()


def test_senders_whose_clocks_are_minutes_apart_and_jump_back_send_each_once(tmp_path: Path) -> None:
    with house.running(durable=False) as running, another_machine(running, tmp_path / "clock") as wrong:
        running.sink.pause = 0.1
        machines: set[str] = set()

        def has_sent(wanted: int) -> bool:
            machines.update(machine for (machine,) in running.query(AT_WORK))
            return len(running.sink.taken) >= wanted

        insist(running, range(MESSAGES))
        assert running.wait(lambda: has_sent(MESSAGES // 4), 60)
        wrong.by = -BACK
        assert running.wait(lambda: has_sent(MESSAGES), 120)
        assert running.quiet(60)
        twice = sum(count - 1 for count in running.sink.taken.values())
        tell("clocks apart", lost=MESSAGES - len(running.sink.taken), twice=twice, machines=len(machines))
        assert len(machines) == 2
        assert running.states() == {"sent": MESSAGES}
        assert twice == 0
        assert len(running.sink.taken) == MESSAGES
