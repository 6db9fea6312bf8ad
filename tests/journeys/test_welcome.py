"""From the bytes of a yes to offers to the mails that welcome whoever said it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.audience import profiles
from app.commerce.models import Product, Variant
from app.flows.models import Flow
from app.lib import clock
from app.messages.documents import compose
from app.messages.gate.verdict import Allowed
from app.messages.letters import letter
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.vocabulary import ConsentSource, ConsentState, Medium, Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import Passing, enrollments, from_, gate, told

WELCOME = Trigger.WELCOME
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECORDED = payloads.RECORDINGS / "shopify" / "customers_email_marketing_consent__update.json"


@pytest.fixture
def store(shopify_store: StoreVoice) -> StoreVoice:
    """A shop in the United States."""
    shopify_store.shop.country, shopify_store.shop.timezone = "US", "America/Denver"
    shopify_store.session.execute(update(Flow).values(on_since=MONDAY - DAY))
    shopify_store.session.commit()
    return shopify_store


def says(store: StoreVoice, time: Passing, state: str = "subscribed", level: str = "single_opt_in") -> None:
    body = json.loads(RECORDED.read_text()) | {"email_address": "ida@example.com"}
    body["email_marketing_consent"] = {
        "state": state,
        "opt_in_level": level,
        "consent_updated_at": clock.now().isoformat(),
    }
    store.shopify("customers_email_marketing_consent/update", body)
    time.settle()


def test_who_says_yes_is_welcomed_an_hour_later_and_shown_around_after_three_days(store: StoreVoice) -> None:
    product = Product(
        shop_id=store.shop.id,
        external_id="5",
        title="Camp Lamp",
        url="https://ridge.example/lamp",
        image_url="https://ridge.example/lamp.png",
    )
    store.session.add(product)
    store.session.flush()
    store.session.add(Variant(shop_id=store.shop.id, product_id=product.id, external_id="6", price=4800))
    store.session.commit()
    with from_(store, MONDAY) as time:
        says(store, time)
        time.by(HOUR - timedelta(minutes=1))
        assert told(store, WELCOME) == []
        time.by(timedelta(minutes=1))
        (message,) = told(store, WELCOME)
        assert (message.key, message.order_id) == ("profile-1:welcome:1:email", None)
        assert isinstance(gate(store, message), Allowed)
        mail = compose.render(letter.gather(store.session, message))
        assert mail.subject == "Welcome to Ridge & Pine"
        assert 'href="https://ridge.example"' in mail.html
        for part in ("Camp Lamp", "$48", "because you said yes to news and offers."):
            assert part in mail.html
            assert part in mail.text
        time.by(4 * DAY)
        assert [it.step for it in told(store, WELCOME)] == [1, 2]
        says(store, time, "unsubscribed")
        says(store, time)
        time.by(30 * DAY)
        assert len(told(store, WELCOME)) == 2, "nobody is new twice"


def test_who_buys_meanwhile_gets_no_second_mail_and_who_says_no_gets_none(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        says(store, time)
        time.by(2 * HOUR)
        order = payloads.order(clock.now()) | {"email": "ida@example.com", "contact_email": "ida@example.com"}
        order["customer"] |= {"id": 706405506930370084, "email": "ida@example.com"}
        store.shopify("orders/paid", order)
        time.by(10 * DAY)
        assert [message.step for message in told(store, WELCOME)] == [1]


def test_a_no_within_the_hour_ends_it(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        says(store, time)
        time.by(HOUR / 2)
        says(store, time, "unsubscribed")
        time.by(10 * DAY)
        assert told(store, WELCOME) == []
        assert enrollments(store, WELCOME)[0].over == "not for them"


def test_where_the_law_wants_it_said_twice_the_second_yes_counts(store: StoreVoice) -> None:
    store.shop.country = "DE"
    store.session.commit()
    with from_(store, MONDAY) as time:
        says(store, time)
        time.by(DAY)
        assert told(store, WELCOME) == []
        says(store, time, level="confirmed_opt_in")
        time.by(HOUR)
        assert len(told(store, WELCOME)) == 1


def test_a_list_that_the_merchant_brings_welcomes_nobody(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        brought = Consent(
            person=Person(email="ida@example.com"),
            medium=Medium.EMAIL,
            state=ConsentState.SUBSCRIBED,
            source=ConsentSource.IMPORT,
            at=clock.now(),
        )
        profiles.keep_consent(store.session, store.shop.id, brought, heard_at=clock.now())
        time.by(10 * DAY)
        assert enrollments(store, WELCOME) == []
