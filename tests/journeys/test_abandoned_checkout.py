"""From the very bytes that a store sends of a cart to the reminders, and to none of them after a purchase."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.commerce.models import Checkout
from app.flows import switches
from app.flows.models import Flow
from app.lib import clock
from app.lib.db import transaction
from app.messages.dispatch import outbox, sending
from app.messages.dispatch.journal import Journal
from app.messages.dispatch.sending import Ready
from app.messages.documents import compose
from app.messages.gate.verdict import Allowed, Deferred, Skipped
from app.messages.letters import carts, letter
from app.vocabulary import Reason, Trigger
from jobs import messages
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import enrollments, from_, gate, told
from tests.journeys.test_mails import parsed, server
from tests.journeys.test_unpermitted import typed
from tests.journeys.test_woocommerce_cart import tell
from tests.journeys.test_woocommerce_order import body_of

__all__ = ["server"]

CART = Trigger.ABANDONED_CHECKOUT
ADA = "ada@example.com"
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Noon in New York, and a decent hour from there to Berlin."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(shopify_store: StoreVoice) -> StoreVoice:
    """A shop in New York that reminded of carts long before."""
    shopify_store.shop.country, shopify_store.shop.timezone = "US", "America/New_York"
    for flow in shopify_store.session.query(Flow):
        flow.on_since = MONDAY - DAY
    shopify_store.session.commit()
    return shopify_store


def leave_a_cart(store: StoreVoice) -> None:
    typed(store, "a", ADA, buyer_accepts_marketing=True)


def test_a_cart_that_was_left_is_reminded_of_after_an_hour_a_day_and_three_days(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.settle()
        time.by(59 * MINUTE)
        assert told(store, CART) == []
        for wait, count in ((MINUTE, 1), (22 * HOUR, 1), (HOUR, 2), (47 * HOUR, 2), (HOUR, 3), (30 * DAY, 3)):
            time.by(wait)
            assert len(told(store, CART)) == count
        keys = [message.key for message in told(store, CART)]
        assert keys == [f"checkout-1:abandoned_checkout:{step}:email" for step in (1, 2, 3)]
        (row,) = enrollments(store, CART)
        assert row.over == "finished"


def test_the_reminder_leads_back_to_the_very_cart(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.settle()
        time.by(HOUR)
        (message,) = told(store, CART)
        assert isinstance(gate(store, message), Allowed)
        mail = letter.gather(store.session, message)
        cart = store.session.query(Checkout).one()
        assert mail.cart_url == cart.url
        assert "IPod Nano - 8GB" in compose.render(mail).text


def test_who_still_shops_is_left_in_peace(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.settle()
        for _ in range(5):
            time.by(10 * MINUTE)
            leave_a_cart(store)
        time.by(10 * MINUTE)
        assert told(store, CART) == [], "an hour after the first sight, ten minutes after the last"
        time.by(50 * MINUTE)
        assert len(told(store, CART)) == 1


def test_who_buys_is_reminded_no_more(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.settle()
        time.by(HOUR)
        store.shopify("orders/paid", payloads.order(clock.now(), checkout_token="a"))
        time.settle()
        assert enrollments(store, CART)[0].over == "bought"
        time.by(10 * DAY)
        assert len(told(store, CART)) == 1


@pytest.mark.parametrize("is_this_cart", [True, False], ids=["this cart", "another"])
def test_a_purchase_between_asking_and_sending_stops_it(store: StoreVoice, *, is_this_cart: bool) -> None:
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.settle()
        time.by(HOUR)
        outbox.claim(store.session, "a journal")
        store.session.commit()
        (message,) = told(store, CART)
        assert isinstance(gate(store, message), Allowed)
        time.by(MINUTE)
        order = payloads.order(clock.now(), checkout_token="a" if is_this_cart else None)
        store.shopify("orders/paid", order)
        store.settle()
        assert gate(store, message) == Skipped(Reason.ALREADY_BOUGHT)


def test_a_purchase_that_was_told_and_not_read_yet_is_waited_for(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.settle()
        time.by(HOUR)
        (message,) = told(store, CART)
        store.shopify("orders/paid", payloads.order(clock.now(), checkout_token="a"))
        soon = clock.now() + timedelta(seconds=5)
        assert gate(store, message) == Deferred(soon, Reason.CATCHING_UP)
        store.settle()
        assert gate(store, message) == Skipped(Reason.ALREADY_BOUGHT)


def test_a_store_that_is_never_at_rest_is_waited_for_a_minute(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.settle()
        time.by(HOUR)
        (message,) = told(store, CART)
        time.by(MINUTE)
        store.shopify("orders/paid", payloads.order(clock.now(), email="ben@example.com"))
        assert isinstance(gate(store, message), Allowed)


def test_who_never_agreed_is_not_reminded_and_it_says_why(store: StoreVoice) -> None:
    store.shop.country = "DE"
    with from_(store, MONDAY) as time:
        typed(store, "a", ADA, buyer_accepts_marketing=False)
        time.settle()
        time.by(HOUR)
        assert told(store, CART) == []
        assert enrollments(store, CART)[0].over == "not for them"


def test_what_is_sold_out_is_not_praised(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        file = payloads.RECORDINGS / "shopify" / "variants__out_of_stock.json"
        variant = json.loads(file.read_text()) | {"id": 808950810, "updated_at": clock.now().isoformat()}
        store.shopify("variants/out_of_stock", variant)
        leave_a_cart(store)
        time.settle()
        time.by(HOUR)
        assert told(store, CART) == []
        assert enrollments(store, CART)[0].over == "sold out"


def test_a_cart_left_before_it_was_switched_on_is_left_alone(store: StoreVoice) -> None:
    store.session.execute(update(Flow).filter_by(trigger=CART).values(on_since=MONDAY + HOUR))
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.by(HOUR)
        assert enrollments(store, CART) == []


def test_switched_off_meanwhile_it_is_not_sent(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        time.settle()
        time.by(HOUR)
        switches.switch(store.session, store.shop.id, CART, on=False)
        (message,) = told(store, CART)
        assert gate(store, message) == Skipped(Reason.FLOW_OFF)


def test_a_purchase_between_the_gate_and_the_first_byte_stops_it(
    store: StoreVoice, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate has let it go and its chunk is on its way; the purchase is applied before its turn comes."""
    with from_(store, MONDAY) as time:
        leave_a_cart(store)
        typed(store, "b", "ben@example.com", buyer_accepts_marketing=True)
        time.settle()
        time.by(HOUR)
        assert len(told(store, CART)) == 2
        let_go = sending.prepare

        def then_buy(*asked: Any) -> list[Ready]:
            ready = let_go(*asked)
            with transaction() as other:
                cart = other.query(Checkout).filter_by(token="a").one()
                cart.completed_at = clock.now()
            return ready

        with monkeypatch.context() as patched, messages.Sender(Journal()) as one:
            patched.setattr(sending, "prepare", then_buy)
            assert one.send() == 2
        messages.send()
        assert [parsed(mail)["To"] for mail in server.taken] == ["ben@example.com"]
        states = {message.to: message.reason for message in told(store, CART)}
        assert states == {ADA: Reason.ALREADY_BOUGHT, "ben@example.com": None}


