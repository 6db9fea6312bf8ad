"""The world outside the demo moves as real stores and parcels do."""

import json
import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from app.lib.reading import Json
from app.lib.signing import any_matches
from app.platforms import shopify, woocommerce
from app.platforms.purchases import Scan
from app.vocabulary import ShipmentStatus
from demo import life, stories
from demo.sales import Sale
from demo.shopify.wire import HOST as SHOPIFY_HOST
from demo.stores import Shelf
from demo.voice import Registered, Voice
from demo.woocommerce import webhooks
from demo.woocommerce.wire import HOST as WOO_HOST
from tests.demo.receiver import Heard, Receiver

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "a-secret-of-the-sample-stores"


def test_every_notice_is_signed_and_readable(heard: tuple[list[Heard], list[Heard]]) -> None:
    ridge, harbor = heard
    for notice in ridge:
        assert any_matches([SECRET], notice.body, notice.headers["X-Shopify-Hmac-Sha256"])
        assert shopify.PLUGIN.parse(notice.headers["X-Shopify-Topic"], json.loads(notice.body), "USD")
    for notice in harbor:
        assert any_matches([SECRET], notice.body, notice.headers["X-Wc-Webhook-Signature"])
        assert woocommerce.PLUGIN.parse(notice.headers["X-Wc-Webhook-Topic"], json.loads(notice.body), "EUR")


def test_people_order_parcels_move_and_some_arrive(heard: tuple[list[Heard], list[Heard]]) -> None:
    topics = Counter(notice.headers["X-Shopify-Topic"] for notice in heard[0])
    assert {"orders/create", "orders/paid", "fulfillments/create", "fulfillment_events/create"} <= set(topics)
    reached = {scan.status for scan in _scans(heard[0])}
    assert {ShipmentStatus.IN_TRANSIT, ShipmentStatus.OUT_FOR_DELIVERY, ShipmentStatus.DELIVERED} <= reached
    states = {json.loads(notice.body)["status"] for notice in heard[1]}
    assert {"processing", "completed"} <= states


def test_a_share_is_told_twice_under_the_same_id(heard: tuple[list[Heard], list[Heard]]) -> None:
    ids = Counter(notice.headers["X-Shopify-Webhook-Id"] for notice in heard[0])
    assert 0 < sum(count > 1 for count in ids.values()) < len(ids) / 2


def test_no_parcel_moves_on_after_its_delivery(heard: tuple[list[Heard], list[Heard]]) -> None:
    for row in Shelf(SHOPIFY_HOST).every("sale"):
        for parcel in Sale.model_validate(row).parcels:
            statuses = [scan.status for scan in parcel.scans]
            assert statuses.count("delivered") <= 1
            assert "delivered" not in statuses[:-1]
    assert heard


def test_the_world_stays_small(heard: tuple[list[Heard], list[Heard]]) -> None:
    alive = [row for host in (SHOPIFY_HOST, WOO_HOST) for row in Shelf(host).every("sale") if row["alive"]]
    assert len(alive) <= life.ALIVE_AT_MOST
    assert heard


@pytest.fixture
def heard(app: Receiver, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Heard], list[Heard]]:
    """What both stores tell while 150 things happen."""
    monkeypatch.setattr(random, "random", random.Random(7).random)
    monkeypatch.setattr(random, "choice", random.Random(7).choice)
    for host, sales in ((SHOPIFY_HOST, stories.ridge(NOW)), (WOO_HOST, stories.harbor(NOW))):
        for sale in sales:
            Shelf(host).put("sale", sale.id, sale.model_dump(mode="json"))
    for topic in ("order.created", "order.updated"):
        webhooks.create(Shelf(WOO_HOST), {"topic": topic, "delivery_url": app.url, "secret": SECRET})
    world = life.World(Voice(app.url, SECRET), Registered(Shelf(WOO_HOST)))
    for _ in range(150):
        world.happen()
    told = [notice for notice in app.heard if "X-Shopify-Topic" in notice.headers]
    return told, [notice for notice in app.heard if "X-Wc-Webhook-Topic" in notice.headers]


def _scans(told: list[Heard]) -> list[Scan]:
    found: list[Scan] = []
    for notice in told:
        if notice.headers["X-Shopify-Topic"] == "fulfillment_events/create":
            body: Json = json.loads(notice.body)
            found += [r for r in shopify.PLUGIN.parse("fulfillment_events/create", body, "USD")
                      if isinstance(r, Scan)]  # fmt: skip
    return found
