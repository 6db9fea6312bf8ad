"""A shopper asks for texts on their order's page, and gets them."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audience.models import ConsentRow
from app.commerce.models import Order
from app.lib import clock
from app.messages.providers import spending
from app.messages.providers.models import BY_MEDIUM, HOUSE
from app.privacy import erasure
from app.shops import texting
from app.shops.texting import Whom
from app.storefront import short
from app.tracking.page import links
from app.vocabulary import (
    ConsentSource,
    ConsentState,
    Medium,
    MessageState,
    Reason,
    Trigger,
)
from jobs import messages
from tests.contracts.smtp_server import ScriptedServer
from tests.contracts.sources.network import StoreApi
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.texting import (
    MORNING,
    NO,
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
    texts,
)

__all__ = ["by_day", "mails", "phone", "server", "shopper"]


def test_who_asks_for_texts_gets_them_with_a_short_link_to_the_page(
    shopify_store: StoreVoice, shopper: FlaskClient, mails: ScriptedServer, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page, other = bought(shopify_store), bought(shopify_store, 1043, email="eve@example.com")
    assert "Text me about it" in shopper.get(page).text
    assert shopper.post(f"{page}/updates", data=YES).status_code == 303
    assert "You get texts about this order." in shopper.get(page).text
    assert "Text me about it" in shopper.get(other).text
    for number in (1042, 1043):
        shipped(shopify_store, later, number)
    (text,) = texts(shopify_store)
    assert (text.state, text.to, text.segments) == (MessageState.SENT, NUMBER, 1)
    (asked,) = phone.asked
    body = asked.body["Body"]
    assert body == text.subject
    assert body.startswith("Ridge & Pine: ")
    assert "Reply STOP to end them." in body
    (link,) = re.findall(r"https://doorstep\.test/s/\w+", body)
    followed = shopper.get(urlsplit(link).path)
    assert (followed.status_code, followed.location) == (302, f"https://doorstep.test{page}")
    assert len(mails.taken) == 4, "mails go as they went"


def test_what_was_agreed_to_is_kept_for_the_number_in_the_words_that_were_read(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    connect(shopify_store)
    page = bought(shopify_store, customer_locale="de-DE")
    html = shopper.get(page).text
    shopper.post(f"{page}/updates", data=YES)
    shopper.post(f"{page}/updates", data=NO)
    yes, taken_back = shopify_store.session.scalars(select(ConsentRow).filter_by(medium=Medium.SMS))
    assert (yes.state, yes.source) == (ConsentState.SUBSCRIBED, ConsentSource.TRACKING_PAGE)
    assert yes.wording is not None
    assert yes.wording in html
    assert "STOP" in yes.wording
    assert taken_back.state is ConsentState.NOT_SUBSCRIBED
    assert yes.address_hash == taken_back.address_hash


def test_a_text_that_waits_does_not_go_to_who_no_longer_wants_it(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store, country="DE")
    shopper.post(f"{page}/updates", data=YES)
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.settle()
    shopper.post(f"{page}/updates", data=NO)
    later(timedelta(seconds=1))
    messages.send()
    (text,) = texts(shopify_store)
    assert (text.state, text.reason) == (MessageState.SKIPPED, Reason.WITHDRAWN)
    assert phone.asked == []


@pytest.mark.parametrize(
    ("country", "reason"),
    [("US", Reason.NO_CONSENT), ("FR", None)],
    ids=["a typed number is no yes", "it is"],
)
def test_where_the_merchant_lets_everybody_have_them_the_law_decides(
    shopify_store: StoreVoice,
    phone: StoreApi,
    later: Later,
    country: str,
    reason: Reason | None,
) -> None:
    connect(shopify_store, Whom.ALLOWED)
    bought(shopify_store, country=country)
    shipped(shopify_store, later)
    assert {text.trigger for text in texts(shopify_store)} == {Trigger.THANK_YOU, Trigger.SHIPPED}
    assert {text.reason for text in texts(shopify_store)} == {reason}
    assert len(phone.asked) == (0 if reason else 2)


def test_nothing_is_offered_that_changes_nothing(shopify_store: StoreVoice, shopper: FlaskClient) -> None:
    page = bought(shopify_store, country="FR")
    assert "Text me about it" not in shopper.get(page).text, "no provider"
    connect(shopify_store)
    assert "Text me about it" in shopper.get(page).text
    connect(shopify_store, Whom.ALLOWED)
    assert "Text me about it" not in shopper.get(page).text, "they get them anyway"
    texting.forget(shopify_store.session, shopify_store.shop)
    shopify_store.session.commit()
    assert shopper.post(f"{page}/updates", data=YES).status_code == 400


def test_a_text_waits_for_the_day(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    with time_machine.travel(MORNING + timedelta(hours=11)):
        shipped(shopify_store, later)
        (text,) = texts(shopify_store)
        assert (text.state, text.reason) == (MessageState.QUEUED, Reason.QUIET_HOURS)
    assert phone.asked == []


def test_a_sender_that_is_a_name_gives_a_way_out_as_a_link(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store, sender="RidgePine")
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shipped(shopify_store, later)
    _, way_out = re.findall(r"https://doorstep\.test(/s/\w+)", phone.asked[0].body["Body"])
    assert "You get texts about this order." in shopper.get(page).text
    preferences = shopper.get(way_out).location
    assert preferences.startswith("https://doorstep.test/u/")
    path = urlsplit(preferences).path
    html = shopper.get(path).text
    assert "•••42" in html
    assert shopper.post(path, data={"choice": "stop"}).status_code == 303
    assert is_suppressed(shopify_store)
    assert "You get texts about this order." not in shopper.get(page).text
    shopper.post(path, data={"choice": "resume"})
    assert "You get texts about this order." in shopper.get(page).text


def test_what_a_shopper_undid_themselves_does_not_come_back_with_a_start(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shopper.post(f"{page}/updates", data=NO)
    for words in ("STOP", "START"):
        say(shopify_store, words, words)
    assert "Text me about it" in shopper.get(page).text


def test_a_days_limit_of_texts_is_kept_and_mails_are_not_counted_in_it(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, mails: ScriptedServer, later: Later
) -> None:
    connect(shopify_store, daily=1)
    for number in (1042, 1043):
        page = bought(shopify_store, number, email=f"{number}@example.com")
        shopper.post(f"{page}/updates", data=YES)
    for number in (1042, 1043):
        shipped(shopify_store, later, number)
    went, waits = texts(shopify_store)
    assert (went.state, waits.state, waits.reason) == (
        MessageState.SENT,
        MessageState.QUEUED,
        Reason.BUDGET_SPENT,
    )
    assert (len(phone.asked), len(mails.taken)) == (1, 4)
    session, shop = shopify_store.session, shopify_store.shop
    session.commit()
    assert spending.of_today(session, shop) == {BY_MEDIUM[Medium.SMS]: 1, HOUSE: 4}
    assert spending.since(session, shop, spending.today(shop)) == 4, "complaints are a share of mails"
    with time_machine.travel(MORNING + timedelta(days=1)):
        messages.send()
    assert len(phone.asked) == 2


def test_a_text_that_could_not_be_handed_over_is_given_back_to_the_days_limit(
    shopify_store: StoreVoice, shopper: FlaskClient, phone: StoreApi, later: Later
) -> None:
    connect(shopify_store, daily=1)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    phone.answers.insert(0, (503, {}, {}))
    shipped(shopify_store, later)
    assert texts(shopify_store)[0].state is MessageState.QUEUED
    later(timedelta(minutes=5))
    messages.send()
    assert [texts(shopify_store)[0].state, len(phone.asked)] == [MessageState.SENT, 2]


def test_a_short_link_leads_nowhere_else_and_not_often(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    page = bought(shopify_store)
    order = shopify_store.session.scalars(select(Order)).one()
    link = urlsplit(links.short_url(shopify_store.shop, order.id)).path
    code = link.removeprefix("/s/")
    assert shopper.get(link).location.endswith(page)
    for other in (code[:-1], code + "0", code.swapcase(), "0" + code, "x" * 9, "é" * 9, "https:evil.example"):
        assert shopper.get(f"/s/{other}").status_code == 404
    erasure.erase_order(shopify_store.session, order)
    shopify_store.session.commit()
    assert shopper.get(link).status_code == 404
    answered = {shopper.get(link).status_code for _ in range(short.TRIES)}
    assert answered == {404, 429}