@pytest.mark.parametrize(
    ("country", "accepts", "over"),
    [
        ("US", True, None),
        ("US", False, "not for them"),
        ("CA", True, None),
        ("GB", True, None),
        ("GB", False, "not for them"),
        ("FR", True, None),
        ("DE", True, "not for them"),
        ("AT", True, "not for them"),
        ("JP", False, "not for them"),
    ],
)
def test_who_may_be_reminded_is_the_laws_affair(
    store: StoreVoice, country: str, over: str | None, *, accepts: bool
) -> None:
    """Nobody here has bought before; in Germany and Austria a ticked box wants a click from the mailbox."""
    store.shop.country = country
    with from_(store, MONDAY) as time:
        typed(store, "a", ADA, buyer_accepts_marketing=accepts)
        time.settle()
        time.by(2 * HOUR)
        assert len(told(store, CART)) == (over is None)
        assert enrollments(store, CART)[0].over == over


def test_a_cart_of_woocommerce_is_filled_anew_with_what_there_still_is(woo_store: StoreVoice) -> None:
    woo_store.shop.country, woo_store.shop.timezone = "US", "America/New_York"
    woo_store.session.execute(update(Flow).values(on_since=MONDAY - DAY))
    woo_store.session.commit()
    with from_(woo_store, MONDAY) as time:
        cart = dict(body_of("163_cart.updated"))
        tell(woo_store, "cart.updated", cart)
        gone = dict(body_of("028_product.created_publish")) | {"date_modified_gmt": "2026-11-23T10:00:00"}
        woo_store.settle()
        row = woo_store.session.query(Checkout).one()
        things = [(item["variant_id"], item["quantity"]) for item in row.items]
        back = carts.way_back(woo_store.shop, row, ())
        wanted = ",".join(f"{variant}:{quantity}" for variant, quantity in things)
        assert back == f"https://harbor.example/checkout-link/?products={wanted}"
        row.items = [*row.items, {"variant_id": "11", "quantity": 1, "title": "Cast Iron Pan"}]
        row.url = "https://harbor.example/checkout/order-pay/21/?key=wc_order_x"
        tell(woo_store, "product.created", gone)
        time.settle()
        found = carts.gather(woo_store.session, {row.id}, {woo_store.shop.id: woo_store.shop})[row.id]
        assert found.url == back, "without the pan, of which there is none"
        assert carts.with_code(woo_store.shop, back, "K7RWQ4M2XP") == f"{back}&coupon=K7RWQ4M2XP"
