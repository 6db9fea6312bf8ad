"""Many mails over several lines: whatever the server answers, each one's fate is told, and right."""

import re
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from app.channels import smtp
from app.channels.base import Mail, SendError
from tests.contracts.smtp_server import CUT, SILENCE, ScriptedServer, scripted
from tests.contracts.test_smtp import MAIL, use

ANSWERS = {
    "MAIL": ["451 4.3.0 later", "421 4.7.0 too busy", CUT],
    "RCPT": ["550 5.1.1 nobody", "450 4.2.0 greylisted", CUT, SILENCE],
    "DATA": ["554 5.5.1 no", "451 later", CUT],
    "BODY": [CUT],
    "DOT": ["554 5.6.0 no", "451 later", "what", CUT, SILENCE, "421 4.3.2 going down"],
    "RSET": ["250 ok", "500 what", CUT],
    "CONNECT": ["421 too many of you", CUT],
}
MAILS = 40


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
@pytest.mark.parametrize("seed", range(25))
def test_every_mail_is_told_of_once_and_rightly(
    monkeypatch: pytest.MonkeyPatch, seed: int, extensions: tuple[str, ...]
) -> None:
    chance = Random(seed)
    with scripted(extensions=extensions) as server:
        use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
        monkeypatch.setattr("app.channels.line.TIMEOUT", 0.15)
        with smtp.connect() as lines:
            server.script = _script(chance)
            begun: list[int] = []

            def begin(key: int) -> bool:
                begun.append(key)
                return True

            outcomes = list(lines.send_all(_mails(), begin))
    told = Counter(key for key, _ in outcomes)
    taken = _taken(server)
    assert told == Counter(range(MAILS))
    assert max(taken.values(), default=1) == 1
    for key, outcome in outcomes:
        if not isinstance(outcome, SendError):
            assert taken[key] == 1
        elif not outcome.unknown:
            assert taken[key] == 0
        else:
            assert key in begun
    assert set(taken) <= set(begun)
    assert len(begun) == len(set(begun))


def test_several_lines_are_opened_for_many_mails_and_one_for_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(extensions=("PIPELINING",)) as server:
        use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
        with smtp.connect() as lines:
            list(lines.send_all(list(_mails())[:3], lambda _: True))
            assert server.connections == 1
            list(lines.send_all(_mails(), lambda _: True))
            assert server.connections == smtp.LINES
    assert len(server.taken) == MAILS + 3


def test_a_server_that_lets_in_only_one_gets_everything_over_that_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted(extensions=("PIPELINING",)) as server:
        use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
        with smtp.connect() as lines:
            server.script["CONNECT"] = ["421 one is enough"] * 50
            outcomes = list(lines.send_all(_mails(), lambda _: True))
    assert not any(isinstance(outcome, SendError) for _, outcome in outcomes)
    assert server.connections == 2


def test_what_may_not_begin_does_not_go(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(extensions=("PIPELINING",)) as server:
        use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
        with smtp.connect() as lines:
            outcomes = dict(lines.send_all(_mails(), lambda key: key % 7 != 3))
    taken = _taken(server)
    assert not any(key % 7 == 3 for key in taken)
    assert {key for key, outcome in outcomes.items() if not isinstance(outcome, SendError)} == set(taken)


def test_a_server_that_would_take_a_mail_for_nobody_gets_an_empty_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted(extensions=("PIPELINING",)) as server:
        use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
        server.script = {"RCPT": ["550 5.1.1 nobody"], "DATA": ["354 go on"], "DOT": ["554 5.5.1 for nobody"]}
        with smtp.connect() as lines:
            outcomes = dict(lines.send_all(_mails()[:3], lambda _: True))
    assert [isinstance(outcome, SendError) for _, outcome in sorted(outcomes.items())] == [True, False, False]
    assert _taken(server) == Counter({1: 1, 2: 1})


@pytest.mark.parametrize("answer", ["554 5.6.0 no", "451 4.3.0 later"])
@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
def test_a_mail_refused_after_its_bytes_holds_up_none_behind_it(
    monkeypatch: pytest.MonkeyPatch, answer: str, extensions: tuple[str, ...]
) -> None:
    with scripted(extensions=extensions) as server:
        use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
        monkeypatch.setattr("app.channels.line.TIMEOUT", 1)
        server.script["DOT"] = ["250 2.0.0 queued", answer]
        with smtp.connect() as lines:
            outcomes = dict(lines.send_all(_mails()[:5], lambda _: True))
    assert [key for key, outcome in outcomes.items() if isinstance(outcome, SendError)] == [1]
    assert _taken(server) == Counter((0, 2, 3, 4))
    assert all(body.startswith(b"From: ") for body in server.taken)
    assert server.connections == 1


def _mails() -> list[tuple[int, Mail]]:
    return [(n, replace(MAIL, message_id=f"<{n}@shop.example>")) for n in range(MAILS)]


def _taken(server: ScriptedServer) -> Counter[int]:
    found = (re.search(rb"Message-ID: <(\d+)@", body) for body in server.taken)
    return Counter(int(match[1]) for match in found if match)


def _script(chance: Random) -> dict[str, list[str]]:
    usual = {"CONNECT": "220 ready", "BODY": "", "DOT": "250 2.0.0 queued"}
    return {
        stage: [
            chance.choice(answers) if chance.random() < 0.07 else usual.get(stage, "250 ok")
            for _ in range(MAILS if stage != "DATA" else chance.randint(0, 2))
        ]
        for stage, answers in ANSWERS.items()
    }
