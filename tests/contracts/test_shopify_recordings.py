"""Every topic that we subscribe to has a recording, is read, and survives whatever a store leaves out."""

import json
import tomllib
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.lib.reading import Unreadable
from app.platforms import base, purchases
from app.platforms.base import Record
from app.platforms.shopify import PLUGIN, READERS
from app.platforms.shopify.graphql import API_VERSION
from app.vocabulary import ShipmentStatus

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT / "tests" / "recordings" / "shopify"
CONFIGURATION = tomllib.loads((ROOT / "shopify.app.toml").read_text())
TOPICS = sorted(READERS)

DESTRUCTIVE = (
    "checkouts/delete",
    "customers/delete",
    "products/delete",
    "customers/redact",
    "customers/data_request",
    "shop/redact",
    "app/scopes_update",
)
"""Topics are not signed: whoever holds one signed body could send it under any of them."""

SAYS: dict[str, list[type[Any]]] = {
    "orders/create": [purchases.Order],
    "orders/updated": [purchases.Order],
    "orders/paid": [purchases.Order],
    "orders/fulfilled": [purchases.Order],
    "orders/partially_fulfilled": [purchases.Order],
    "orders/cancelled": [purchases.Order],
    "orders/edited": [purchases.OrderEdited],
    "refunds/create": [purchases.Refund],
    "fulfillments/create": [purchases.Fulfillment],
    "fulfillments/update": [purchases.Fulfillment],
    "fulfillment_events/create": [purchases.Scan],
    "fulfillment_events/delete": [purchases.Scan],
    "checkouts/create": [purchases.Checkout],
    "checkouts/update": [purchases.Checkout],
    "checkouts/delete": [purchases.Checkout],
    "carts/create": [purchases.Checkout],
    "carts/update": [purchases.Checkout],
    "products/create": [purchases.Product],
    "products/update": [purchases.Product],
    "products/delete": [purchases.Product],
    "variants/in_stock": [purchases.Variant],
    "variants/out_of_stock": [purchases.Variant],
    "inventory_levels/update": [purchases.StockLevel],
    "locations/update": [base.AskStore],
    "customers/create": [purchases.Person],
    "customers/update": [purchases.Person],
    "customers/delete": [base.PersonDeleted],
    "customers/merge": [],  # the recorded merge failed
    "customers_email_marketing_consent/update": [],  # the recorded state is null
    "customers_marketing_consent/update": [],
    "customers/data_request": [base.PrivacyRequest],
    "customers/redact": [base.PrivacyRequest],
    "shop/redact": [base.PrivacyRequest],
    "shop/update": [base.ShopChanged],
    "app/uninstalled": [base.Uninstalled],
    "app/scopes_update": [base.ScopesChanged],
}


def test_topics_recordings_and_subscriptions_are_the_same() -> None:
    recorded = {path.stem.replace("__", "/") for path in RECORDINGS.glob("*.json")}
    subscribed = [
        topic
        for subscription in CONFIGURATION["webhooks"]["subscriptions"]
        for topic in (*subscription.get("topics", ()), *subscription.get("compliance_topics", ()))
    ]
    assert sorted(recorded) == TOPICS
    assert sorted(subscribed) == TOPICS
    assert CONFIGURATION["webhooks"]["api_version"] == API_VERSION


@pytest.mark.parametrize("topic", TOPICS)
def test_a_recording_says_what_its_topic_promises(topic: str) -> None:
    assert [type(record) for record in read(topic, recording(topic))] == SAYS[topic]


@pytest.mark.parametrize("topic", TOPICS)
def test_personal_data_that_the_store_withholds_is_missed_by_nobody(topic: str) -> None:
    withheld = without(recording(topic), PERSONAL)
    assert [type(record) for record in read(topic, withheld)] == SAYS[topic]


@pytest.mark.parametrize("topic", TOPICS)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_a_bent_body_is_read_or_refused_in_a_sentence(topic: str, data: st.DataObject) -> None:
    body = recording(topic)
    for _ in range(data.draw(st.integers(1, 4))):
        bend(body, data)
    assert told(topic, body)
    PLUGIN.shop_named(topic, body)


@pytest.mark.parametrize("topic", TOPICS)
@given(body=st.dictionaries(st.text(max_size=9), st.integers() | st.text(max_size=9) | st.none(), max_size=5))
@settings(max_examples=20, deadline=None)
def test_any_object_is_read_or_refused_in_a_sentence(topic: str, body: dict[str, Any]) -> None:
    assert told(topic, body)


