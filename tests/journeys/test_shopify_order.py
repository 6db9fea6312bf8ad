from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from app.commerce.models import Delivery, Order
from app.lib import clock
from app.tracking.models import Shipment, TrackingEvent
from app.vocabulary import InboxState, ShipmentStatus
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice


def test_a_paid_order_asks_for_one_thank_you_however_often_it_is_delivered(shopify_store: StoreVoice) -> None:
    order = payloads.order(clock.now())
    for event in ("a", "a", "a", "b"):
        assert shopify_store.shopify("orders/paid", order, event=event) == 200
    shopify_store.settle()
    (message,) = shopify_store.messages()
    assert (message.trigger, message.to) == ("thank_you", "ada@example.com")


def test_the_same_body_under_another_topic_has_no_second_effect(shopify_store: StoreVoice) -> None:
    order = payloads.order(clock.now())
    for topic in ("orders/create", "orders/paid", "orders/updated"):
        shopify_store.shopify(topic, order)
    shopify_store.settle()
    assert shopify_store.told() == ["thank_you"]


def test_a_body_that_names_another_shop_is_parked(shopify_store: StoreVoice) -> None:
    order = payloads.order(clock.now(), order_status_url="https://other.myshopify.com/1/orders/1")
    assert shopify_store.shopify("orders/paid", order) == 200
    shopify_store.settle()
    assert shopify_store.told() == []
    assert shopify_store.session.scalars(select(Delivery.state)).all() == [InboxState.PARKED]


def test_a_parcel_is_told_from_registration_to_delivery_and_late_scans_tell_nothing(
    shopify_store: StoreVoice,
) -> None:
    now = clock.now()
    shopify_store.shopify("orders/paid", payloads.order(now))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now))
    for ident, (status, ago) in enumerate([("in_transit", 18), ("out_for_delivery", 10), ("delivered", 5)]):
        shopify_store.shopify(
            "fulfillment_events/create", payloads.scan(status, now - timedelta(seconds=ago), ident)
        )
        shopify_store.settle()
    told = ["thank_you", "shipped", "out_for_delivery", "delivered"]
    assert shopify_store.told() == told
    for ident, (status, ago) in enumerate([("delivered", 5), ("out_for_delivery", 9), ("in_transit", 15)]):
        late = payloads.scan(status, now - timedelta(seconds=ago), 100 + ident)
        shopify_store.shopify("fulfillment_events/create", late)
    shopify_store.settle()
    assert shopify_store.told() == told
    assert shopify_store.session.scalars(select(Shipment.status)).all() == [ShipmentStatus.DELIVERED]


STORY = ["order", "fulfillment", "in_transit", "delivered"]


@pytest.mark.parametrize("arrival", list(permutations(STORY)), ids="-".join)
def test_every_order_of_arrival_ends_in_the_same_state(
    shopify_store: StoreVoice, arrival: tuple[str, ...]
) -> None:
    now = clock.now()
    deliveries: dict[str, tuple[str, dict[str, Any]]] = {
        "order": ("orders/paid", payloads.order(now)),
        "fulfillment": ("fulfillments/create", payloads.fulfillment(now)),
        "in_transit": (
            "fulfillment_events/create",
            payloads.scan("in_transit", now - timedelta(seconds=9), 1),
        ),
        "delivered": ("fulfillment_events/create", payloads.scan("delivered", now - timedelta(seconds=5), 2)),
    }
    for name in arrival:
        shopify_store.shopify(*deliveries[name])
        shopify_store.settle()
    shipment = shopify_store.session.scalars(select(Shipment)).one()
    order = shopify_store.session.scalars(select(Order)).one()
    assert shipment.status is ShipmentStatus.DELIVERED
    assert shipment.delivered_at == now - timedelta(seconds=5)
    assert (order.state, order.email) == ("placed", "ada@example.com")
    told = shopify_store.told()
    assert sorted(told) == sorted(["thank_you", "shipped", "delivered"])


@pytest.mark.parametrize(
    ("ahead", "status"),
    [(timedelta(hours=7), ShipmentStatus.DELIVERED), (timedelta(days=3), ShipmentStatus.PENDING)],
    ids=["local time called UTC", "an impossible date"],
)
def test_a_scan_from_the_future_is_never_told_as_such(
    shopify_store: StoreVoice, ahead: timedelta, status: ShipmentStatus
) -> None:
    now = clock.now()
    shopify_store.shopify("orders/paid", payloads.order(now - timedelta(minutes=5)))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now - timedelta(minutes=4)))
    shopify_store.shopify("fulfillment_events/create", payloads.scan("delivered", now + ahead, 1))
    shopify_store.settle()
    shipment = shopify_store.session.scalars(select(Shipment)).one()
    assert shipment.status is status
    at = shipment.delivered_at or clock.now()
    assert abs(at - now) < timedelta(minutes=1), "by when it was told, it had happened"
    assert shopify_store.session.scalars(select(TrackingEvent)).one().raw_status == "delivered"


def test_two_parcels_of_one_fulfillment_share_their_messages(shopify_store: StoreVoice) -> None:
    now = clock.now()
    numbers = ["1Z12345E0291980793", "1Z12345E1512345676"]
    shopify_store.shopify("orders/paid", payloads.order(now))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now, tracking_numbers=numbers))
    shopify_store.settle()
    shipped = shopify_store.messages()[1]
    assert (shipped.trigger, len(shipped.shipment_ids)) == ("shipped", 2)


def test_a_corrected_number_stays_the_same_parcel(shopify_store: StoreVoice) -> None:
    now = clock.now()
    shopify_store.shopify("orders/paid", payloads.order(now))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now))
    corrected = payloads.fulfillment(now, tracking_numbers=["1Z12345E1512345676"])
    corrected["updated_at"] = now.isoformat()
    shopify_store.shopify("fulfillments/update", corrected)
    shopify_store.settle()
    assert shopify_store.told() == ["thank_you", "shipped"]
    assert shopify_store.session.scalars(select(Shipment.number)).all() == ["1Z12345E1512345676"]


def test_an_order_without_any_personal_data_is_kept(shopify_store: StoreVoice) -> None:
    fields = ("email", "contact_email", "phone", "customer", "shipping_address", "billing_address")
    nobody = {**payloads.order(clock.now()), **dict.fromkeys(fields)}
    shopify_store.shopify("orders/paid", nobody)
    shopify_store.settle()
    (message,) = shopify_store.messages()
    assert message.to is None


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b'{"id": NaN}',
        b'{"id":1e999}',
        b'{"a":' * 5000,
        b"{}",
        b'{"id":"\\ud800"}',
    ],
)
def test_unreadable_bodies_are_parked_and_cost_no_neighbor(shopify_store: StoreVoice, body: bytes) -> None:
    headers = {"X-Shopify-Topic": "orders/paid", "X-Shopify-Shop-Domain": "ridge.myshopify.com"}
    import base64
    import hashlib
    import hmac

    signature = base64.b64encode(hmac.digest(shopify_store.secret.encode(), body, hashlib.sha256)).decode()
    headers |= {"X-Shopify-Hmac-Sha256": signature, "X-Shopify-Webhook-Id": "poison"}
    assert shopify_store.client.post("/webhooks/shopify", data=body, headers=headers).status_code == 200
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.settle()
    assert shopify_store.told() == ["thank_you"]
    states = shopify_store.session.scalars(select(Delivery.state).order_by(Delivery.id)).all()
    assert states == [InboxState.PARKED, InboxState.DONE]
