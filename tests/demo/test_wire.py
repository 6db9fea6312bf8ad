"""The sample shops speak the recorded wire formats, key for key."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.platforms import shopify, woocommerce
from app.platforms.purchases import Fulfillment, Order
from demo import stories, things
from demo.sales import Sale
from demo.shopify import notices as shopify_notices
from demo.shopify import wire as shopify_wire
from demo.woocommerce import notices as woo_notices
from demo.woocommerce import wire as woo_wire

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECORDINGS = Path(__file__).parent.parent / "recordings"


def test_a_shopify_order_has_the_keys_of_the_published_sample() -> None:
    published = json.loads((RECORDINGS / "shopify" / "orders__paid.json").read_text())
    for sale in stories.ridge(NOW):
        body = shopify_wire.order(sale)
        assert body.keys() == published.keys()
        assert body["line_items"][0].keys() == published["line_items"][0].keys()
        assert body["shipping_address"].keys() == published["shipping_address"].keys()


def test_a_woocommerce_order_has_the_keys_that_a_live_store_sent() -> None:
    recorded = _recorded("056_order.updated_processing")
    for sale in stories.harbor(NOW):
        body = woo_wire.order(sale)
        assert body.keys() == recorded.keys()
        assert body["line_items"][0].keys() == recorded["line_items"][0].keys()
        assert body["billing"].keys() == recorded["billing"].keys()
        assert "127.0.0.1" not in json.dumps(body)


def test_a_woocommerce_product_has_the_keys_that_a_live_store_sent() -> None:
    recorded = _recorded("047_product.updated_publish")
    thing = next(iter(things.HARBOR.values()))
    assert woo_wire.product(thing, NOW).keys() >= recorded.keys()


@pytest.mark.parametrize("sale", list(stories.ridge(NOW)), ids=lambda sale: str(sale.number))
def test_the_app_reads_every_notice_of_ridge_and_pine(sale: Sale) -> None:
    for topic, body in shopify_notices.whole(sale):
        assert shopify.PLUGIN.parse(topic, json.loads(json.dumps(body)), "USD")


@pytest.mark.parametrize("sale", list(stories.harbor(NOW)), ids=lambda sale: str(sale.number))
def test_the_app_reads_every_notice_of_harbor_goods(sale: Sale) -> None:
    for topic, body in woo_notices.whole(sale):
        assert woocommerce.PLUGIN.parse(topic, json.loads(json.dumps(body)), "EUR")


def test_two_parcels_of_one_order_are_two_fulfillments() -> None:
    sale = next(sale for sale in stories.ridge(NOW) if len(sale.parcels) == 2)
    records = shopify.PLUGIN.parse("orders/fulfilled", shopify_wire.order(sale), "USD")
    assert len([r for r in records if isinstance(r, Fulfillment)]) == 2


def test_no_notice_tells_of_what_has_not_happened_yet() -> None:
    for sale in stories.ridge(NOW):
        (order,) = [r for r in _first(sale) if isinstance(r, Order)]
        assert order.updated_at == sale.placed_at
        assert not [r for r in _first(sale) if isinstance(r, Fulfillment)]
        assert all(parcel.shipped_at <= NOW for parcel in sale.parcels)
        assert all(scan.at <= NOW for parcel in sale.parcels for scan in parcel.scans)


def _first(sale: Sale) -> tuple[Any, ...]:
    topic, body = shopify_notices.placed(sale)[0]
    return shopify.PLUGIN.parse(topic, body, "USD")


def _recorded(name: str) -> dict[str, Any]:
    recording = json.loads((RECORDINGS / "woocommerce" / f"{name}.json").read_text())
    body: dict[str, Any] = json.loads(base64.b64decode(recording["body_base64"]))
    return body
