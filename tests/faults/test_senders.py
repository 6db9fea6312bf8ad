"""Whoever sends may die at any line: nothing lost, nothing twice but what PRODUCT's promise 2 allows."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.channels import smtp
from app.lib.clock import REPLAY_CLOCK, set_replay_clock
from bench import house
from bench.house import House
from demo import child
from tests.faults.load import chance, insist, tell

SHORT_AND_LONG = [
    pytest.param((150, 4), id="short"),
    pytest.param(
        (int(os.environ.get("MESSAGES", "2000")), int(os.environ.get("KILLS", "25"))),
        id="long",
        marks=pytest.mark.long,
    ),
]


@pytest.mark.parametrize("size", SHORT_AND_LONG)
def test_a_sender_killed_again_and_again_loses_nothing_and_repeats_only_what_was_in_flight(
    size: tuple[int, int],
) -> None:
    messages, kills = size
    with house.running(durable=False) as running:
        running.sink.pause = 0.02
        insist(running, range(messages))
        for _ in range(kills):  # each amid sending: where nothing moves there is nothing to lose
            goal = min(messages, len(running.sink.taken) + chance.randint(1, messages // kills))
            assert running.wait(lambda goal=goal: len(running.sink.taken) >= goal, 120)  # type: ignore[misc]
            running.process("sender").deaths = 0  # the house waits longer for what dies by itself
            child.kill(running.process("sender").running)
            running.processes.watch()
        assert running.quiet(120 + messages / 50)
        resent = running.one("SELECT count(*) FROM message WHERE resent_at IS NOT NULL")
        taken = running.sink.taken
        lost = messages - len(taken)
        twice = sum(count - 1 for count in taken.values())
        tell("sender killed", kills=kills, messages=messages, lost=lost, twice=twice, of_unknown_fate=resent)
        assert running.states() == {"sent": messages}
        assert lost == 0
        assert twice <= resent <= kills * smtp.LINES


def test_a_lost_journal_holds_marketing_and_repeats_the_rest_once() -> None:
    with house.running(durable=False) as running:
        running.sink.pause = 0.1
        child.kill(running.process("sender").running)
        insist(running, range(60))
        assert running.wait(lambda: len(running.query("SELECT id FROM message")) == 60, 30)
        assert running.wait(lambda: running.states().get("sending", 0) > 0, 30)
        assert running.wait(lambda: len(running.sink.taken) > 3, 30)
        child.kill(running.process("sender").running)
        half = "UPDATE message SET category = 'marketing' WHERE mod(id, 2) = 0 AND state = 'sending'"
        assert running.query(f"{half} RETURNING id"), "as if the gate had let them go at a decent hour"
        for journal in Path(running.environment["DOORSTEP_JOURNAL_DIR"]).glob("*.*"):
            journal.unlink()
        assert running.wait(lambda: running.unfinished() == 0, 90)
        marketing = {
            row[0] for row in running.query("SELECT rfc_id FROM message WHERE category = 'marketing'")
        }
        repeated = [message for message, count in running.sink.taken.items() if count > 1]
        held = running.one("SELECT count(*) FROM message WHERE state = 'held' AND reason = 'fate_unknown'")
        gone = 60 - len(running.sink.taken) - held
        tell("journal deleted", lost=max(gone, 0), marketing_twice=len(marketing & set(repeated)), held=held)
        assert held > 0, "the ones of unknown fate are listed"
        assert not marketing & set(repeated)
        assert set(running.states()) <= {"sent", "held"}
        assert all(count <= 2 for count in running.sink.taken.values())


def test_a_sender_frozen_for_longer_than_its_lease_repeats_at_most_what_was_in_flight(tmp_path: Path) -> None:
    clock_file = tmp_path / "clock"
    began = datetime(2026, 11, 24, 12, tzinfo=UTC)
    set_replay_clock(clock_file, began)
    extra = {REPLAY_CLOCK: str(clock_file)}
    os.environ[REPLAY_CLOCK] = str(clock_file)
    try:
        with house.running(durable=False, wanted={"sender": 2}, extra=extra) as running:
            running.sink.pause = 0.05
            insist(running, range(80))
            assert running.wait(lambda: len(running.sink.taken) > 5, 30)
            frozen = running.process("sender").running
            frozen.send_signal(signal.SIGSTOP)
            set_replay_clock(clock_file, began + timedelta(minutes=5))
            assert running.wait(lambda: len(running.sink.taken) >= 79, 60)
            frozen.send_signal(signal.SIGCONT)
            assert running.quiet(60)
            twice = sum(count - 1 for count in running.sink.taken.values())
            tell("sender frozen", lost=80 - len(running.sink.taken), twice=twice)
            assert len(running.sink.taken) == 80
            assert twice <= smtp.LINES
    finally:
        del os.environ[REPLAY_CLOCK]


def test_two_of_every_process_do_everything_once() -> None:
    two = dict.fromkeys(("worker", "sender", "syncer", "caller", "poller", "tick"), 2)
    with house.running(durable=False, wanted=two) as running:
        insist(running, [*range(100), *range(100)])
        assert running.quiet(60)
        twice = sum(count - 1 for count in running.sink.taken.values())
        tell("two of everything", lost=100 - len(running.sink.taken), twice=twice)
        assert running.states() == {"sent": 100}
        assert twice == 0
        assert len(running.sink.taken) == 100


@pytest.mark.parametrize(
    ("command", "answer"),
    [("RCPT", b"450 4.2.1 later"), (".", b"452 4.3.1 full"), ("MAIL", b"421 4.3.2 closing")],
)
def test_a_mail_server_that_says_later_is_asked_later_and_loses_nothing(
    command: str, answer: bytes, tmp_path: Path
) -> None:
    clock_file = tmp_path / "clock"
    began = datetime(2026, 11, 24, 12, tzinfo=UTC)
    set_replay_clock(clock_file, began)
    os.environ[REPLAY_CLOCK] = str(clock_file)
    try:
        with house.running(durable=False, extra={REPLAY_CLOCK: str(clock_file)}) as running:
            running.sink.answers[command] = answer
            insist(running, range(5))
            assert running.wait(lambda: _tried(running) == 5, 30)
            running.sink.answers.clear()
            set_replay_clock(clock_file, began + timedelta(minutes=3))
            assert running.quiet(30)
            assert running.states() == {"sent": 5}
            assert sorted(running.sink.taken.values()) == [1] * 5
    finally:
        del os.environ[REPLAY_CLOCK]


def test_a_mail_server_that_says_later_for_an_hour_is_asked_ever_less_and_loses_nothing(
    tmp_path: Path,
) -> None:
    clock_file = tmp_path / "clock"
    began = datetime(2026, 11, 24, 12, tzinfo=UTC)
    set_replay_clock(clock_file, began)
    os.environ[REPLAY_CLOCK] = str(clock_file)
    due = "SELECT count(*) FROM message WHERE state IN ('queued', 'sending') AND due_at <= %s"
    try:
        with house.running(durable=False, extra={REPLAY_CLOCK: str(clock_file)}) as running:
            running.sink.answers["RCPT"] = b"450 4.2.1 later"
            insist(running, range(20))
            assert running.wait(lambda: _tried(running) == 20, 60)
            for minutes in (3, 10, 30, 60):
                at = began + timedelta(minutes=minutes)
                set_replay_clock(clock_file, at)
                assert running.wait(lambda at=at: running.query(due, at) == [(0,)], 60)  # type: ignore[misc]
            ((tries, apart),) = running.query("SELECT max(attempts), count(DISTINCT due_at) FROM message")
            tell("an hour of later", tries=tries, apart=apart, taken=len(running.sink.taken))
            assert running.sink.taken == {}
            assert tries == 4, "at once, after 1, 5 and 15 minutes; then after an hour"
            assert apart > 10, "not all at the same moment again"
            running.sink.answers.clear()
            set_replay_clock(clock_file, began + timedelta(hours=3))
            assert running.quiet(60)
            assert running.states() == {"sent": 20}
            assert sorted(running.sink.taken.values()) == [1] * 20
    finally:
        del os.environ[REPLAY_CLOCK]


def test_an_address_that_is_refused_for_good_fails_alone() -> None:
    with house.running(durable=False) as running:
        running.sink.answers["RCPT"] = b"550 5.1.1 nobody here"
        insist(running, range(3))
        assert running.quiet(30)
        assert running.query("SELECT DISTINCT state, reason FROM message") == [("failed", "refused")]
        assert running.query("SELECT DISTINCT reason FROM suppression") == [("bounced",)]
        running.sink.answers.clear()
        insist(running, range(3, 6))
        assert running.quiet(30)
        assert running.states() == {"failed": 3, "sent": 3}


def test_a_connection_cut_after_the_last_dot_repeats_once_with_the_same_id() -> None:
    with house.running(durable=False) as running:
        running.sink.answers["."] = b""
        insist(running, [1])
        assert running.wait(lambda: running.states().get("unknown", 0) == 1, 30)
        tell("cut after the dot", taken=dict(running.sink.taken))
        assert list(running.sink.taken.values()) == [2]


def _tried(running: House) -> int:
    return int(running.one("SELECT count(*) FROM message WHERE attempts > 0 AND state = 'queued'"))
