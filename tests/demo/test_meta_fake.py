"""WhatsApp of the sample world answers as our own plug-in expects it, and refuses what the real one does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.channels.base import SendError, Text
from app.channels.receipts.base import Receipt, ReceiptKind
from app.channels.sms import calls
from app.channels.sms.base import Letterhead, Told
from app.channels.sms.calls import KeysRefused
from app.channels.whatsapp import cloud
from app.channels.whatsapp.templates import fill, read
from app.lib import http
from app.lib.http import Outside
from app.vocabulary import Medium
from demo import fakes, mail, meta
from tests.demo.wsgi import Wsgi

HEAD = Letterhead(sender=meta.NUMBER_ID, report_to="")
FILLED = fill(
    read(meta.TEMPLATES[0]),
    {"body.order": "#1042", "body.headline": "Arriving Tuesday", "body.link": "https://doorstep.test/s/1a"},
)
TEXT = Text(to="+13035550142", words=FILLED.words, ref="9f3c2b", medium=Medium.WHATSAPP, template=FILLED)


def test_a_message_lands_in_the_mailbox_and_its_fate_is_told(
    store: Path, told: list[tuple[str, str, str]]
) -> None:
    ident = cloud.send(calls.outside(), meta.keys("ridge"), HEAD, TEXT)
    (kept,) = mail.mails(store)
    assert (kept["to"], kept["text"].strip()) == (["+13035550142"], FILLED.words)
    ((hook, named, ref),) = told
    assert (hook, named, ref) == ("https://doorstep.test/webhooks/texts/whatsapp/ridge", ident, "9f3c2b")
    body, headers = meta.receipt(named, ref)
    lower = {name.lower(): value for name, value in headers.items()}
    delivery = Told(url=hook, headers=lower, body=body, sender=meta.NUMBER_ID)
    assert cloud.verify(delivery, meta.keys("ridge"))
    (receipt,) = cloud.parse(delivery)
    assert isinstance(receipt, Receipt)
    assert (receipt.ref, receipt.kind) == ("9f3c2b", ReceiptKind.DELIVERED)


def test_its_templates_are_told(store: Path) -> None:
    assert mail.mails(store) == []
    found = cloud.templates(Outside(), meta.keys("ridge"))
    assert [(it.name, it.language, it.status) for it in found] == [
        ("order_update", "en", "approved"),
        ("order_update", "de", "approved"),
        ("offer", "en", "approved"),
    ]


def test_strangers_and_what_is_no_number_are_refused(store: Path, told: list[tuple[str, str, str]]) -> None:
    with pytest.raises(KeysRefused):
        cloud.send(calls.outside(), {**meta.keys("ridge"), "token": "wrong"}, HEAD, TEXT)
    with pytest.raises(SendError, match="131009"):
        cloud.send(calls.outside(), meta.keys("ridge"), HEAD, Text(to="13035550142", words="Hi", ref="1"))
    assert (mail.mails(store), told) == ([], [])


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mail.sqlite"
    monkeypatch.setenv("DEMO_MAIL", str(path))
    monkeypatch.setenv("DOORSTEP_URL", "https://doorstep.test")
    return path


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, str]]]:
    """What would be told, told at once to the test."""
    heard: list[tuple[str, str, str]] = []
    monkeypatch.setattr(meta, "Timer", lambda _, __, told: Now(heard, told))
    http.play(meta.HOST, Wsgi(fakes.application))
    http._breakers.reset()
    yield heard
    http.play(meta.HOST, None)


class Now:
    """A timer that does not wait."""

    def __init__(self, heard: list[tuple[str, str, str]], told: tuple[str, str, str]) -> None:
        self.heard, self.told = heard, told

    def start(self) -> None:
        self.heard.append(self.told)