@pytest.mark.parametrize("topic", DESTRUCTIVE)
@pytest.mark.parametrize("body_of", TOPICS)
def test_no_other_body_passes_for_one_that_destroys(topic: str, body_of: str) -> None:
    if body_of != topic:
        with pytest.raises(Unreadable):
            read(topic, recording(body_of))


def test_an_identifier_of_64_bits_stays_exact() -> None:
    (order,) = read("orders/paid", recording("orders/paid"))
    assert isinstance(order, purchases.Order)
    assert order.external_id == "820982911946154508"


def test_a_scan_keeps_its_own_time_zone_and_promise() -> None:
    body = recording("fulfillment_events/create")
    body.update(happened_at="2026-11-24T09:00:00-05:00", estimated_delivery_at="2026-11-26")
    (scan,) = read("fulfillment_events/create", body)
    assert isinstance(scan, purchases.Scan)
    assert scan.happened_at == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert scan.expected_at == datetime(2026, 11, 26, tzinfo=UTC)


def test_an_unknown_status_is_kept_and_moves_nothing() -> None:
    (scan,) = read("fulfillment_events/create", recording("fulfillment_events/create") | {"status": "lost?"})
    assert isinstance(scan, purchases.Scan)
    assert (scan.status, scan.detail, scan.raw_status) == (ShipmentStatus.PENDING, "unknown", "lost?")


def test_a_completed_merge_says_who_is_kept() -> None:
    merged = recording("customers/merge") | {"status": "completed"}
    assert read("customers/merge", merged) == (base.PersonMerged(kept_id="1", gone_id="2"),)


@pytest.mark.parametrize(
    ("topic", "field"),
    [
        ("customers_email_marketing_consent/update", "email_marketing_consent"),
        ("customers_marketing_consent/update", "sms_marketing_consent"),
    ],
)
def test_consent_is_told_with_its_time(topic: str, field: str) -> None:
    said = {"state": "subscribed", "consent_updated_at": "2026-11-24T09:00:00Z"}
    (consent,) = read(topic, recording(topic) | {field: said})
    assert isinstance(consent, base.Consent)
    assert (consent.state, consent.at) == ("subscribed", datetime(2026, 11, 24, 9, tzinfo=UTC))


def test_a_cart_and_its_checkout_share_a_token() -> None:
    (cart,) = read("carts/create", recording("carts/create") | {"token": "c1?key=secret"})
    (checkout,) = read("checkouts/create", recording("checkouts/create") | {"cart_token": "c1"})
    assert isinstance(cart, purchases.Checkout)
    assert isinstance(checkout, purchases.Checkout)
    assert cart.cart_token == checkout.cart_token == "c1"


PERSONAL = {
    *("email", "contact_email", "email_address", "phone", "sms_marketing_phone", "first_name", "last_name"),
    *("customer", "billing_address", "shipping_address", "default_address", "destination"),
}

WEIRD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 2**70, 1e300, "", "x", "1e9999", "\ud83d", [], [None], [[]], {}, {"id": []}]
)


def recording(topic: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((RECORDINGS / f"{topic.replace('/', '__')}.json").read_text())
    return body


def read(topic: str, body: dict[str, Any]) -> tuple[Record, ...]:
    return PLUGIN.parse(topic, body, "USD")


def told(topic: str, body: dict[str, Any]) -> bool:
    """Whether a body is read into records, or refused with a sentence; any other exception fails the test."""
    try:
        return all(isinstance(record, Record) for record in read(topic, body))
    except Unreadable as error:
        return bool(str(error))


def without(body: Any, names: set[str]) -> Any:
    if isinstance(body, dict):
        kept = {"customer"} if "orders_requested" in body or "orders_to_redact" in body else set()
        return {k: None if k in names - kept else without(v, names) for k, v in body.items()}
    return [without(item, names) for item in body] if isinstance(body, list) else body


def bend(body: Any, data: st.DataObject) -> None:
    """Put something weird in the place of any value of a body."""
    while True:
        places = list(body) if isinstance(body, dict) else list(range(len(body)))
        if not places:
            return
        place = data.draw(st.sampled_from(places))
        if isinstance(body[place], dict | list) and data.draw(st.booleans()):
            body = body[place]
            continue
        body[place] = deepcopy(data.draw(WEIRD))
        return
