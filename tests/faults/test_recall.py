"""Who is told that nothing more comes gets nothing more, even while a chunk with it is going out."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests

from app.channels import smtp
from app.lib.config import settings
from app.messages.letters.links import preferences_url
from bench import house
from bench.house import House
from tests.faults.load import insist, tell

MESSAGES = 160
HALF = "mod(id, 2) = 0 AND state IN ('queued', 'sending')"


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house.running(durable=False) as found:
        for name in ("DOORSTEP_SECRET_KEYS", "DOORSTEP_URL"):
            monkeypatch.setenv(name, found.environment[name])
        settings.cache_clear()
        found.sink.pause = 0.3
        yield found
    settings.cache_clear()


def test_an_unsubscribe_that_was_answered_is_the_end_amid_a_chunk(running: House) -> None:
    begin(running)
    ended: dict[str, float] = {}
    for ident, shop_id, rfc_id in running.query(f"SELECT id, shop_id, rfc_id FROM message WHERE {HALF}"):
        answer = requests.post(
            preferences_url(shop_id, ident), data={"List-Unsubscribe": "One-Click"}, timeout=10
        )
        assert answer.status_code == 200
        ended[rfc_id] = time.monotonic()
    assert running.quiet(120)
    late = [rfc_id for rfc_id, at in ended.items() if running.sink.began.get(rfc_id, 0.0) > at]
    kept_back = running.one("SELECT count(*) FROM message WHERE state = 'skipped' AND reason = 'suppressed'")
    tell("unsubscribed amid a chunk", ended=len(ended), kept_back=kept_back, late=len(late))
    assert len(ended) > MESSAGES // 8
    assert kept_back > 0
    assert len(late) <= smtp.LINES, "at most what was in flight"
    assert set(running.states()) <= {"sent", "skipped"}


def test_an_erasure_that_was_done_is_the_end_amid_a_chunk(running: House) -> None:
    begin(running)
    said = subprocess.run(
        [sys.executable, "-m", "tests.faults.forgetful"],
        cwd=house.ROOT,
        env={**os.environ, **running.environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    ended = {rfc_id: float(at) for rfc_id, at in (line.split() for line in said.splitlines())}
    assert running.quiet(120)
    late = [rfc_id for rfc_id, at in ended.items() if running.sink.began.get(rfc_id, 0.0) > at]
    kept_back = running.one("SELECT count(*) FROM message WHERE state = 'skipped' AND reason = 'erased'")
    tell("erased amid a chunk", ended=len(ended), kept_back=kept_back, late=len(late))
    assert len(ended) > MESSAGES // 8
    assert kept_back > 0
    assert len(late) <= smtp.LINES, "at most what was in flight"
    assert set(running.states()) <= {"sent", "skipped"}


@pytest.mark.long
def test_a_shop_that_leaves_amid_a_chunk_sends_nothing_more(running: House) -> None:
    begin(running)
    running.run("UPDATE shop SET state = 'uninstalled'")
    at = time.monotonic()
    assert running.quiet(120)
    late = [ident for ident, began in running.sink.began.items() if began > at]
    tell("uninstalled amid a chunk", taken=len(running.sink.taken), late=len(late))
    assert len(running.sink.taken) < MESSAGES
    assert len(late) <= smtp.LINES


def begin(running: House) -> None:
    """Let every message be asked for, and a chunk of them be on its way."""
    sender = running.process("sender").running
    sender.send_signal(signal.SIGSTOP)  # or half of them are gone before the last is asked for
    insist(running, range(MESSAGES))
    asked = "SELECT count(*) FROM message"
    assert running.wait(lambda: running.one(asked) == MESSAGES, 60)
    sender.send_signal(signal.SIGCONT)
    assert running.wait(lambda: len(running.sink.taken) > smtp.LINES, 60)
    assert len(running.sink.taken) < MESSAGES // 2
