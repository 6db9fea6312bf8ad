"""What a certificate says was asked of others is asked, and of nobody else, whatever happens meanwhile."""

from flask.testing import FlaskClient
from sqlalchemy import select

from app.audience import suppression
from app.audience.models import Profile
from app.commerce.models import Order
from app.hooks import accounts, forgetting
from app.hooks.models import Hook
from app.lib import clock
from app.listeners.klaviyo import DELETIONS
from app.privacy import erasure
from app.shops import calls, install
from app.tracking.shoppers import recipients
from app.vocabulary import CallReason, CallState, Medium
from tests.contracts.sources.network import playing
from tests.journeys import payloads
from tests.journeys.admin.conftest import sign_in
from tests.journeys.conftest import StoreVoice, at_its_address
from tests.journeys.hooks import HOST, buy, named, settle, tellings, work
from tests.journeys.test_forgotten_elsewhere import ADA, asks, forget
from tests.journeys.test_marketing_tools import HEARS, KLAVIYO
from tests.journeys.test_marketing_tools import KEYS as OF_KLAVIYO


def test_who_is_switched_off_meanwhile_is_asked_all_the_same_for_the_certificate_says_so(
    shopify_store: StoreVoice,
) -> None:
    named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    named(shopify_store)
    session, shop = shopify_store.session, shopify_store.shop
    with playing(KLAVIYO) as klaviyo, playing(HOST) as server:
        for api in (klaviyo, server):
            api.will(202, {})
        buy(shopify_store)
        klaviyo.asked.clear()
        server.asked.clear()
        assert [it["times"] for it in forget(shopify_store)["asked_of_others"]] == [1, 1]
        for hook in accounts.of_shop(session, shop.id):
            accounts.switch_off(session, hook)
        session.commit()
        settle(shopify_store)
    assert [asked.url for asked in klaviyo.asked] == [DELETIONS]
    assert [asked.body["type"] for asked in server.asked] == ["customer.erased"]
    assert [call.state for call in asks(shopify_store)] == [CallState.DONE] * 2


def test_who_is_removed_before_it_was_asked_is_shown_as_having_forgotten_nobody(
    shopify_store: StoreVoice,
) -> None:
    hook = named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    session, shop = shopify_store.session, shopify_store.shop
    merchant: FlaskClient = at_its_address().test_client()
    sign_in(merchant, shop.id)
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store)
        api.asked.clear()
        forget(shopify_store)
        accounts.forget(session, session.get_one(Hook, hook.id))
        session.commit()
        work(shopify_store)
    assert api.asked == []
    (call,) = asks(shopify_store)
    assert (call.state, call.payload) == (CallState.PARKED, None)
    said = (
        "A service that you removed has not forgotten a shopper who asked for it: it was removed before it "
        "had done so. Delete them there.</span>"
    )
    assert said in merchant.get(f"/admin/{shop.id}/privacy").text


def test_a_store_that_left_asks_nobody_and_nothing_says_that_it_did(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    named(shopify_store)
    session = shopify_store.session
    with playing(KLAVIYO) as klaviyo, playing(HOST) as server:
        for api in (klaviyo, server):
            api.will(202, {})
        buy(shopify_store)
        buy(shopify_store, 1043, email="eve@example.com", customer={"id": 78, "email": "eve@example.com"})
        klaviyo.asked.clear()
        server.asked.clear()
        forget(shopify_store)
        install.uninstall(session, shopify_store.shop)
        session.commit()
        left = forget(shopify_store, "eve@example.com")["asked_of_others"]
        settle(shopify_store)
    assert [(it["asked"], it["times"]) for it in left] == [(forgetting.LEFT, 0)] * 2
    assert (klaviyo.asked, server.asked) == ([], [])
    (call,) = asks(shopify_store)
    assert (call.state, call.failure) == (CallState.PARKED, "the store was disconnected before it was asked")


def test_who_was_never_told_of_somebody_does_not_learn_of_them_now(shopify_store: StoreVoice) -> None:
    """They had declined before anything was said: asking to forget them would name them."""
    named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    session, shop = shopify_store.session, shopify_store.shop
    with playing(KLAVIYO) as api:
        api.will(202, {})
        shopify_store.shopify("orders/paid", payloads.order(clock.now()))
        shopify_store.settle()
        suppression.suppress(session, shop.id, Medium.EMAIL, ADA, None, reason=suppression.UNSUBSCRIBED)
        session.commit()
        work(shopify_store)
        assert {call.reason for call in tellings(shopify_store)} == {CallReason.DECLINED}
        assert forget(shopify_store)["asked_of_others"] == []
        settle(shopify_store)
    assert api.asked == []


def test_who_is_just_being_told_of_somebody_is_asked_when_that_is_surely_over(
    shopify_store: StoreVoice,
) -> None:
    named(shopify_store, "klaviyo", OF_KLAVIYO, ("order.placed",))
    session = shopify_store.session
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.settle()
    assert calls.claim(session, [calls.TELL]) is not None
    session.commit()
    forget(shopify_store)
    (told,) = (call for call in tellings(shopify_store) if call.kind == calls.TELL)
    (asked,) = asks(shopify_store)
    assert told.reason is CallReason.ERASED
    assert asked.due_at - clock.now() > calls.LEASE / 2


def test_a_server_that_cannot_be_told_whom_to_forget_is_left_to_a_person(shopify_store: StoreVoice) -> None:
    named(shopify_store)
    session, shop = shopify_store.session, shopify_store.shop
    with playing(HOST) as server:
        server.will(200, {})
        buy(shopify_store)
        profile = session.scalars(select(Profile)).one()
        erasure.erase(session, profile)
        (said,) = forgetting.ask(session, shop.id, [profile.id], [], [ADA])
    assert (said["asked"], said["times"]) == (forgetting.NAMELESS, 0)


def test_who_was_named_for_an_orders_news_is_not_forgotten_with_its_shopper(
    shopify_store: StoreVoice,
) -> None:
    named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    session = shopify_store.session
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store)
        recipients.name(session, session.scalars(select(Order)).one(), "eve@example.com")
        session.commit()
        settle(shopify_store)
        assert "eve@example.com" in {message.to for message in shopify_store.messages()}
        api.asked.clear()
        forget(shopify_store)
        settle(shopify_store)
    (asked,) = api.asked
    assert asked.body["data"]["attributes"]["profile"]["data"]["attributes"] == {"email": ADA}
