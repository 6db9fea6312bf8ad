"""A text goes once, whatever breaks on its way; where nobody knows, its receipt is waited for."""

import os
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from app.channels.sms import vonage
from app.lib import clock
from app.lib.http import play
from app.messages.dispatch import outbox
from app.messages.dispatch.journal import Journal
from app.shops import texting
from app.vocabulary import (
    MessageState,
    Reason,
)
from jobs import messages
from tests.contracts.sms.wire import FOLDER, by_vonage, failing, recorded
from tests.contracts.sources.network import StoreApi, playing
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.texting import (
    NUMBER,
    YES,
    Later,
    bought,
    by_day,
    connect,
    mails,
    phone,
    server,
    shipped,
    shopper,
    tell,
    texts,
)

__all__ = ["by_day", "mails", "phone", "server", "shopper"]


def test_a_text_of_unknown_fate_waits_for_its_receipt_before_it_goes_again(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    with failing("api.twilio.com", TimeoutError()):
        shipped(shopify_store, later)
    (text,) = texts(shopify_store)
    assert (text.state, text.resent_at is not None) == (MessageState.QUEUED, True)
    assert text.due_at > clock.now() + timedelta(minutes=2)
    messages.send()
    query = f"?ref={text.rfc_id.strip('<>').partition('@')[0]}"
    tell(shopify_store, {"MessageSid": "SM1", "MessageStatus": "sent"}, query)
    later(timedelta(seconds=1))
    play("api.twilio.com", phone)
    messages.send()
    assert phone.asked == []
    assert texts(shopify_store)[0].state is MessageState.SENT


def test_a_sender_that_dies_between_request_and_answer_leaves_one_more_try(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    """Its journal knows that the text was begun: it goes again once, for it is about what they bought."""
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.settle()
    later(timedelta(seconds=1))
    (text,) = texts(shopify_store)
    journal = Journal()
    session = shopify_store.session
    ids = outbox.claim(session, journal.name)
    claimed = {one.id: one for one in outbox.claimed(session, journal.name, ids)}
    session.commit()
    journal.begin(text.id, claimed[text.id].fence)
    os.close(journal._file)  # as the kernel does when a process is killed
    messages.send()
    (text,) = texts(shopify_store)
    assert (text.state, text.resent_at is not None) == (MessageState.QUEUED, True)
    later(timedelta(seconds=1))
    messages.send()
    assert [texts(shopify_store)[0].state, len(phone.asked)] == [MessageState.SENT, 1]


def test_refused_keys_are_not_tried_again_and_the_text_goes_with_new_ones(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    phone.answers.insert(0, (401, {}, {}))
    shipped(shopify_store, later)
    later(timedelta(seconds=1))
    messages.send()
    assert len(phone.asked) == 1
    connect(shopify_store)
    later(timedelta(seconds=1))
    messages.send()
    assert [texts(shopify_store)[0].state, len(phone.asked)] == [MessageState.SENT, 2]


@pytest.mark.usefixtures("phone")
def test_without_a_provider_a_text_says_why_it_did_not_go(
    shopify_store: StoreVoice, shopper: FlaskClient, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.settle()
    texting.forget(shopify_store.session, shopify_store.shop)
    shopify_store.session.commit()
    later(timedelta(seconds=1))
    messages.send()
    (text,) = texts(shopify_store)
    assert (text.state, text.reason) == (MessageState.SKIPPED, Reason.NO_CHANNEL)


def test_vonage_carries_them_as_well(shopify_store: StoreVoice, shopper: FlaskClient, later: Later) -> None:
    connect(shopify_store, provider=vonage.PLUGIN)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    with playing("api.nexmo.com") as api:
        api.will(202, recorded("vonage", "sent"))
        shipped(shopify_store, later)
    (asked,) = api.asked
    assert asked.body["to"] == NUMBER.removeprefix("+")
    ref = asked.body["client_ref"]
    told = (FOLDER / "vonage" / "delivered.COMPOSED.json").read_bytes().replace(b"9f3c2b", ref.encode())
    path = f"/webhooks/texts/vonage/{shopify_store.shop.key}"
    assert urlsplit(asked.body["webhook_url"]).path == path
    answer = shopify_store.client.post(path, data=told, headers=by_vonage("", told))
    assert answer.status_code == 200
    assert texts(shopify_store)[0].state is MessageState.DELIVERED
