import gzip
import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_client_schema, parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from app.lib.http import Unreachable
from app.lib.reading import Unreadable
from app.platforms import purchases
from app.platforms.shopify import answers, graphql
from app.vocabulary import ShipmentStatus
from tests.contracts.test_shopify_recordings import bend
from tests.unit.shopify.store import DOMAIN, StoreApi, playing

SCHEMA = Path(__file__).parents[3] / "demo" / "shopify" / "schema-2026-10.json.gz"
OPERATIONS = sorted(path.stem for path in graphql.OPERATIONS.glob("*.graphql"))
THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {
        "cost": {
            "requestedQueryCost": 500,
            "throttleStatus": {"maximumAvailable": 1000.0, "currentlyAvailable": 200.0, "restoreRate": 100.0},
        }
    },
}
GOOD = {"data": {"shop": {"name": "Ridge & Pine"}}}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_valid_on_the_published_schema(schema: GraphQLSchema, operation: str) -> None:
    assert validate(schema, parse(graphql.text(operation))) == []


def test_the_schema_would_notice_an_unknown_field(schema: GraphQLSchema) -> None:
    assert validate(schema, parse("{ shop { nickname } }"))


def test_an_operation_is_asked_with_the_token_at_the_current_version(api: StoreApi) -> None:
    api.will(200, GOOD)
    assert graphql.ask(DOMAIN, "secret-token", "ShopInfo") == GOOD["data"]
    (asked,) = api.asked
    assert asked.url == f"https://{DOMAIN}/admin/api/2026-10/graphql.json"
    assert asked.headers["X-Shopify-Access-Token"] == "secret-token"
    assert asked.body["operationName"] == "ShopInfo"


def test_a_throttled_question_waits_as_long_as_the_bucket_needs(api: StoreApi) -> None:
    api.will(200, THROTTLED).will(200, GOOD)
    waits: list[float] = []
    graphql.ask(DOMAIN, "t", "ShopInfo", sleep=waits.append)
    assert waits == [3.0]


@pytest.mark.parametrize(
    ("status", "headers", "wait"), [(429, {"Retry_After": "4.0"}, 4.0), (503, {}, graphql.GUESS)]
)
def test_a_busy_store_is_asked_again(
    api: StoreApi, status: int, headers: dict[str, str], wait: float
) -> None:
    api.will(status, {}, **headers).will(200, GOOD)
    waits: list[float] = []
    graphql.ask(DOMAIN, "t", "ShopInfo", sleep=waits.append)
    assert waits == [wait]


@pytest.mark.parametrize("status", graphql.CUT_SHORT)
def test_a_change_that_may_have_been_made_is_not_asked_for_again(api: StoreApi, status: int) -> None:
    api.will(status, {}).will(200, GOOD)
    with pytest.raises(Unreachable) as cut_short:
        graphql.ask(DOMAIN, "t", "FulfillmentEventCreate", {"event": {}})
    assert not cut_short.value.permanent
    assert len(api.asked) == 1


def test_patience_has_an_end(api: StoreApi) -> None:
    api.will(429, {}, Retry_After="9")
    waits: list[float] = []
    with pytest.raises(Unreachable) as refused:
        graphql.ask(DOMAIN, "t", "ShopInfo", sleep=waits.append)
    assert waits == [9.0, 9.0]
    assert not refused.value.permanent


def test_a_dead_token_has_an_error_of_its_own(api: StoreApi) -> None:
    api.will(401, {"errors": "[API] Invalid API key or access token"})
    with pytest.raises(graphql.TokenDead):
        graphql.ask(DOMAIN, "t", "ShopInfo")


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (500, {}, False),
        (402, {}, False),
        (403, {}, True),
        (404, {}, True),
        (302, {}, True),
        (200, {}, False),
        (200, {"data": None}, False),
        (200, {"data": None, "errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}, False),
        (200, {"data": None, "errors": [{"extensions": {"code": "MAX_COST_EXCEEDED"}}]}, True),
        (200, {"data": {"order": None}, "errors": [{"extensions": {"code": "ACCESS_DENIED"}}]}, True),
        (200, {"data": {"shop": {}}, "errors": [{"message": "ada@example.com is unknown"}]}, True),
    ],
)
def test_a_failure_says_whether_trying_again_helps_and_quotes_nobody(
    api: StoreApi, status: int, body: dict[str, Any], *, permanent: bool
) -> None:
    api.will(status, body)
    with pytest.raises(Unreachable) as refused:
        graphql.ask(DOMAIN, "t", "ShopInfo", sleep=lambda _: None)
    assert refused.value.permanent is permanent
    assert "ada" not in str(refused.value)


def test_withheld_personal_data_does_not_fail_the_rest(api: StoreApi) -> None:
    body = {
        "data": {"order": {"id": "1", "customer": None}},
        "errors": [{"extensions": {"code": "ACCESS_DENIED"}}],
    }
    api.will(200, body)
    assert graphql.ask(DOMAIN, "t", "Order", {"id": "1"}) == body["data"]


