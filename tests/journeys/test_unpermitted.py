"""An address typed into a cart and never allowed to be used is gone a day later; the others stay."""

import json
from datetime import timedelta

import time_machine
from sqlalchemy import select

from app.audience.models import Profile
from app.commerce.models import Checkout
from app.lib import clock
from app.privacy import unpermitted
from jobs import schedule
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_privacy import where_is

CANARY = "Canary.Typed@example.com"
"""As it was typed; kept in lower case."""


def typed(store: StoreVoice, token: str, email: str, **more: object) -> None:
    """Let somebody type an address into a cart."""
    checkout = json.loads((payloads.RECORDINGS / "shopify" / "checkouts__create.json").read_text())
    now = clock.now().isoformat()
    checkout |= {"token": token, "cart_token": token, "email": email, "phone": None, "customer": None}
    checkout |= {"created_at": now, "updated_at": now, "completed_at": None, "sms_marketing_phone": None}
    checkout |= {"billing_address": None, "shipping_address": None, "buyer_accepts_marketing": False, **more}
    store.shopify("checkouts/create", checkout)
    store.settle()


def a_day_later(store: StoreVoice) -> None:
    store.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        schedule.forget_unpermitted()
    store.session.expire_all()


def test_who_never_agreed_and_never_bought_is_forgotten_in_a_day(shopify_store: StoreVoice) -> None:
    typed(shopify_store, "a", CANARY)
    schedule.forget_unpermitted()
    assert "checkout.email" in where_is(shopify_store, CANARY), "a day has not passed"
    a_day_later(shopify_store)
    assert where_is(shopify_store, CANARY) == []
    assert shopify_store.session.scalars(select(Profile.erased_at)).one() is not None


def test_who_agreed_to_offers_is_kept(shopify_store: StoreVoice) -> None:
    typed(shopify_store, "a", CANARY, buyer_accepts_marketing=True)
    a_day_later(shopify_store)
    assert {"checkout.email", "profile.email"} <= set(where_is(shopify_store, CANARY))
    assert unpermitted.forget(shopify_store.session) == 0, "it is not asked about every hour"


def test_who_bought_is_kept_and_a_stranger_beside_them_is_not(shopify_store: StoreVoice) -> None:
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.settle()
    buyer = str(payloads.order(clock.now())["email"])
    typed(shopify_store, "a", buyer)
    typed(shopify_store, "b", CANARY)
    a_day_later(shopify_store)
    kept = shopify_store.session.scalars(select(Checkout.email).order_by(Checkout.id)).all()
    assert kept == [buyer.lower(), None]
    assert where_is(shopify_store, CANARY) == []


def test_who_comes_back_later_is_a_new_shopper(shopify_store: StoreVoice) -> None:
    typed(shopify_store, "a", CANARY)
    a_day_later(shopify_store)
    typed(shopify_store, "b", CANARY)
    assert "profile.email" in where_is(shopify_store, CANARY)


def test_a_cart_that_was_begun_long_ago_is_looked_for_since_then(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    with time_machine.travel(now - timedelta(days=9)):
        typed(store, "a", CANARY)
    with time_machine.travel(now):
        typed(store, "a", CANARY, created_at=(now - timedelta(days=9)).isoformat())
    a_day_later(store)
    assert where_is(store, CANARY) == []
