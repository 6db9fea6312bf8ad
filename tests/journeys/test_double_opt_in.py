"""In Germany a yes is said twice: a box at the checkout, then a button in the mailbox itself."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audience import suppression
from app.audience.models import ConsentRow
from app.flows import facts, switches
from app.lib import clock
from app.main import create_app
from app.messages.documents import compose
from app.messages.gate import permission
from app.messages.letters import links
from app.messages.letters.letter import gather
from app.messages.models import Message
from app.vocabulary import Category, Medium, MessageState, Reason, ShopState, Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_unpermitted import typed

BERLIN = {
    "first_name": "Ada",
    "address1": "Torstraße 1",
    "city": "Berlin",
    "zip": "10119",
    "country_code": "DE",
}


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()


def buys(store: StoreVoice, *, country: str = "DE") -> None:
    store.shopify(
        "orders/paid", payloads.order(clock.now()) | {"shipping_address": BERLIN | {"country_code": country}}
    )
    store.settle()


def agrees(
    store: StoreVoice, *, days_ago: int = 0, level: str = "single_opt_in", state: str = "subscribed"
) -> None:
    order = payloads.order(clock.now())
    said = {
        "state": state,
        "opt_in_level": level,
        "consent_updated_at": (clock.now() - timedelta(days=days_ago)).isoformat(),
    }
    body = {
        "customer_id": order["customer"]["id"],
        "email_address": order["email"],
        "email_marketing_consent": said,
    }
    store.shopify("customers_email_marketing_consent/update", body)
    store.settle()


def asked(store: StoreVoice) -> list[Message]:
    return [message for message in store.messages() if message.trigger is Trigger.CONFIRM_OFFERS]


def may_have_offers(store: StoreVoice, message: Message) -> permission.Decision:
    offer = Message(**{c.key: getattr(message, c.key) for c in Message.__table__.columns})
    offer.category = Category.MARKETING
    (rule,) = [rule for rule in permission.RULES if rule.name == "agreed to"]  # at whatever hour
    return rule.objects(facts.gather(store.session, [offer])[offer.id]) or permission.Allowed()


def address_of(message: Message) -> str:
    return "/c/" + links.confirm_url(message.shop_id, message.id).partition("/c/")[2]


def test_the_second_yes_counts_and_the_first_alone_does_not(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    buys(shopify_store)
    agrees(shopify_store)
    (mail,) = asked(shopify_store)
    assert may_have_offers(shopify_store, mail) == permission.Skipped(Reason.NOT_CONFIRMED)
    address = address_of(mail)
    for look in (shopper.get, shopper.head, shopper.options, shopper.get):
        assert look(address).status_code == 200
    shopify_store.session.expire_all()
    assert may_have_offers(shopify_store, mail) == permission.Skipped(Reason.NOT_CONFIRMED), "scanners look"
    for _ in range(2):
        assert "You get our news and offers" in shopper.post(address, follow_redirects=True).text
    shopify_store.session.expire_all()
    assert may_have_offers(shopify_store, mail) == permission.Allowed()
    rows = shopify_store.session.scalars(select(ConsentRow).order_by(ConsentRow.id)).all()
    assert [(row.source, row.basis) for row in rows] == [
        ("shopify", "express"),
        ("confirmation link", "confirmed"),
    ]
    assert (
        rows[-1].wording == "Yes, send me news and offers by e-mail. I can say no at any time, in every mail."
    )
    assert rows[-1].proof == {"message": str(mail.id)}


def test_the_mail_holds_the_link_and_no_offer(shopify_store: StoreVoice) -> None:
    buys(shopify_store)
    agrees(shopify_store)
    (mail,) = asked(shopify_store)
    written = compose.render(gather(shopify_store.session, mail))
    assert re.search(r"https://doorstep\.test/c/\S+", written.text)
    assert "/c/" in written.html
    assert "confirm" in written.subject.lower()


def test_it_is_asked_once_and_only_where_it_is_needed(shopify_store: StoreVoice) -> None:
    agrees(shopify_store)
    assert asked(shopify_store) == [], "who never ordered is not written to"
    buys(shopify_store, country="FR")
    agrees(shopify_store)
    assert asked(shopify_store) == []


def test_a_yes_that_comes_before_the_order_it_was_said_with_is_asked_about(
    shopify_store: StoreVoice,
) -> None:
    agrees(shopify_store)
    assert asked(shopify_store) == []
    buys(shopify_store)
    (mail,) = asked(shopify_store)
    assert mail.to == payloads.order(clock.now())["email"]
    agrees(shopify_store)
    assert len(asked(shopify_store)) == 1


def test_a_yes_said_again_on_another_day_is_asked_about_again(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(shopify_store)
    agrees(shopify_store)
    (first,) = asked(shopify_store)
    first.state, first.sent_at = MessageState.SENT, clock.now()
    shopify_store.session.commit()
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    agrees(shopify_store, state="unsubscribed")
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(hours=1))
    agrees(shopify_store)
    (_, second) = asked(shopify_store)
    told = facts.gather(shopify_store.session, [second])[second.id]
    assert permission.decide(told) == permission.Allowed()


@pytest.mark.parametrize(("days_ago", "level"), [(2, "single_opt_in"), (0, "confirmed_opt_in")])
def test_an_old_yes_and_a_confirmed_one_are_not_asked_about(
    shopify_store: StoreVoice, days_ago: int, level: str
) -> None:
    buys(shopify_store)
    agrees(shopify_store, days_ago=days_ago, level=level)
    assert asked(shopify_store) == []


def test_a_shop_that_sends_nothing_does_not_ask(shopify_store: StoreVoice) -> None:
    buys(shopify_store)
    for trigger in Trigger:
        switches.switch(shopify_store.session, shopify_store.shop.id, trigger, on=False)
    shopify_store.session.commit()
    agrees(shopify_store)
    assert asked(shopify_store) == []


def test_no_link_can_be_made_of_another(shopify_store: StoreVoice, shopper: FlaskClient) -> None:
    buys(shopify_store)
    agrees(shopify_store)
    (mail,) = asked(shopify_store)
    unsubscribe = links.preferences_url(mail.shop_id, mail.id).partition("/u/")[2]
    assert shopper.get(f"/c/{unsubscribe}").status_code == 404
    assert shopper.get(f"/u/{address_of(mail)[3:]}").status_code == 404


def test_a_shop_that_has_left_is_told_nothing(shopify_store: StoreVoice, shopper: FlaskClient) -> None:
    buys(shopify_store)
    agrees(shopify_store)
    (mail,) = asked(shopify_store)
    shopify_store.shop.state = ShopState.UNINSTALLED
    shopify_store.session.commit()
    assert shopper.get(address_of(mail)).status_code == 404
    assert shopper.post(address_of(mail), follow_redirects=True).status_code == 404
    assert [row.source for row in shopify_store.session.scalars(select(ConsentRow))] == ["shopify"]


def test_a_box_ticked_after_a_no_from_the_mailbox_is_asked_about_there_and_undoes_nothing_by_itself(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    began = clock.now()
    buys(shopify_store, country="US")
    offers = Category.MARKETING
    about = shopify_store.session, shopify_store.shop.id, Medium.EMAIL, "ada@example.com", offers
    suppression.suppress(*about, reason=suppression.UNSUBSCRIBED)
    shopify_store.session.commit()
    agrees(shopify_store)
    assert asked(shopify_store) == [], "the store's record may have been changed by the merchant"
    with time_machine.travel(began + timedelta(minutes=5)):
        typed(shopify_store, "a", "ada@example.com", buyer_accepts_marketing=True)
        bought = payloads.order(clock.now(), 1043)
        bought["customer"]["id"] = payloads.order(clock.now())["customer"]["id"]
        shopify_store.shopify("orders/paid", bought)
        shopify_store.settle()
        (mail,) = asked(shopify_store)
        assert suppression.is_suppressed(*about) == "unsubscribed"
        assert "You get our news and offers" in shopper.post(address_of(mail), follow_redirects=True).text
        assert suppression.is_suppressed(*about) is None
