"""One text message for a cart at most, within two days, to who agreed to offers by text."""

import re

from app.commerce.models import Checkout
from app.lib import clock
from app.main import create_app
from app.messages.dispatch import outbox
from app.messages.documents import compose
from app.messages.gate.verdict import Allowed, Skipped
from app.messages.letters import letter
from app.vocabulary import Medium, Reason
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import from_, gate, told
from tests.journeys.test_abandoned_checkout import ADA, CART, DAY, HOUR, MONDAY, store
from tests.journeys.test_unpermitted import typed
from tests.journeys.texting import NUMBER, connect

__all__ = ["store"]


def test_who_agreed_to_texts_is_texted_once_in_place_of_the_second_mail(store: StoreVoice) -> None:
    connect(store)
    with from_(store, MONDAY) as time:
        agree_to_texts(store, buyer_accepts_marketing=True)
        time.settle()
        time.by(30 * DAY)
        keys = [message.key for message in told(store, CART)]
        assert keys == [
            "checkout-1:abandoned_checkout:1:email",
            "checkout-1:abandoned_checkout:1:sms",
            "checkout-1:abandoned_checkout:3:email",
        ]


def test_who_agreed_to_texts_only_gets_that_text_only(store: StoreVoice) -> None:
    store.shop.country = "DE"
    connect(store)
    with from_(store, MONDAY) as time:
        agree_to_texts(store, buyer_accepts_marketing=False)
        time.settle()
        time.by(30 * DAY)
        assert [message.key for message in told(store, CART)] == ["checkout-1:abandoned_checkout:1:sms"]


def test_a_cart_is_texted_about_once_whatever_a_flow_says(store: StoreVoice) -> None:
    connect(store)
    with from_(store, MONDAY) as time:
        agree_to_texts(store, buyer_accepts_marketing=True)
        time.settle()
        cart = store.session.query(Checkout).one()
        wanted = {"trigger": CART, "medium": Medium.SMS, "checkout_id": cart.id, "to": cart.phone}
        asks = [
            outbox.ask(
                store.session,
                store.shop.id,
                outbox.Ask(subject=f"checkout-{cart.id}{again}", occasion_at=clock.now(), **wanted),  # type: ignore[arg-type]
            )
            for again in ("", ".2", ".3")
        ]
        assert asks == [True, False, False]


def test_a_text_that_had_to_wait_for_two_days_is_not_sent(store: StoreVoice) -> None:
    connect(store)
    with from_(store, MONDAY) as time:
        agree_to_texts(store, buyer_accepts_marketing=True)
        time.settle()
        time.by(26 * HOUR)
        text = next(message for message in told(store, CART) if message.medium is Medium.SMS)
        assert isinstance(gate(store, text), Allowed)
        time.by(21 * HOUR)
        assert gate(store, text) != Skipped(Reason.TOO_OLD)
        time.by(2 * HOUR)
        assert gate(store, text) == Skipped(Reason.TOO_OLD)


def test_a_text_leads_back_to_the_cart_by_a_short_address(store: StoreVoice) -> None:
    connect(store)
    with from_(store, MONDAY) as time:
        agree_to_texts(store, buyer_accepts_marketing=True)
        time.settle()
        time.by(26 * HOUR)
        text = next(message for message in told(store, CART) if message.medium is Medium.SMS)
        said = compose.text(letter.gather(store.session, text), hears_replies=True).words
        (path,) = re.findall(r"https://doorstep\.test(/s/\w+)", said)
        store.session.commit()
        led = create_app().test_client().get(path)
        assert (led.status_code, led.headers["Location"]) == (302, store.session.query(Checkout).one().url)
        assert create_app().test_client().get(f"{path[:-1]}!").status_code == 404


def agree_to_texts(store: StoreVoice, **more: object) -> None:
    phone = {"phone": NUMBER, "sms_marketing_phone": NUMBER, "buyer_accepts_sms_marketing": True}
    typed(store, "a", ADA, **phone, **more)
