"""Twilio of the sample world answers as our own plug-in expects it, and refuses what the real one refuses."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.channels.base import SendError, Text
from app.channels.receipts.base import Receipt, ReceiptKind
from app.channels.sms import calls
from app.channels.sms import twilio as plugin
from app.channels.sms.base import Letterhead, Told
from app.channels.sms.calls import KeysRefused
from app.lib import http
from demo import fakes, mail, twilio
from tests.demo.wsgi import Wsgi

HEAD = Letterhead(sender=twilio.SENDER, report_to="https://doorstep.test/webhooks/texts/twilio/key")
TEXT = Text(to="+13035550142", words="Ridge & Pine: It’s here https://doorstep.test/s/1a", ref="9f3c2b")


def test_a_text_lands_in_the_mailbox_and_its_fate_is_told(
    store: Path, told: list[tuple[str, str, str]]
) -> None:
    sid = plugin.send(calls.outside(), twilio.KEYS, HEAD, TEXT)
    (kept,) = mail.mails(store)
    assert (kept["to"], kept["text"].strip()) == (["+13035550142"], TEXT.words)
    ((url, named, to),) = told
    assert (named, to) == (sid, TEXT.to)
    form, headers = twilio.receipt(url, named, to)
    lower = {name.lower(): value for name, value in headers.items()}
    delivery = Told(url=url, headers=lower, body=urlencode(form).encode())
    assert plugin.verify(delivery, twilio.KEYS)
    (receipt,) = plugin.parse(delivery)
    assert isinstance(receipt, Receipt)
    assert (receipt.ref, receipt.kind) == ("9f3c2b", ReceiptKind.DELIVERED)


def test_strangers_and_what_is_no_number_are_refused(store: Path, told: list[tuple[str, str, str]]) -> None:
    with pytest.raises(KeysRefused):
        plugin.send(calls.outside(), {**twilio.KEYS, "auth_token": "wrong"}, HEAD, TEXT)
    with pytest.raises(SendError, match="21211") as caught:
        plugin.send(calls.outside(), twilio.KEYS, HEAD, Text(to="13035550142", words="Hello", ref="1"))
    assert caught.value.bad_address
    assert (mail.mails(store), told) == ([], [])


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mail.sqlite"
    monkeypatch.setenv("DEMO_MAIL", str(path))
    return path


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, str]]]:
    """What would be told, told at once to the test."""
    heard: list[tuple[str, str, str]] = []
    monkeypatch.setattr(twilio, "ARRIVES_AFTER", 0)
    monkeypatch.setattr(twilio, "Timer", lambda _, __, told: Now(heard, told))
    http.play(twilio.HOST, Wsgi(fakes.application))
    http._breakers.reset()
    yield heard
    http.play(twilio.HOST, None)


class Now:
    """A timer that does not wait."""

    def __init__(self, heard: list[tuple[str, str, str]], told: tuple[str, str, str]) -> None:
        self.heard, self.told = heard, told

    def start(self) -> None:
        self.heard.append(self.told)
