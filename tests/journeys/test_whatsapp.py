"""A shopper asks to be written to on WhatsApp: in templates, and freely for a day after they wrote."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audience.models import ConsentRow, Profile
from app.channels.whatsapp.templates import read
from app.commerce.models import Order
from app.lib import clock
from app.messages.responses.replies import Reply
from app.messages.whatsapp import registry
from app.tracking.page.links import short_url
from app.vocabulary import ConsentSource, ConsentState, Medium, MessageState, Reason, Trigger
from jobs import messages
from tests.contracts.sms.wire import failing
from tests.contracts.smtp_server import ScriptedServer
from tests.contracts.sources.network import StoreApi
from tests.contracts.whatsapp.wire import HOST, recorded
from tests.journeys.admin.conftest import sign_in
from tests.journeys.chatting import NO, YES, became, chats, connect, meta, write
from tests.journeys.conftest import StoreVoice, at_its_address
from tests.journeys.texting import MORNING, NUMBER, Later, bought, by_day, mails, server, shipped, shopper

__all__ = ["by_day", "mails", "meta", "server", "shopper"]

TO_IT = Medium.WHATSAPP, NUMBER


def test_who_asks_for_it_is_written_to_in_the_template_with_a_button_to_their_page(
    shopify_store: StoreVoice, shopper: FlaskClient, mails: ScriptedServer, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page, other = bought(shopify_store), bought(shopify_store, 1043, email="eve@example.com")
    assert "Write to me on WhatsApp" in shopper.get(page).text
    assert shopper.post(f"{page}/updates", data=YES).status_code == 303
    assert "You get WhatsApp messages about this order." in shopper.get(page).text
    assert "Write to me on WhatsApp" in shopper.get(other).text
    for number in (1042, 1043):
        shipped(shopify_store, later, number)
    (message,) = chats(shopify_store)
    assert (message.state, message.to, message.segments) == (MessageState.SENT, NUMBER, None)
    (asked,) = meta.asked
    template = asked.body["template"]
    assert (template["name"], template["language"]) == ("order_shipped", {"code": "en_US"})
    body, button = template["components"]
    assert [it["text"] for it in body["parameters"]][:2] == ["Ada", "#1042"]
    order = shopify_store.session.get_one(Order, message.order_id)
    (code,) = button["parameters"]
    assert short_url(shopify_store.shop, order.id) == f"https://doorstep.test/s/{code['text']}"
    assert message.subject is not None
    assert message.subject.startswith("On its way\nHello Ada, order #1042 is on its way: ")
    assert len(mails.taken) == 4, "mails go as they went"


def test_what_was_agreed_to_is_kept_in_the_words_that_were_read(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    connect(shopify_store)
    page = bought(shopify_store, customer_locale="de-DE")
    html = shopper.get(page).text
    shopper.post(f"{page}/updates", data=YES)
    shopper.post(f"{page}/updates", data=NO)
    yes, taken_back = shopify_store.session.scalars(select(ConsentRow).filter_by(medium=Medium.WHATSAPP))
    assert (yes.state, yes.source) == (ConsentState.SUBSCRIBED, ConsentSource.TRACKING_PAGE)
    assert yes.wording is not None
    assert yes.wording in html
    assert "STOP" in yes.wording
    assert taken_back.state is ConsentState.NOT_SUBSCRIBED


def test_the_merchant_sees_it_with_the_shopper_and_not_where_nothing_was_said(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    session, shop = shopify_store.session, shopify_store.shop
    theirs = f"/admin/{shop.id}/customers/{session.scalars(select(Profile.id)).one()}"
    merchant = at_its_address().test_client()
    sign_in(merchant, shop.id)
    assert "WhatsApp, " not in merchant.get(theirs).text
    shopper.post(f"{page}/updates", data=YES)
    assert "WhatsApp, shipping news" in merchant.get(theirs).text


def test_the_template_is_that_of_the_readers_language(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store, customer_locale="de-AT")
    shopper.post(f"{page}/updates", data=YES)
    shipped(shopify_store, later)
    assert meta.asked[0].body["template"]["language"] == {"code": "de"}


@pytest.mark.parametrize("became_of_it", ["paused", "no longer there", "for offers"])
def test_without_an_approved_template_it_says_why_it_did_not_go(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later, became_of_it: str
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    told = recorded("templates")["data"][:1]
    change = {"paused": {"status": "PAUSED"}, "for offers": {"category": "MARKETING"}}.get(became_of_it)
    found = [read(it | change) for it in told] if change else []
    registry.keep(shopify_store.session, shopify_store.shop.id, found)
    shopify_store.session.commit()
    shipped(shopify_store, later)
    (message,) = chats(shopify_store)
    assert (message.state, message.reason) == (MessageState.SKIPPED, Reason.NO_TEMPLATE)
    assert meta.asked == []


def test_for_a_day_after_they_wrote_any_words_answer_them(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    registry.drop(shopify_store.session, shopify_store.shop.id, Trigger.SHIPPED)
    shopify_store.session.commit()
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    assert write(shopify_store, "Where is it?").status_code == 200
    shipped(shopify_store, later)
    (asked,) = meta.asked
    assert asked.body["type"] == "text"
    said = asked.body["text"]["body"]
    assert said.startswith("Ridge & Pine: ")
    assert "https://doorstep.test/s/" in said
    assert said.endswith("Reply STOP to end them.")
    (unread,) = shopify_store.session.scalars(select(Reply).filter_by(keyword=None))
    assert (unread.medium, unread.words) == (Medium.WHATSAPP, "Where is it?")


def test_after_that_day_a_template_says_it(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    write(shopify_store, "Where is it?")
    with time_machine.travel(MORNING + timedelta(days=1, minutes=1)):
        shipped(shopify_store, later)
    assert [asked.body["type"] for asked in meta.asked] == ["template"]


def test_a_message_of_unknown_fate_waits_for_its_receipt_before_it_goes_again(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    with failing(HOST, TimeoutError()):
        shipped(shopify_store, later)
    (message,) = chats(shopify_store)
    assert (message.state, message.resent_at is not None) == (MessageState.QUEUED, True)
    assert message.due_at > clock.now() + timedelta(minutes=2)
    became(shopify_store, "taken", message)
    assert chats(shopify_store)[0].state is MessageState.SENT
    assert meta.asked == []


def test_a_message_waits_for_the_day(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    with time_machine.travel(MORNING + timedelta(hours=11)):
        shipped(shopify_store, later)
        (message,) = chats(shopify_store)
        assert (message.state, message.reason) == (MessageState.QUEUED, Reason.QUIET_HOURS)
    assert meta.asked == []


def test_a_refused_token_is_not_tried_again(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    meta.answers.insert(0, (401, {"error": {"code": 190}}, {}))
    shipped(shopify_store, later)
    later(timedelta(seconds=1))
    messages.send()
    assert len(meta.asked) == 1
    connect(shopify_store)
    later(timedelta(seconds=1))
    messages.send()
    assert [chats(shopify_store)[0].state, len(meta.asked)] == [MessageState.SENT, 2]


def test_the_days_limit_is_kept_and_the_rest_goes_tomorrow(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store, daily=1)
    for number in (1042, 1043):
        page = bought(shopify_store, number, email=f"{number}@example.com")
        shopper.post(f"{page}/updates", data=YES)
    for number in (1042, 1043):
        shipped(shopify_store, later, number)
    went, waits = chats(shopify_store)
    assert (went.state, waits.state, waits.reason) == (
        MessageState.SENT,
        MessageState.QUEUED,
        Reason.BUDGET_SPENT,
    )
    assert len(meta.asked) == 1
    with time_machine.travel(MORNING + timedelta(days=1)):
        messages.send()
    assert len(meta.asked) == 2
