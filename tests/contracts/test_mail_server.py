"""A mail server with which no line comes about: nobody waits for it, and nothing breaks off."""

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import sleep
from typing import Any

import pytest

from app.channels import probe, smtp
from app.channels.base import SendError
from app.channels.server import Security, Server
from app.lib.config import settings
from tests.contracts.smtp_server import scripted
from tests.contracts.test_smtp import MAIL

WORDS = 300
"""How many times a server says that it is about to say something."""


def test_a_merchants_server_that_greets_for_ever_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_MAIL_HOSTS_INSIDE", "127.0.0.1")
    settings.cache_clear()
    monkeypatch.setattr("app.channels.server.LETS_IN_WITHIN", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as threads:
        greeted = threads.submit(_greet_for_ever, listener)
        named = Server(
            host="127.0.0.1", port=listener.getsockname()[1], security=Security.NONE, is_guarded=True
        )
        with pytest.raises(SendError, match="cannot be reached") as raised:
            smtp.connect_to(named)
        assert raised.value.everyone
        assert greeted.result() < WORDS
    settings.cache_clear()


def test_a_name_that_nobody_has_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    named = Server(host="smpt.example.com", port=587, security=Security.STARTTLS)
    with pytest.raises(SendError, match="cannot be reached: its name is not known"):
        smtp.connect_to(named)
    assert probe.send(named, MAIL)[-1].said == "This name is not known. Is it spelled right?"


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"password": "paßwort"}, "235 ok"),
        ({"user": "jörg"}, "235 ok"),
        ({"host": "mail..example"}, "235 ok"),
        ({"host": f"{'m' * 64}.example"}, "235 ok"),
        ({}, "334 a"),
    ],
    ids=["password", "user", "empty label", "long label", "challenge"],
)
def test_what_smtplib_cannot_write_fails_everyone_and_is_said_in_a_test(
    changed: dict[str, Any], answer: str
) -> None:
    with scripted(extensions=("AUTH PLAIN",)) as server:
        server.script["AUTH"] = [answer] * 2
        sound = Server(
            host="127.0.0.1", port=server.port, security=Security.NONE, user="me", password="secret"
        )
        with pytest.raises(SendError) as raised:
            smtp.connect_to(replace(sound, **changed))
        steps = probe.send(replace(sound, **changed), MAIL)
    assert raised.value.everyone
    assert (steps[-1].went, server.taken) == (False, [])


def _greet_for_ever(listener: socket.socket) -> int:
    """Greet one caller line after line; returns how many lines it took until the caller hung up."""
    caller, _ = listener.accept()
    with caller:
        for said in range(WORDS):
            try:
                caller.sendall(b"220-one moment\r\n")
            except OSError:
                return said
            sleep(0.05)
    return WORDS
