"""Every topic that we subscribe to changes something that somebody can see."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Checkout, Delivery
from app.platforms.shopify import READERS
from app.schema import Base
from app.vocabulary import InboxState
from tests.journeys.conftest import StoreVoice

RECORDINGS = Path(__file__).parent.parent / "recordings" / "shopify"
SAID = {"state": "subscribed", "consent_updated_at": "2026-11-24T09:00:00Z"}
LIVELY: dict[str, dict[str, Any]] = {
    "customers/merge": {
        "status": "completed",
        "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/706405506930370084",
    },
    "customers_email_marketing_consent/update": {"email_marketing_consent": SAID},
    "customers_marketing_consent/update": {"sms_marketing_consent": SAID},
    "customers/redact": {"customer": {"id": 706405506930370084, "email": None}, "orders_to_redact": []},
    "customers/update": {"first_name": "Grace", "updated_at": "2026-11-24T09:00:00Z"},
    "carts/update": {"line_items": [], "updated_at": "2026-11-24T09:00:00Z"},
    "checkouts/update": {"email": "grace@example.com", "updated_at": "2026-11-24T09:00:00Z"},
    "products/update": {"title": "Another title", "updated_at": "2026-11-24T09:00:00Z"},
    "fulfillments/update": {"tracking_company": "UPS", "updated_at": "2026-11-24T09:00:00Z"},
    "variants/out_of_stock": {"updated_at": "2026-11-24T09:00:00Z"},
}
"""What the test payloads leave null, unfinished, or as it was before."""

BEFORE = {
    "customers/update": ["customers/create"],
    "customers/delete": ["customers/create"],
    "customers/merge": ["customers/create"],
    "customers/redact": ["customers/create"],
    "carts/update": ["carts/create"],
    "checkouts/update": ["checkouts/create"],
    "checkouts/delete": ["checkouts/create"],
    "products/update": ["products/create"],
    "products/delete": ["products/create"],
    "variants/out_of_stock": ["variants/in_stock"],
    "fulfillments/update": ["orders/create", "fulfillments/create"],
    "fulfillment_events/create": ["orders/create"],
    "fulfillment_events/delete": ["orders/create", "fulfillment_events/create"],
    "orders/edited": ["orders/create"],
    "refunds/create": ["orders/create"],
}


@pytest.mark.parametrize("topic", sorted(READERS))
def test_a_delivery_of_each_topic_changes_something(shopify_store: StoreVoice, topic: str) -> None:
    for earlier in BEFORE.get(topic, ()):
        tell(shopify_store, earlier)
    before = everything(shopify_store.session)
    tell(shopify_store, topic)
    assert everything(shopify_store.session) != before
    states = shopify_store.session.scalars(select(Delivery.state)).all()
    assert set(states) == {InboxState.DONE}


@pytest.mark.parametrize(
    "order", [("carts/create", "checkouts/create"), ("checkouts/create", "carts/create")]
)
def test_a_cart_joins_its_checkout(shopify_store: StoreVoice, order: tuple[str, str]) -> None:
    for topic in order:
        tell(shopify_store, topic)
    joined = shopify_store.session.scalars(select(Checkout)).one()
    assert (joined.token, joined.cart_token) == ("123123123", "eeafa272cebfd4b22385bc4b645e762c")
    assert joined.email is not None


def tell(store: StoreVoice, topic: str) -> None:
    body = json.loads((RECORDINGS / f"{topic.replace('/', '__')}.json").read_text())
    body |= LIVELY.get(topic, {})
    for field in ("myshopify_domain", "shop_domain"):
        if field in body:
            body[field] = store.shop.domain
    for field in ("order_status_url", "abandoned_checkout_url"):
        body.pop(field, None)
    assert store.shopify(topic, body) == 200
    store.settle()


def everything(session: Session) -> dict[str, list[str]]:
    """Every row of every table but the inbox itself."""
    session.expire_all()
    tables = [table for table in Base.metadata.sorted_tables if table.name != "inbox"]
    return {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}
