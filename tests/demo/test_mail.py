"""The demo's mailbox: what was sent is shown as it was sent, and can do no harm to who looks."""

import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from demo import mail
from demo.viewer import viewer


def test_a_mail_is_listed_with_what_its_shopper_reads(store: Path) -> None:
    mail.keep(store, ["ada@example.com"], a_mail("ada@example.com", "Zoë's parcel is on its way"))
    (kept,) = every_mail()
    assert kept["to"] == ["ada@example.com"]
    assert kept["from"] == "Ridge & Pine <orders@ridge.example>"
    assert kept["subject"] == "Zoë's parcel is on its way"
    assert kept["message_id"] == "<1@ridge.example>"
    assert kept["text"].strip() == "It left Denver. https://ridge.example/t/1"
    assert "<h1>On its way</h1>" in kept["html"]
    assert ["Message-ID", "<1@ridge.example>"] in kept["headers"]


def test_the_newest_mail_comes_first(store: Path) -> None:
    for subject in ("first", "second"):
        mail.keep(store, ["ada@example.com"], a_mail("ada@example.com", subject))
    assert [kept["subject"] for kept in every_mail()] == ["second", "first"]


def test_a_search_finds_the_mails_of_an_address(store: Path) -> None:
    for name in ("ada", "grace"):
        mail.keep(store, [f"{name}@example.com"], a_mail(f"{name}@example.com", f"for {name}"))
    page = Client(viewer).get("/mail?q=grace@").text
    assert "for grace" in page
    assert "for ada" not in page
    assert "1 mail that" in page


def test_an_empty_mailbox_says_so(store: Path) -> None:
    assert not mail.mails(store)
    assert "No mail yet" in Client(viewer).get("/mail/").text
    assert Client(viewer).get("/mail/1").status_code == 404


def test_a_mails_own_html_stays_in_a_sandbox(store: Path) -> None:
    mail.keep(store, ["ada@example.com"], a_mail("ada@example.com", "<script>alert(1)</script>"))
    page = Client(viewer).get("/mail/1")
    assert "<script" not in page.text
    assert 'sandbox="allow-popups' in page.text
    part = Client(viewer).get("/mail/1/html")
    policy = part.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert "; sandbox" in policy
    assert '<base target="_blank">' in part.text


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEMO_MAIL", str(tmp_path / "mail.sqlite"))
    return tmp_path / "mail.sqlite"


def every_mail() -> list[dict[str, Any]]:
    mails: list[dict[str, Any]] = json.loads(Client(viewer).get("/mail.json").text)
    return mails


def a_mail(to: str, subject: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Ridge & Pine <orders@ridge.example>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<1@ridge.example>"
    message.set_content("It left Denver. https://ridge.example/t/1")
    message.add_alternative("<html><head></head><body><h1>On its way</h1></body></html>", subtype="html")
    return bytes(message)
