"""Klaviyo and Omnisend hear of shoppers who may be written to about their orders, once for each event."""

from sqlalchemy import select

from app.audience import suppression
from app.audience.models import Profile
from app.hooks.models import Hook, OffBecause
from app.lib import clock
from app.privacy import erasure
from app.vocabulary import CallReason, CallState, Category, Medium
from tests.contracts.sources.network import playing
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.hooks import buy, due_now, named, settle, tellings, work

KLAVIYO = "a.klaviyo.com"
KEYS = {"api_key": "pk_0123456789"}
HEARS = ("order.placed", "shipment.registered", "shipment.updated", "exception.opened")


def test_klaviyo_hears_of_a_parcel_from_the_order_on(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", KEYS, HEARS)
    now = clock.now()
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store)
        shopify_store.shopify("fulfillments/create", payloads.fulfillment(now))
        shopify_store.shopify("fulfillment_events/create", payloads.scan("in_transit", now, 1))
        settle(shopify_store)
    events = [asked.body["data"]["attributes"] for asked in api.asked]
    metrics = [event["metric"]["data"]["attributes"]["name"] for event in events]
    assert metrics == [
        "Doorstep: OrderCreated",
        "Doorstep: ShipmentCreated",
        "Doorstep: ShipmentUpdateReceived",
    ]
    assert events[2]["properties"]["status"] == "in_transit"
    assert len({event["unique_id"] for event in events}) == 3
    assert {call.payload for call in tellings(shopify_store)} == {None}, "nothing is kept of what was said"


def test_who_ended_the_news_of_their_orders_gets_them_from_nobody(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", KEYS, HEARS)
    about = Medium.EMAIL, "ada@example.com", Category.TRANSACTIONAL
    with playing(KLAVIYO) as api:
        api.will(202, {})
        shopify_store.shopify("orders/paid", payloads.order(clock.now()))
        shopify_store.settle()
        suppression.suppress(
            shopify_store.session, shopify_store.shop.id, *about, reason=suppression.UNSUBSCRIBED
        )
        shopify_store.session.commit()
        settle(shopify_store)
        (call,) = tellings(shopify_store)
        assert (call.state, call.reason) == (CallState.SKIPPED, CallReason.DECLINED)
        buy(shopify_store, 1043)
    assert api.asked == []
    assert len(tellings(shopify_store)) == 1


def test_who_is_erased_is_no_longer_told_of(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", KEYS, HEARS)
    session = shopify_store.session
    with playing(KLAVIYO) as api:
        api.will(500, {})
        buy(shopify_store)
        erasure.erase(session, session.scalars(select(Profile)).one())
        session.commit()
        api.asked.clear()
        due_now(shopify_store)
        settle(shopify_store)
    assert api.asked == []
    assert tellings(shopify_store)[0].reason is CallReason.ERASED


def test_test_orders_are_nobodys(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", KEYS, HEARS)
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store, test=True)
    assert api.asked == []


def test_a_key_that_is_refused_ends_it_at_once_and_what_it_missed_is_told_later(
    shopify_store: StoreVoice,
) -> None:
    hook = named(shopify_store, "klaviyo", KEYS, HEARS)
    with playing(KLAVIYO) as api:
        api.will(401, {"errors": [{"status": 401, "code": "not_authenticated"}]})
        buy(shopify_store)
    kept = shopify_store.session.get_one(Hook, hook.id)
    assert kept.off_because is OffBecause.REFUSED
    assert [(call.state, bool(call.payload)) for call in tellings(shopify_store)] == [
        (CallState.PARKED, True)
    ]


def test_a_busy_klaviyo_is_waited_for_as_long_as_it_asks(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", KEYS, HEARS)
    with playing(KLAVIYO) as api:
        api.will(429, {}, Retry_After="600").will(202, {})
        buy(shopify_store)
        (call,) = tellings(shopify_store)
        assert (call.due_at - clock.now()).total_seconds() > 590
        due_now(shopify_store)
        work(shopify_store)
    first, second = api.asked
    assert first.body == second.body, "the same unique_id: Klaviyo takes it once"


def test_omnisend_hears_the_same_as_events_of_our_own(shopify_store: StoreVoice) -> None:
    named(shopify_store, "omnisend", {"api_key": "key"}, HEARS)
    with playing("api.omnisend.com") as api:
        api.will(202, {})
        buy(shopify_store)
    (asked,) = api.asked
    assert (asked.body["eventName"], asked.body["contact"]["email"]) == (
        "Doorstep: order placed",
        "ada@example.com",
    )
