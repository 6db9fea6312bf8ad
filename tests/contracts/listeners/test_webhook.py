"""What a merchant's server is sent: signed as Standard Webhooks says, to no address that is not public."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.listeners import webhook
from app.listeners.base import Occasion, Unfit

AT = datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)
TOLD = {"id": "evt_7", "type": "order.placed", "version": 1, "data": {"order": {"name": "#1042"}}}


def test_the_signature_is_that_of_the_specifications_own_sample() -> None:
    secret, ident = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signed = webhook.sign(secret, ident, "1614265330", b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_whoever_has_the_secret_can_check_the_very_bytes_that_came() -> None:
    keys = {"url": "https://hooks.example/in", **webhook.new_secret()}
    sent = webhook.request(keys, Occasion(told=TOLD, key="k", at=AT))
    assert sent.url == "https://hooks.example/in"
    assert orjson.loads(sent.body) == TOLD
    assert checks(keys["secret"], sent.headers, sent.body)
    assert not checks(keys["secret"], sent.headers, sent.body + b" ")
    assert not checks(webhook.new_secret()["secret"], sent.headers, sent.body)


def test_for_a_day_after_a_change_either_secret_fits_and_then_only_the_new_one() -> None:
    old, new = webhook.new_secret()["secret"], webhook.new_secret()["secret"]
    for until, fits in ((AT.timestamp() + 1, True), (AT.timestamp() - 1, False)):
        keys = {"url": "https://a.example/", "secret": new, "old_secret": old, "old_secret_until": str(until)}
        sent = webhook.request(keys, Occasion(told=TOLD, key="k", at=AT))
        assert checks(new, sent.headers, sent.body)
        assert checks(old, sent.headers, sent.body) is fits


def test_the_same_event_has_the_same_id_and_body_on_every_try() -> None:
    keys = {"url": "https://a.example/", **webhook.new_secret()}
    first = webhook.request(keys, Occasion(told=TOLD, key="k", at=AT))
    later = webhook.request(keys, Occasion(told=TOLD, key="k", at=AT.replace(hour=20)))
    assert (first.headers["webhook-id"], first.body) == (later.headers["webhook-id"], later.body)
    assert first.headers["webhook-timestamp"] != later.headers["webhook-timestamp"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "hooks.example",
        "https://",
        "https://user:pass@hooks.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1:8443/",
        "https://localhost/",
        "https://db.internal/",
        "https://hooks.example:99999/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nX: y",
    ],
)
def test_an_address_that_cannot_be_right_is_not_even_kept(url: str) -> None:
    with pytest.raises(Unfit):
        webhook.check({"url": url})


@given(st.text())
def test_whatever_is_typed_is_taken_or_unfit(url: str) -> None:
    try:
        webhook.check({"url": url})
    except Unfit:
        return
    assert url.lower().startswith("https://")


def checks(secret: str, headers: object, body: bytes) -> bool:
    """What a receiver does, written from the specification."""
    assert isinstance(headers, dict)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split(" ")
