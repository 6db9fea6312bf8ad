"""Where a provider of texts refuses for reasons of its own the next takes over; what may be gone stays."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from app.channels.sms import twilio, vonage
from app.lib import clock
from app.shops import texting
from app.shops.texting import Account
from app.vocabulary import MessageState
from jobs import calls, messages, sync
from tests.contracts.sms.wire import FOLDER, by_vonage, failing, recorded
from tests.contracts.sources.network import StoreApi, playing
from tests.journeys.conftest import StoreVoice
from tests.journeys.texting import (
    MORNING,
    YES,
    Later,
    bought,
    by_day,
    connect,
    mails,
    phone,
    say,
    server,
    shipped,
    shopper,
    texts,
)

__all__ = ["by_day", "mails", "phone", "server", "shopper"]

SECOND = timedelta(seconds=1)


@pytest.fixture
def other_phone() -> Iterator[StoreApi]:
    with playing("api.nexmo.com") as api:
        api.will(202, recorded("vonage", "sent"))
        yield api


@pytest.fixture
def both(shopify_store: StoreVoice) -> StoreVoice:
    """A shop whose texts go with Twilio, and with Vonage where that refuses."""
    connect(shopify_store)
    connect(shopify_store, provider=vonage.PLUGIN, sender="+15005550007")
    return shopify_store


def asked_for(store: StoreVoice, shopper: FlaskClient, number: int = 1042) -> None:
    """Let somebody buy, and ask to be texted about it."""
    shopper.post(f"{bought(store, number, email=f'a{number}@example.com')}/updates", data=YES)


def account(store: StoreVoice, key: str) -> Account:
    store.session.commit()
    store.session.expire_all()
    found = texting.account(store.session, store.shop, key=key)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "refusal",
    [
        (503, {}, {}),
        (429, {}, {}),
        (400, {"code": 21606}, {}),
        (401, {}, {}),
    ],
    ids=["away", "too many", "its number", "its keys"],
)
def test_the_next_one_carries_it_at_once_and_it_goes_once(  # noqa: PLR0917 - fixtures and a parameter
    both: StoreVoice,
    shopper: FlaskClient,
    phone: StoreApi,
    other_phone: StoreApi,
    later: Later,
    refusal: tuple[int, Any, Any],
) -> None:
    asked_for(both, shopper)
    phone.answers.insert(0, refusal)
    shipped(both, later)
    later(SECOND)
    messages.send()
    (text,) = texts(both)
    assert (text.state, text.attempts) == (MessageState.SENT, 1)
    assert (len(phone.asked), len(other_phone.asked)) == (1, 1)
    assert other_phone.asked[0].body["from"] == "15005550007"
    assert other_phone.asked[0].body["client_ref"] in text.rfc_id


def test_who_refused_rests_and_is_asked_again_later(
    both: StoreVoice, shopper: FlaskClient, phone: StoreApi, other_phone: StoreApi, later: Later
) -> None:
    for number in (1042, 1043, 1044):
        asked_for(both, shopper, number)
    phone.answers.insert(0, (503, {}, {}))
    shipped(both, later, 1042)
    later(SECOND)
    messages.send()
    resting = account(both, "twilio")
    assert resting.complaint == "it answers 503"
    assert resting.rests_until is not None
    assert resting.rests_until > clock.now()
    shipped(both, later, 1043)
    assert (len(phone.asked), len(other_phone.asked)) == (1, 2), "it is left alone meanwhile"
    with time_machine.travel(MORNING + timedelta(minutes=2)):
        shipped(both, later, 1044)
    assert (len(phone.asked), len(other_phone.asked)) == (2, 2)
    assert account(both, "twilio").complaint is None
    assert {text.state for text in texts(both)} == {MessageState.SENT}


def test_what_may_have_been_taken_is_not_handed_on(
    both: StoreVoice, shopper: FlaskClient, other_phone: StoreApi, later: Later
) -> None:
    asked_for(both, shopper)
    with failing("api.twilio.com", TimeoutError()):
        shipped(both, later)
    (text,) = texts(both)
    assert (text.state, text.resent_at is not None) == (MessageState.QUEUED, True), (
        "its receipt is waited for"
    )
    assert other_phone.asked == []
    assert account(both, "twilio").rests_until is None


def test_what_is_refused_for_itself_is_no_reason_to_ask_another(
    both: StoreVoice, shopper: FlaskClient, phone: StoreApi, other_phone: StoreApi, later: Later
) -> None:
    asked_for(both, shopper)
    phone.answers.insert(0, (400, {"code": 21211}, {}))
    shipped(both, later)
    assert texts(both)[0].state is MessageState.FAILED
    assert other_phone.asked == []


def test_where_both_refuse_it_waits_and_is_lost_with_neither(
    both: StoreVoice, shopper: FlaskClient, phone: StoreApi, other_phone: StoreApi, later: Later
) -> None:
    asked_for(both, shopper)
    phone.answers.insert(0, (503, {}, {}))
    other_phone.answers.insert(0, (503, {}, {}))
    shipped(both, later)
    (text,) = texts(both)
    assert (text.state, text.attempts) == (MessageState.QUEUED, 1)
    assert (len(phone.asked), len(other_phone.asked)) == (1, 1)
    later(timedelta(minutes=20))
    messages.send()
    assert texts(both)[0].state is MessageState.SENT


def test_a_stop_is_answered_from_the_number_that_it_was_texted_to(
    both: StoreVoice, shopper: FlaskClient, phone: StoreApi, other_phone: StoreApi
) -> None:
    asked_for(both, shopper)
    told = (FOLDER / "vonage" / "heard.COMPOSED.json").read_bytes()
    told = told.replace(b"Bitte keine SMS mehr!", b"HELP")
    path = f"/webhooks/texts/vonage/{both.shop.key}"
    assert both.client.post(path, data=told, headers=by_vonage("", told)).status_code == 200
    assert say(both, "help me", "SM2").status_code == 200
    while calls.step(calls.OTHERS):
        pass
    assert [asked.body["from"] for asked in other_phone.asked] == ["15005550007"]
    assert [asked.body["From"] for asked in phone.asked] == ["+15005550006"]


def test_a_test_goes_with_whom_the_merchant_chose(
    both: StoreVoice, phone: StoreApi, other_phone: StoreApi
) -> None:
    texting.test(both.session, both.shop, vonage.PLUGIN, "+13035550142")
    both.session.commit()
    sync.run()
    assert (len(phone.asked), len(other_phone.asked)) == (0, 1)
    assert account(both, "vonage").checked_at is not None
    assert account(both, twilio.PLUGIN.key).checked_at is None
