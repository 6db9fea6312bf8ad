"""WhatsApp: whom it is believed to be, and what it says."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.channels.receipts.base import Receipt
from app.channels.sms.base import Heard, Preferred, TemplatesChanged, Told
from app.channels.whatsapp import cloud
from app.lib import clock
from app.lib.reading import Unreadable
from tests.contracts.whatsapp.wire import (
    FOLDER,
    HEARD,
    HOOK,
    KEYS,
    OTHERS,
    RECEIPTS,
    by_meta,
    delivery,
    signed,
)


def test_every_recording_is_read_here() -> None:
    names = {file.name.partition(".")[0] for file in FOLDER.glob("*.json")}
    assert names == {*RECEIPTS, *HEARD, *OTHERS, "sent", "refused", "templates"}
    assert all("COMPOSED" in file.name for file in FOLDER.glob("*.json"))


@pytest.mark.parametrize("what", [*RECEIPTS, *HEARD, *OTHERS])
def test_a_delivery_is_believed_as_it_was_signed_and_no_other(what: str) -> None:
    told = signed(what)
    assert cloud.verify(told, KEYS)
    assert not cloud.verify(told, {**KEYS, "app_secret": "another"})
    assert not cloud.verify(replace(told, body=told.body + b" "), KEYS), "these very bytes, not their meaning"
    assert not cloud.verify(replace(told, headers={}), KEYS)
    bare = told.headers["x-hub-signature-256"].removeprefix("sha256=")
    assert not cloud.verify(replace(told, headers={"x-hub-signature-256": bare}), KEYS)


@pytest.mark.parametrize("header", ["", "sha256=", "sha256=é", "sha1=" + "0" * 40, "x" * 10_000])
def test_whatever_a_stranger_sends_is_not_believed(header: str) -> None:
    told = Told(url=HOOK, headers={"x-hub-signature-256": header}, body=b"[" * 100_000)
    assert not cloud.verify(told, KEYS)


@pytest.mark.parametrize("what", RECEIPTS)
def test_what_became_of_a_message_is_understood(what: str) -> None:
    (receipt,) = cloud.parse(signed(what))
    assert isinstance(receipt, Receipt)
    assert (receipt.kind, receipt.ref) == (RECEIPTS[what], "9f3c2b")
    assert receipt.event_id.startswith("wamid.")
    assert receipt.at.year == 2024
    assert receipt.detail in (None, "131026", "131049"), "a code, and nobody's words or number"


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("heard", "Bitte keine Nachrichten mehr!"),
        ("pressed", "STOP"),
        ("picture", "It came like this"),
    ],
)
def test_what_is_written_is_heard(what: str, words: str) -> None:
    (heard,) = cloud.parse(signed(what))
    assert isinstance(heard, Heard)
    assert (heard.sender, heard.words, heard.is_answered) == ("+13035550142", words, False)
    assert heard.at == datetime(2024, 11, 24, 18, 10, tzinfo=UTC)


def test_what_somebody_chose_in_their_app_about_offers_is_heard() -> None:
    (chosen,) = cloud.parse(signed("preferred"))
    assert chosen == Preferred(
        sender="+13035550142", wants_offers=False, at=datetime(2024, 11, 24, 18, 11, 40, tzinfo=UTC)
    )


def test_that_a_template_was_paused_is_heard() -> None:
    assert cloud.parse(signed("templates_changed", sender="another number")) == (TemplatesChanged(),)


@pytest.mark.parametrize("what", [*RECEIPTS, *HEARD, "preferred"])
def test_what_is_about_another_number_of_the_account_is_not_this_shops(what: str) -> None:
    assert cloud.parse(signed(what, sender="106540352242999")) == ()


@pytest.mark.parametrize("kind", ["system", "reaction", "unsupported"])
def test_what_nobody_wrote_opens_no_conversation(kind: str) -> None:
    body = delivery("heard").replace(b'"type":"text"', f'"type":"{kind}"'.encode())
    assert cloud.parse(Told(url=HOOK, headers=by_meta(body), body=body)) == ()


def test_a_moment_that_is_yet_to_come_is_now() -> None:
    body = delivery("heard").replace(b"1732471800", b"9732471800")
    (heard,) = cloud.parse(Told(url=HOOK, headers={}, body=body))
    assert isinstance(heard, Heard)
    assert heard.at is not None
    assert heard.at <= clock.now(), "a conversation would never close"


@pytest.mark.parametrize("body", [b"", b"\xff", b"3", b"[]", b"{}", b'{"object": "page"}'])
def test_something_else_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        cloud.parse(Told(url=HOOK, headers={}, body=body))


@pytest.mark.parametrize("spoilt", ["timestamp", "id", "from"])
def test_a_message_without_what_it_needs_is_unreadable(spoilt: str) -> None:
    body = json.loads(delivery("heard"))
    del body["entry"][0]["changes"][0]["value"]["messages"][0][spoilt]
    with pytest.raises(Unreadable):
        cloud.parse(Told(url=HOOK, headers={}, body=json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=a.b", ("a.b", "1158201444")),
        ("hub.mode=subscribe&hub.challenge=1158201444", ("", "1158201444")),
        ("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=a", None),
        ("hub.mode=subscribe&hub.verify_token=a", None),
        ("", None),
    ],
)
def test_a_handshake_is_a_token_and_a_challenge(query: str, said: tuple[str, str] | None) -> None:
    assert cloud.greeted(query) == said
