"""Every provider of text messages: whom it is believed to be, and what it says."""

import hashlib
import hmac
from base64 import b64encode
from urllib.parse import urlencode

import pytest

from app.channels.receipts.base import Receipt
from app.channels.sms import twilio, vonage
from app.channels.sms.base import Heard, Told
from app.lib.reading import Unreadable
from tests.contracts.sms.wire import (
    FOLDER,
    HOOK,
    KEYS,
    PROVIDERS,
    SAID,
    SECRETS,
    changed,
    jwt,
    signed,
)


def test_every_provider_has_its_recordings() -> None:
    assert set(PROVIDERS) == set(KEYS) == {folder.name for folder in FOLDER.iterdir() if folder.is_dir()}
    for key in PROVIDERS:
        recorded = {file.name.partition(".")[0] for file in (FOLDER / key).iterdir()}
        assert recorded == {*SAID, "heard", "sent", "refused"}, key


@pytest.mark.parametrize("key", sorted(PROVIDERS))
@pytest.mark.parametrize("what", [*SAID, "heard"])
def test_a_delivery_is_believed_as_it_was_signed_and_no_other(key: str, what: str) -> None:
    verify, keys, told = PROVIDERS[key].verify, KEYS[key], signed(key, what)
    assert verify(told, keys)
    for name in SECRETS[key]:
        assert not verify(told, {**keys, name: "x" + keys[name]})
    assert not verify(changed(told, body=told.body.replace(b"1", b"2", 1)), keys)
    assert not verify(changed(told, body=told.body + b"&a=b"), keys)
    assert not verify(changed(told, headers={}), keys)


@pytest.mark.parametrize("key", sorted(PROVIDERS))
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 100_000, b"{}", b"=&=&"])
@pytest.mark.parametrize("header", ["", "x", "Bearer a.b.c", "Bearer ..", "Bearer é.é.é", "=" * 9])
def test_whatever_a_stranger_sends_is_not_believed(key: str, body: bytes, header: str) -> None:
    headers = {"authorization": header, "x-twilio-signature": header}
    assert not PROVIDERS[key].verify(Told(url=HOOK.format(key), headers=headers, body=body), KEYS[key])


@pytest.mark.parametrize("key", sorted(PROVIDERS))
@pytest.mark.parametrize("what", SAID)
def test_what_became_of_a_text_is_understood(key: str, what: str) -> None:
    (receipt,) = PROVIDERS[key].parse(signed(key, what))
    assert isinstance(receipt, Receipt)
    assert (receipt.kind, receipt.ref) == (SAID[what], "9f3c2b")
    assert receipt.event_id
    assert "+1" not in (receipt.detail or "")


@pytest.mark.parametrize("key", sorted(PROVIDERS))
def test_what_is_texted_back_is_heard(key: str) -> None:
    (heard,) = PROVIDERS[key].parse(signed(key, "heard"))
    assert isinstance(heard, Heard)
    assert (heard.sender, heard.words, heard.is_answered) == ("+13035550142", "Bitte keine SMS mehr!", False)


@pytest.mark.parametrize("key", sorted(PROVIDERS))
@pytest.mark.parametrize("body", [b"", b"\xff", b"3", b"[]", b'{"channel": "sms"}', b"a=b"])
def test_something_else_is_unreadable(key: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        PROVIDERS[key].parse(Told(url=HOOK.format(key), headers={}, body=body))


def test_twilio_signs_with_either_scheme_and_either_address() -> None:
    keys = {**KEYS["twilio"], "webhook_key": "shared"}
    told = Told(url=HOOK.format("twilio") + "?ref=9f3c2b", headers={}, body=b"MessageSid=SM1&Body=a+b&Body=a")
    written = "Bodya" + "Bodya b" + "MessageSidSM1"
    for url in (told.url, told.url.replace("doorstep.test", "doorstep.test:443")):
        legacy = b64encode(hmac.digest(b"12345", (url + written).encode(), hashlib.sha1)).decode()
        assert twilio.verify(changed(told, headers={"x-twilio-signature": legacy}), keys)
        new = b64encode(hmac.digest(b"shared", (url + written).encode(), hashlib.sha256)).decode()
        named = {"x-twilio-webhooks-signature-settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
        assert twilio.verify(changed(told, headers={"x-twilio-signature": new, **named}), keys)
        assert not twilio.verify(changed(told, headers={"x-twilio-signature": new}), keys)
        assert not twilio.verify(changed(told, headers={"x-twilio-signature": legacy, **named}), keys)
        assert not twilio.verify(changed(told, headers={"x-twilio-signature": new, **named}), KEYS["twilio"])
        odd = {"x-twilio-signature": new, "x-twilio-webhooks-signature-settings": "algorithm=MD5"}
        assert not twilio.verify(changed(told, headers=odd), keys)


def test_the_example_of_twilios_documentation_is_believed() -> None:
    body = (
        b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    )
    headers = {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    told = Told(url="https://mycompany.com/myapp.php?foo=1&bar=2", headers=headers, body=body)
    assert twilio.verify(told, {"auth_token": "12345"})


def test_twilio_is_answered_with_an_empty_document() -> None:
    assert (twilio.PLUGIN.answer.body, twilio.PLUGIN.answer.content_type) == ("<Response/>", "text/xml")


@pytest.mark.parametrize(
    ("fields", "answered"),
    [({"Body": "STOP"}, True), ({"Body": "Baja", "OptOutType": "STOP"}, True), ({"Body": "Baja"}, False)],
)
def test_what_twilio_answers_itself_is_not_answered_again(fields: dict[str, str], *, answered: bool) -> None:
    form = urlencode({"MessageSid": "SM1", "From": "+1", **fields})
    (heard,) = twilio.parse(Told(url=HOOK.format("twilio"), headers={}, body=form.encode()))
    assert isinstance(heard, Heard)
    assert heard.is_answered is answered


def test_a_token_of_vonage_over_another_body_or_without_a_signature_is_not_believed() -> None:
    told = signed("vonage", "heard")
    other = Told(url=told.url, headers=told.headers, body=signed("vonage", "taken").body)
    assert not vonage.verify(other, KEYS["vonage"])
    unsigned = jwt({"alg": "none"}, told.body, "s3cret")
    assert not vonage.verify(changed(told, headers={"authorization": f"Bearer {unsigned}"}), KEYS["vonage"])
    bare = jwt({"alg": "HS256"}, None, "s3cret")
    assert not vonage.verify(changed(told, headers={"authorization": f"Bearer {bare}"}), KEYS["vonage"])
