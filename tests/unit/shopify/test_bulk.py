"""A file of lines is read in parts, wherever they are cut, and holds what a delivery of the same holds."""

import json
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import given
from hypothesis import strategies as st

from app.lib.reading import Unreadable
from app.platforms.purchases import Fulfillment, Order, Scan
from app.platforms.shopify import bulk
from app.platforms.shopify.bulk import Group, NoFile, Trouble
from app.vocabulary import ShipmentStatus as S
from demo.shopify import bulk as their
from demo.shopify.graphql import schema

families = st.lists(st.integers(min_value=0, max_value=5), max_size=12)
texts = st.text(alphabet="aé\u2028\u0085x", max_size=6)


@pytest.mark.parametrize("step", bulk.FILES)
def test_what_the_store_is_asked_to_write_down_is_allowed_in_bulk(step: Any) -> None:
    document = parse(bulk.document(step))
    assert validate(schema(), document) == []
    assert their.broken_rules(document) == []


@given(families, texts, st.data())
def test_parts_hold_every_object_once_with_all_its_children_wherever_they_are_cut(
    sizes: list[int], title: str, data: st.DataObject
) -> None:
    file = b"".join(written(i, size, title) for i, size in enumerate(sizes))
    found: list[Group] = []
    start, length = 0, 1
    while start < len(file):
        length = max(length, data.draw(st.integers(min_value=1, max_value=len(file))))
        part = file[start : start + length]
        new = list(bulk.groups(part, start, is_last=start + length >= len(file)))
        if not new:
            length += 1
            continue
        found += new
        start = new[-1].ends
    assert [group.node["id"] for group in found] == [f"gid://shopify/Order/{i}" for i in range(len(sizes))]
    assert [len(group.node.get("lineItems", {"nodes": []})["nodes"]) for group in found] == sizes
    assert not found or found[-1].ends == len(file)


def test_a_line_that_is_no_json_is_said_to_be_none() -> None:
    with pytest.raises(Unreadable):
        list(bulk.groups(b'{"id": "gid://shopify/Order/1"\n', 0, is_last=True))


def test_a_parcel_that_arrived_says_when_and_one_on_its_way_says_nothing_yet() -> None:
    node = order_node(
        [
            fulfillment(
                1, "DELIVERED", inTransitAt="2026-11-02T08:00:00Z", deliveredAt="2026-11-04T10:00:00Z"
            ),
            fulfillment(2, "IN_TRANSIT", inTransitAt="2026-11-02T08:00:00Z"),
            fulfillment(3, "DELIVERED"),
        ]
    )
    records = bulk.order(node)
    assert len([r for r in records if isinstance(r, Order)]) == 1
    assert len([r for r in records if isinstance(r, Fulfillment)]) == 3
    scans = [(r.fulfillment_id, r.status, r.happened_at.day) for r in records if isinstance(r, Scan)]
    assert scans == [("1", S.IN_TRANSIT, 2), ("1", S.DELIVERED, 4), ("3", S.DELIVERED, 5)]


@pytest.mark.parametrize(
    ("errors", "outcome"),
    [
        ([], "gid://shopify/BulkOperation/1"),
        ([{"code": "LIMIT_REACHED"}], None),
        ([{"code": "INVALID"}], NoFile),
    ],
)
def test_a_busy_store_is_asked_again_and_one_that_refuses_is_not(errors: list[Any], outcome: Any) -> None:
    operation = None if errors else {"id": "gid://shopify/BulkOperation/1", "status": "CREATED"}
    data = {"bulkOperationRunQuery": {"bulkOperation": operation, "userErrors": errors}}
    if outcome is NoFile:
        with pytest.raises(NoFile):
            bulk.begun(data)
    else:
        assert bulk.begun(data) == outcome


@pytest.mark.parametrize(
    ("status", "error", "trouble"),
    [
        ("FAILED", "ACCESS_DENIED", Trouble.DENIED),
        ("FAILED", "TIMEOUT", Trouble.FAILED),
        ("FAILED", None, Trouble.FAILED),
        ("CANCELED", None, Trouble.FAILED),
        ("EXPIRED", None, Trouble.FAILED),
    ],
)
def test_a_file_that_was_not_written_says_whether_to_try_again(
    status: str, error: str | None, trouble: Trouble
) -> None:
    with pytest.raises(NoFile) as failed:
        bulk.written({"bulkOperation": {"id": "gid://x", "status": status, "errorCode": error}})
    assert failed.value.trouble is trouble


@pytest.mark.parametrize("status", bulk.RUNNING)
def test_a_file_that_is_being_written_is_waited_for(status: str) -> None:
    assert bulk.written({"bulkOperation": {"id": "gid://x", "status": status}}) is None


def written(number: int, children: int, title: str) -> bytes:
    parent = f"gid://shopify/Order/{number}"
    rows = [{"id": parent, "name": title}]
    rows += [
        {"id": f"gid://shopify/LineItem/{number}{i}", "title": title, "__parentId": parent}
        for i in range(children)
    ]
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def fulfillment(number: int, shown: str, **times: str) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "status": "SUCCESS",
        "displayStatus": shown,
        "createdAt": "2026-11-01T09:00:00Z",
        "updatedAt": "2026-11-05T09:00:00Z",
        "trackingInfo": [{"company": "UPS", "number": f"1Z{number}", "url": None}],
        **times,
    }


def order_node(fulfillments: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Order/7",
        "name": "#7",
        "createdAt": "2026-11-01T08:00:00Z",
        "updatedAt": "2026-11-05T09:00:00Z",
        "processedAt": "2026-11-01T08:00:00Z",
        "displayFinancialStatus": "PAID",
        "currencyCode": "USD",
        "totalPriceSet": {"shopMoney": {"amount": "10.00"}},
        "fulfillments": fulfillments,
        "refunds": [],
    }
