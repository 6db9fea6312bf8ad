"""What every provider of text messages is asked, and what its answers mean for a text."""

import json
from base64 import b64decode
from collections.abc import Iterator

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from app.channels.base import SendError, Text
from app.channels.sms import calls, twilio, vonage
from app.channels.sms.base import Letterhead
from app.channels.sms.calls import KeysRefused
from app.channels.sms.line import AT_ONCE, Texts
from tests.contracts.sms.wire import HEAD, HOSTS, KEYS, PEM, PROVIDERS, RSA, TEXT, failing, part, recorded
from tests.contracts.sources.network import playing


@pytest.mark.parametrize("key", sorted(PROVIDERS))
def test_a_text_is_handed_over_with_its_name_and_the_address_for_receipts(key: str) -> None:
    with playing(HOSTS[key]) as api:
        api.will(201, recorded(key, "sent"))
        ident = PROVIDERS[key].send(calls.outside(), KEYS[key], HEAD, TEXT)
    (asked,) = api.asked
    assert ident in (recorded(key, "sent").get("sid"), recorded(key, "sent").get("message_uuid"))
    assert TEXT.words in asked.body.values()
    assert any(str(value).endswith("13035550142") for value in asked.body.values())
    assert any("9f3c2b" in str(value) for value in asked.body.values())
    assert any(str(value).startswith(HEAD.report_to) for value in asked.body.values())


@pytest.mark.parametrize("key", sorted(PROVIDERS))
@pytest.mark.parametrize(
    ("status", "unknown", "everyone"),
    [(500, True, False), (502, True, False), (504, True, False), (503, False, True), (429, False, True)],
)
def test_whether_it_may_have_been_taken_is_said(
    key: str, status: int, *, unknown: bool, everyone: bool
) -> None:
    with playing(HOSTS[key]) as api:
        api.will(status, {})
        error = refusal(key)
    assert (error.unknown, error.everyone, error.permanent) == (unknown, everyone, False)


@pytest.mark.parametrize("key", sorted(PROVIDERS))
@pytest.mark.parametrize("status", [401, 403])
def test_refused_keys_concern_every_text(key: str, status: int) -> None:
    with playing(HOSTS[key]) as api:
        api.will(status, {})
        error = refusal(key)
    assert isinstance(error, KeysRefused)
    assert error.everyone
    assert not error.unknown


@pytest.mark.parametrize("key", sorted(PROVIDERS))
def test_a_number_that_is_none_is_not_tried_again(key: str) -> None:
    with playing(HOSTS[key]) as api:
        api.will(400, recorded(key, "refused"))
        error = refusal(key)
    assert (error.permanent, error.bad_address, error.everyone, error.unknown) == (True, True, False, False)
    assert "3035550" not in str(error)


@pytest.mark.parametrize("key", sorted(PROVIDERS))
@pytest.mark.parametrize(
    ("broken", "unknown"),
    [
        (requests.ReadTimeout(), True),
        (requests.ConnectionError("Connection aborted."), True),
        (requests.ConnectTimeout(), True),
    ],
)
def test_where_the_line_breaks_nobody_knows(key: str, broken: Exception, *, unknown: bool) -> None:
    with failing(HOSTS[key], broken):
        assert refusal(key).unknown is unknown


def test_a_host_that_cannot_be_found_has_taken_nothing() -> None:
    with pytest.raises(SendError) as caught:
        calls.post(calls.outside(), "https://nobody.invalid/")
    assert (caught.value.unknown, caught.value.everyone) == (False, True)


@pytest.mark.parametrize("key", sorted(PROVIDERS))
def test_a_page_in_place_of_an_answer_leaves_it_open_whether_it_was_taken(key: str) -> None:
    with failing(HOSTS[key], None, status=200, body=b"<html>"):
        assert refusal(key).unknown
    with failing(HOSTS[key], None, status=404, body=b"<html>"):
        assert not refusal(key).unknown


@pytest.mark.parametrize(
    ("sender", "field"),
    [("+15005550006", "From"), ("RidgePine", "From"), ("MG" + "0" * 32, "MessagingServiceSid")],
)
def test_twilio_picks_the_number_itself_where_a_service_is_named(sender: str, field: str) -> None:
    with playing("api.twilio.com") as api:
        api.will(201, recorded("twilio", "sent"))
        twilio.send(calls.outside(), KEYS["twilio"], Letterhead(sender=sender, report_to="https://x"), TEXT)
    assert api.asked[0].body[field] == sender
    keyring = b64decode(api.asked[0].headers["Authorization"].removeprefix("Basic "))
    assert keyring == b"AC0123456789abcdef0123456789abcdef:12345"


@pytest.mark.parametrize("entered", [PEM, PEM.replace("\n", ""), PEM.replace("\n", " ")])
def test_vonage_is_asked_with_a_token_of_the_application(entered: str) -> None:
    token = vonage.token({**KEYS["vonage"], "private_key": entered})
    said, _, signature = token.rpartition(".")
    RSA.public_key().verify(part(signature), said.encode(), PKCS1v15(), SHA256())
    claims = json.loads(part(said.partition(".")[2]))
    assert claims["application_id"] == "78d335fa"
    assert claims["exp"] - claims["iat"] == vonage.LASTS


@pytest.mark.parametrize("entered", ["", "x", "-----BEGIN PRIVATE KEY-----", PEM[:400]])
def test_a_key_that_is_none_is_said(entered: str) -> None:
    with pytest.raises(SendError) as caught:
        vonage.token({**KEYS["vonage"], "private_key": entered})
    assert caught.value.everyone


def test_texts_go_a_few_at_once_and_none_that_may_not_begin() -> None:
    begun: list[int] = []

    def begin(number: int) -> bool:
        begun.append(number)
        return number != 3

    provider = PROVIDERS["twilio"]
    with playing("api.twilio.com") as api, Texts(provider, KEYS["twilio"], HEAD) as line:
        api.will(201, recorded("twilio", "sent"))
        outcomes = dict(line.send_all(((n, TEXT) for n in range(10)), begin))
    assert begun == list(range(10))
    assert set(outcomes) == set(range(10)) - {3}
    assert len(api.asked) == 9


def test_no_more_is_given_once_the_keys_are_refused() -> None:
    refused: list[SendError] = []

    def texts() -> Iterator[tuple[int, Text]]:
        for n in range(50):
            if refused:
                return
            yield n, TEXT

    with playing("api.twilio.com") as api, Texts(PROVIDERS["twilio"], KEYS["twilio"], HEAD) as line:
        api.will(401, {})
        for _, outcome in line.send_all(texts(), lambda _: True):
            refused += [outcome] if isinstance(outcome, SendError) else []
    assert len(api.asked) <= AT_ONCE
    assert line.is_refused


def refusal(key: str) -> SendError:
    with pytest.raises(SendError) as caught:
        PROVIDERS[key].send(calls.outside(), KEYS[key], HEAD, TEXT)
    return caught.value