def test_an_answered_order_is_read_like_a_delivered_one() -> None:
    order, fulfillment, scan, refund = answers.order(ORDER)
    assert isinstance(order, purchases.Order)
    assert (order.external_id, order.state, order.total, order.refunded) == ("1042", "placed", 7963, 500)
    assert order.person.email == "ada@example.com"
    assert [(item.external_id, item.quantity, item.price) for item in order.items] == [("11", 2, 3500)]
    assert isinstance(fulfillment, purchases.Fulfillment)
    assert fulfillment.items == (("11", 2),)
    assert [parcel.number for parcel in fulfillment.parcels] == ["1Z12345E0291980793"]
    assert isinstance(scan, purchases.Scan)
    assert (scan.external_id, scan.fulfillment_id, scan.order_id) == ("9", "7", "1042")
    assert (scan.status, scan.happened_at) == (
        ShipmentStatus.IN_TRANSIT,
        datetime(2026, 11, 21, 8, tzinfo=UTC),
    )
    assert refund == purchases.Refund(
        external_id="3",
        order_id="1042",
        amount=500,
        currency="USD",
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def test_an_order_without_any_personal_data_is_read() -> None:
    bare = ORDER | dict.fromkeys(["email", "phone", "customer", "shippingAddress", "customerLocale"])
    order = answers.order(bare)[0]
    assert isinstance(order, purchases.Order)
    assert (order.person, order.ship_to) == (purchases.Person(), None)


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_bent_answer_is_read_or_refused_in_a_sentence(data: st.DataObject) -> None:
    node = deepcopy(ORDER)
    for _ in range(data.draw(st.integers(1, 4))):
        bend(node, data)
    refused = ""
    try:
        records = answers.order(node)
    except Unreadable as error:
        refused, records = str(error), ()
    assert refused or records


def test_what_the_store_says_of_itself_is_read() -> None:
    shop, scopes = answers.shop(
        {
            "shop": {"name": "Ridge & Pine", "ianaTimezone": "America/Denver", "currencyCode": "USD"},
            "currentAppInstallation": {"accessScopes": [{"handle": "read_orders"}]},
        }
    )
    assert (shop.name, shop.timezone, shop.email) == ("Ridge & Pine", "America/Denver", None)
    assert scopes.scopes == ("read_orders",)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    document = json.loads(gzip.decompress(SCHEMA.read_bytes()))
    return build_client_schema(document["data"], assume_valid=True)


@pytest.fixture
def api() -> Iterator[StoreApi]:
    with playing() as store:
        yield store


ORDER: dict[str, Any] = {
    "id": "gid://shopify/Order/1042",
    "name": "#1042",
    "createdAt": "2026-11-20T10:00:00Z",
    "updatedAt": "2026-11-21T09:00:00Z",
    "processedAt": "2026-11-20T10:00:00Z",
    "cancelledAt": None,
    "test": False,
    "email": "ada@example.com",
    "displayFinancialStatus": "PARTIALLY_REFUNDED",
    "currencyCode": "USD",
    "totalPriceSet": {"shopMoney": {"amount": "79.63"}},
    "customer": {"id": "gid://shopify/Customer/5", "firstName": "Ada", "lastName": None},
    "shippingAddress": {"city": "Denver", "countryCodeV2": "US"},
    "lineItems": {
        "nodes": [
            {
                "id": "gid://shopify/LineItem/11",
                "title": "Enamel mug",
                "currentQuantity": 2,
                "originalUnitPriceSet": {"shopMoney": {"amount": "35.0"}},
                "image": None,
            },
            {"id": "gid://shopify/LineItem/12", "title": "Taken out again", "currentQuantity": 0},
        ]
    },
    "refunds": [
        {
            "id": "gid://shopify/Refund/3",
            "processedAt": "2026-11-23T00:00:00Z",
            "totalRefundedSet": {"shopMoney": {"amount": "5.0"}},
        }
    ],
    "fulfillments": [
        {
            "id": "gid://shopify/Fulfillment/7",
            "status": "SUCCESS",
            "createdAt": "2026-11-20T12:00:00Z",
            "updatedAt": "2026-11-21T09:00:00Z",
            "trackingInfo": [
                {"company": "UPS", "number": "1Z12345E0291980793", "url": None},
                {"company": "UPS", "number": None, "url": None},
            ],
            "fulfillmentLineItems": {
                "nodes": [{"quantity": 2, "lineItem": {"id": "gid://shopify/LineItem/11"}}]
            },
            "events": {
                "nodes": [
                    {
                        "id": "gid://shopify/FulfillmentEvent/9",
                        "status": "IN_TRANSIT",
                        "happenedAt": "2026-11-21T08:00:00Z",
                    }
                ]
            },
        }
    ],
}
