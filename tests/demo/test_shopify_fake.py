"""Ridge & Pine's back office answers as Shopify's does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from werkzeug.test import Client

from app.lib import http
from app.platforms import shopify
from app.platforms.base import Record
from app.platforms.purchases import Order, Refund, Scan
from app.platforms.shopify import answers, bulk, consent, discounts, marking, ratings, telling
from app.platforms.shopify import graphql as our_client
from app.platforms.walking import Step
from app.vocabulary import ConsentState, Medium
from demo import fakes, stories
from demo.sales import Sale
from demo.shopify import discounts as made
from demo.shopify import listed, notices, oauth, stock, told, wire
from demo.shopify.wire import HOST
from demo.shoppers import RIDGE
from demo.stores import Shelf
from demo.things import RIDGE as THINGS
from tests.demo.wsgi import Wsgi

pytestmark = pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CUSTOMER = str(wire.SHOP_ID + RIDGE[0].id)
OPERATIONS = sorted(our_client.OPERATIONS.glob("*.graphql"))
VARIABLES: dict[str, dict[str, Any]] = {
    "Order": {"id": f"gid://shopify/Order/{stories.SHOWN}"},
    "FulfillmentEvents": {"id": f"gid://shopify/Fulfillment/{stories.SHOWN}1"},
    "FulfillmentScans": {"ids": [f"gid://shopify/Fulfillment/{stories.SHOWN}1"]},
    "FulfillmentEventCreate": {
        "event": {
            "fulfillmentId": f"gid://shopify/Fulfillment/{stories.SHOWN}1",
            "status": "OUT_FOR_DELIVERY",
            "happenedAt": "2026-11-24T11:00:00+00:00",
        }
    },
    "OrdersUpdatedSince": {"since": "updated_at:>='2026-01-01T00:00:00Z'"},
    "BulkRun": {"query": bulk.document(Step.ORDERS)},
    "BulkPoll": {"id": "gid://shopify/BulkOperation/1"},
    "StockOfItem": {"id": listed.gid("InventoryItem", THINGS[stories.SHIRT].inventory_item)},
    "StockChanged": {
        "place": listed.gid("Location", stock.WAREHOUSE),
        "since": "updated_at:>='2026-01-01T00:00:00Z'",
    },
    "OrderNote": marking.asked(str(stories.SHOWN)),
    "OrderNoteUpdate": marking.noted(str(stories.SHOWN), "", "They called."),
    "TagsAdd": marking.tagged("order tag", str(stories.SHOWN), "vip"),
    "DiscountByCode": discounts.asked("SAMPLE"),
    "DiscountCreate": discounts.discount("ANOTHER", 10, NOW + timedelta(days=14)),
    "DiscountCodesAdd": discounts.codes(listed.gid("DiscountCodeNode", 1), ["ONE", "TWO"]),
    "DiscountCodesAdded": {"id": listed.gid("DiscountRedeemCodeBulkCreation", 1)},
    "DiscountCodesDelete": {
        "discount": listed.gid("DiscountCodeNode", 1),
        "codes": [listed.gid("DiscountRedeemCode", 1)],
    },
    "ProductRating": ratings.asked(str(stories.SHIRT)),
    "MetafieldsSet": ratings.written(str(stories.SHIRT), 4.5, 2, ratings.Known(None, None, None, None)),
    "MetafieldsDelete": ratings.emptied(str(stories.SHIRT)),
    "CustomerConsent": consent.asked(CUSTOMER),
    "CustomerEmailConsentUpdate": consent.written(
        CUSTOMER, Medium.EMAIL, ConsentState.SUBSCRIBED, NOW, is_confirmed=True
    ),
    "CustomerSmsConsentUpdate": consent.written(
        CUSTOMER, Medium.SMS, ConsentState.UNSUBSCRIBED, NOW, is_confirmed=False
    ),
}


@pytest.mark.parametrize("file", OPERATIONS, ids=lambda file: str(file.stem))
def test_every_operation_of_ours_is_answered_whole(file: Path, token: str) -> None:
    data = our_client.ask(HOST, token, file.stem, VARIABLES.get(file.stem))
    assert all(value is not None for value in data.values())


def test_an_event_that_an_app_makes_is_kept_shown_and_announced(
    token: str, announced: list[tuple[str, Any]]
) -> None:
    made = telling.made(
        our_client.ask(HOST, token, "FulfillmentEventCreate", VARIABLES["FulfillmentEventCreate"])
    )
    found = our_client.ask(HOST, token, "FulfillmentEvents", VARIABLES["FulfillmentEvents"])
    known = telling.known(found, f"{stories.SHOWN}1", str(stories.SHOWN))
    assert known is not None
    newest = known[0]
    assert (newest.external_id, newest.raw_status) == (made, "out_for_delivery")
    (topic, body), (changed, _) = announced
    assert (topic, changed) == ("fulfillment_events/create", "fulfillments/update")
    (scan,) = shopify.PLUGIN.parse(topic, body, "USD")
    assert isinstance(scan, Scan)
    assert (scan.external_id, scan.happened_at, scan.raw_status) == (
        made,
        newest.happened_at,
        "out_for_delivery",
    )


def test_an_event_of_no_fulfillment_is_refused_without_its_words(token: str) -> None:
    event = {"fulfillmentId": "gid://shopify/Fulfillment/1", "status": "DELIVERED"}
    with pytest.raises(http.Unreachable, match=r"refuses fulfillmentEvent\.fulfillmentId") as refused:
        telling.made(our_client.ask(HOST, token, "FulfillmentEventCreate", {"event": event}))
    assert refused.value.permanent


def test_an_order_has_its_parcels_and_scans(token: str) -> None:
    order = our_client.ask(HOST, token, "Order", VARIABLES["Order"])["order"]
    assert order["name"] == f"#{stories.SHOWN - stories.FIRST_RIDGE + 1001}"
    assert [line["title"] for line in order["lineItems"]["nodes"]] == ["Merino Overshirt", "Enamel Camp Mug"]
    scans = order["fulfillments"][0]["events"]["nodes"]
    assert [scan["status"] for scan in scans] == [
        "IN_TRANSIT",
        "IN_TRANSIT",
        "CARRIER_PICKED_UP",
        "LABEL_PRINTED",
    ]


@pytest.mark.parametrize("sale", list(stories.ridge(NOW)), ids=lambda sale: str(sale.number))
def test_an_order_asked_for_reads_as_the_order_that_was_told(sale: Sale, token: str) -> None:
    variables = {"id": f"gid://shopify/Order/{sale.id}"}
    asked = answers.order(our_client.ask(HOST, token, "Order", variables)["order"])
    told = {r for _, body in notices.whole(sale) for r in shopify.PLUGIN.parse(_, body, "USD")}
    if "returning_to_sender" not in {scan.status for parcel in sale.parcels for scan in parcel.scans}:
        assert {_plain(record) for record in asked} <= {_plain(record) for record in told}


def test_an_order_that_the_store_never_had_is_null(token: str) -> None:
    assert our_client.ask(HOST, token, "ShopInfo")["shop"]["name"] == "Ridge & Pine"
    answer = _api({"query": '{ order(id: "gid://shopify/Order/19") { id } }'}, token)
    assert answer.json == {"data": {"order": None}, "extensions": answer.json["extensions"]}


@pytest.mark.parametrize("kind", ["Order", "Fulfillment", "Customer", "Product", "ProductVariant"])
def test_any_object_is_found_by_its_global_id(kind: str, token: str) -> None:
    sale = next(stories.ridge(NOW))
    thing = sale.lines[0][0]
    idents = {"Order": sale.id, "Fulfillment": sale.parcels[0].id, "Customer": wire.SHOP_ID + sale.shopper,
              "Product": thing, "ProductVariant": thing * 10 + 1}  # fmt: skip
    ident = f"gid://shopify/{kind}/{idents[kind]}"
    query = "query($id: ID!) { node(id: $id) { __typename id } }"
    found = _api({"query": query, "variables": {"id": ident}}, token).json["data"]["node"]
    assert found == {"__typename": kind, "id": ident}


def test_orders_come_in_pages_oldest_change_first(token: str) -> None:
    seen: list[dict[str, Any]] = []
    after = None
    while True:
        query = "query($a: String) { orders(first: 10, after: $a, sortKey: UPDATED_AT) { nodes { id updatedAt } pageInfo { hasNextPage endCursor } } }"  # noqa: E501
        page = _api({"query": query, "variables": {"a": after}}, token).json["data"]["orders"]
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len({row["id"] for row in seen}) == len(seen) == len(stories.STORIES)
    assert [row["updatedAt"] for row in seen] == sorted(row["updatedAt"] for row in seen)


def test_only_orders_changed_since_are_found(token: str) -> None:
    since = (NOW - timedelta(hours=24)).isoformat().replace("+00:00", "Z")
    found = our_client.ask(HOST, token, "OrdersUpdatedSince", {"since": f"updated_at:>='{since}'"})
    assert 0 < len(found["orders"]["nodes"]) < len(stories.STORIES)


def test_a_field_outside_the_schema_is_refused_as_shopify_refuses_it(token: str) -> None:
    answer = _api({"query": "{ shop { nickname } }"}, token)
    assert answer.status_code == 200
    assert answer.json["errors"][0]["extensions"]["code"] == "undefinedField"


def test_an_empty_bucket_throttles_and_fills_again(token: str) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        Shelf(HOST).put("store", "bucket", {"points": 0, "at": NOW.timestamp()})
        throttled = _api({"query": "{ shop { name } }"}, token).json
        assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
        clock.shift(1)
        assert _api({"query": "{ shop { name } }"}, token).json["data"]["shop"]["name"] == "Ridge & Pine"


def test_a_wrong_token_is_refused_in_shopifys_words() -> None:
    answer = _api({"query": "{ shop { name } }"}, "shpat_wrong")
    assert (answer.status_code, answer.json) == (
        401,
        {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"},
    )


@pytest.fixture
def token() -> Iterator[str]:
    """The store with its orders, reachable as the app reaches it."""
    shelf = Shelf(HOST)
    for sale in stories.ridge(NOW):
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    row = {"id": "gid://shopify/BulkOperation/1", "query": "{ products { edges { node { id } } } }"}
    shelf.put("bulk", row["id"], {**row, "group": True, "at": 0})
    office = made.root(shelf)
    sample = discounts.discount("SAMPLE", 10, NOW + timedelta(days=14))["discount"]
    office["discountCodeBasicCreate"](basicCodeDiscount=sample)
    office["discountRedeemCodeBulkAdd"](
        discountId=listed.gid("DiscountCodeNode", 1), codes=[{"code": "FIRST"}]
    )
    http.play(HOST, Wsgi(fakes.application))
    yield str(oauth.issue(shelf)["access_token"])
    http.play(HOST, None)


def _api(asked: dict[str, Any], token: str) -> Any:
    return Client(fakes.application).post(
        "/admin/api/2026-10/graphql.json",
        json=asked,
        headers={"X-Shopify-Access-Token": token},
        base_url=f"https://{HOST}",
    )


def _plain(record: Record) -> Record:
    """Leave out what only one of the two says: pictures, what went back, when a shopper's record changed."""
    if isinstance(record, Refund):
        return replace(record, items=None)
    if not isinstance(record, Order):
        return record
    items = tuple(replace(item, image_url=None) for item in record.items)
    return replace(record, items=items, person=replace(record.person, phone=None, updated_at=None))


@pytest.fixture(autouse=True)
def announced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What the store would tell the app."""
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(told, "announce", found.extend)
    return found
