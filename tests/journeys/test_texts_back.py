"""What shoppers text back is done and answered; what became of their texts is told and believed."""

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.audience import suppression
from app.messages.responses import replies
from app.messages.responses.replies import Reply
from app.platforms.base import PrivacyKind
from app.privacy import tasks
from app.shops import calls as asked_calls
from app.shops.models import Call, Shop
from app.vocabulary import (
    CallState,
    Category,
    Medium,
    MessageState,
    Reason,
)
from jobs import calls
from tests.contracts.sms.wire import failing
from tests.contracts.sources.network import StoreApi
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_privacy import where_is
from tests.journeys.texting import (
    NUMBER,
    YES,
    Later,
    bought,
    by_day,
    connect,
    is_suppressed,
    mails,
    phone,
    say,
    server,
    shipped,
    shopper,
    tell,
    texts,
)

__all__ = ["by_day", "mails", "phone", "server", "shopper"]


def test_a_sender_that_hears_no_reply_promises_to_hear_none(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    connect(shopify_store, sender="Ridge")
    page = bought(shopify_store)
    shown = shopper.get(page).text
    assert "The link at the end of each text ends them." in shown
    assert "STOP" not in shown
    no = Medium.SMS, NUMBER, Category.TRANSACTIONAL
    suppression.suppress(shopify_store.session, shopify_store.shop.id, *no, reason=suppression.UNSUBSCRIBED)
    shopify_store.session.commit()
    answer = shopper.post(f"{page}/updates", data=YES)
    assert (answer.status_code, "Reply START" in answer.text) == (409, False)
    assert "The same link turns them on again." in answer.text


def test_stop_ends_them_and_start_brings_them_back(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    answer = say(shopify_store, "Please stop texting me")
    assert (answer.status_code, answer.text, answer.content_type) == (200, "<Response/>", "text/xml")
    assert "You get texts about this order." not in shopper.get(page).text
    assert say(shopify_store, "Please stop texting me").status_code == 200
    shipped(shopify_store, later)
    assert texts(shopify_store) == [], "they take it back"
    assert shopper.post(f"{page}/updates", data=YES).status_code in (303, 409)
    assert say(shopify_store, "START", "SM2").status_code == 200
    assert say(shopify_store, "Please stop texting me").status_code == 200, "told again, it changes nothing"
    assert not is_suppressed(shopify_store)
    assert "You get texts about this order." in shopper.get(page).text, "what they had asked for is back"
    answers(shopify_store)
    told = [asked.body["Body"] for asked in phone.asked]
    assert told == ["Ridge & Pine: no more texts come to this number. Reply START to get them again."]


def test_help_is_answered_in_the_language_of_the_order_and_once(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store, customer_locale="de-DE")
    shopper.post(f"{page}/updates", data=YES)
    shipped(shopify_store, later)
    for _ in range(2):
        assert say(shopify_store, "Hilfe!").status_code == 200
    answers(shopify_store)
    told = [asked.body["Body"] for asked in phone.asked][1:]
    assert len(told) == 1
    assert told[0].startswith("Ridge & Pine: SMS zu Ihren Bestellungen. Hilfe: ")
    assert say(shopify_store, "Wo ist mein Paket?", "SM9").status_code == 200
    answers(shopify_store)
    assert len(phone.asked) == 2, "that is for a person to read"
    (unread,) = shopify_store.session.scalars(select(Reply).filter_by(keyword=None))
    assert (unread.words, unread.order_id) == ("Wo ist mein Paket?", texts(shopify_store)[0].order_id)


def test_nobody_is_answered_for_ever_and_no_machine(shopify_store: StoreVoice, phone: StoreApi) -> None:
    connect(shopify_store)
    for turn in range(20):
        say(shopify_store, "hilfe", f"SM{turn}")
    tell(shopify_store, {"MessageSid": "SMx", "From": "48151", "Body": "hilfe"})
    answers(shopify_store)
    assert {asked.body["To"] for asked in phone.asked} == {NUMBER}
    assert len(phone.asked) == replies.ANSWERS_A_DAY


def test_an_answer_that_was_begun_is_not_begun_again(shopify_store: StoreVoice, phone: StoreApi) -> None:
    connect(shopify_store)
    say(shopify_store, "hilfe")
    session = shopify_store.session
    assert asked_calls.claim(session, list(calls.OTHERS)) is not None
    session.execute(update(Call).values(lease_until=None))  # whoever claimed it is gone
    session.commit()
    answers(shopify_store)
    assert session.scalars(select(Call.state)).all() == [CallState.SKIPPED]
    assert phone.asked == []


def test_an_answer_that_the_provider_does_not_take_is_set_aside(shopify_store: StoreVoice) -> None:
    connect(shopify_store)
    say(shopify_store, "hilfe")
    with failing("api.twilio.com", TimeoutError()):
        answers(shopify_store)
    assert shopify_store.session.scalars(select(Call.state)).all() == [CallState.PARKED]
    assert replies.unanswered(shopify_store.session, shopify_store.shop.id) == 1


@pytest.mark.usefixtures("phone")
def test_what_became_of_a_text_is_believed_of_the_shops_own_alone(
    shopify_store: StoreVoice, shopper: FlaskClient, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shipped(shopify_store, later)
    (text,) = texts(shopify_store)
    query = f"?ref={text.rfc_id.strip('<>').partition('@')[0]}"
    done = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert tell(shopify_store, done, query.replace("ref", "rev")).status_code == 200
    assert texts(shopify_store)[0].state is MessageState.SENT
    body = urlencode(done).encode()
    path = f"/webhooks/texts/twilio/{shopify_store.shop.key}{query}"
    assert shopify_store.client.post(path, data=body).status_code == 401
    nobody = path.replace(shopify_store.shop.key, "nobody")
    assert shopify_store.client.post(nobody, data=body).status_code == 401
    assert shopify_store.client.post(path.replace("twilio", "vonage"), data=body).status_code == 401
    mail = next(it for it in shopify_store.messages() if it.medium is Medium.EMAIL)
    assert tell(shopify_store, done, query).status_code == 200
    assert texts(shopify_store)[0].state is MessageState.DELIVERED
    other = Shop(
        **{
            name: getattr(shopify_store.shop, name)
            for name in (
                "platform",
                "url",
                "name",
                "timezone",
                "currency",
                "locale",
                "scopes",
                "installed_at",
            )
        },
        domain="other.example",
        key="other-key",
        settings={},
    )
    shopify_store.session.add(other)
    shopify_store.session.commit()
    theirs = StoreVoice(shopify_store.session, other, "", shopify_store.client)
    connect(theirs)
    ref = mail.rfc_id.strip("<>").partition("@")[0]
    assert tell(theirs, {**done, "MessageStatus": "failed"}, f"?ref={ref}").status_code == 200
    shopify_store.session.refresh(mail)
    assert mail.state is MessageState.SENT


@pytest.mark.usefixtures("phone")
def test_a_landline_is_left_alone_and_a_filtered_text_says_nothing_of_the_number(
    shopify_store: StoreVoice, shopper: FlaskClient, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shipped(shopify_store, later)
    (text,) = texts(shopify_store)
    query = f"?ref={text.rfc_id.strip('<>').partition('@')[0]}"
    failed = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30007"}
    tell(shopify_store, failed, query)
    (text,) = texts(shopify_store)
    assert (text.state, text.reason, text.failure) == (MessageState.FAILED, Reason.DROPPED, "30007")
    assert not is_suppressed(shopify_store)
    tell(shopify_store, {**failed, "MessageSid": "SM2", "ErrorCode": "30006"}, query)
    assert texts(shopify_store)[0].state is MessageState.BOUNCED
    assert is_suppressed(shopify_store)


@pytest.mark.usefixtures("phone")
def test_what_was_texted_is_copied_and_erased_with_its_shopper(
    shopify_store: StoreVoice, shopper: FlaskClient, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shipped(shopify_store, later)
    say(shopify_store, "My canary is at the neighbor's")
    say(shopify_store, "hilfe", "SM2")
    copy = tasks.ask_now(shopify_store.session, shopify_store.shop, "ada@example.com", PrivacyKind.EXPORT)
    assert copy.export is not None
    tasks.ask_now(shopify_store.session, shopify_store.shop, "ada@example.com", PrivacyKind.ERASE_PERSON)
    shopify_store.session.commit()
    shopify_store.settle()
    assert where_is(shopify_store, "3035550142") == []
    assert where_is(shopify_store, "canary is at") == []


def answers(store: StoreVoice) -> None:
    """Let what waits to be answered be answered."""
    while calls.step(calls.OTHERS):
        pass
    store.session.expire_all()
