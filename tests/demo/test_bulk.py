"""Ridge & Pine writes its lists down as Shopify's bulk operations do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from werkzeug.test import Client

from app.lib import http
from app.platforms.shopify import bulk as ours
from app.platforms.shopify import graphql as client
from app.platforms.walking import Step
from demo import fakes, stories
from demo.shopify import bulk, oauth
from demo.shopify.wire import HOST
from demo.stores import Shelf
from tests.demo.wsgi import Wsgi

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WITH_LINES = "{ orders { edges { node { id name lineItems { edges { node { id } } } } } } }"
RUN = "mutation Run($query: String!, $group: Boolean!) { bulkOperationRunQuery(query: $query, groupObjects: $group) { bulkOperation { id status } userErrors { code field message } } }"  # noqa: E501


def test_a_file_is_there_a_moment_later_and_holds_each_object_on_a_line(token: str, clock: Any) -> None:
    ident = run(token, WITH_LINES)["bulkOperation"]["id"]
    assert poll(token, ident)["status"] == "RUNNING"
    clock.shift(2)
    found = poll(token, ident)
    assert (found["status"], found["rootObjectCount"]) == ("COMPLETED", str(len(stories.STORIES)))
    content = file(found["url"])
    assert len(content) == int(found["fileSize"])
    rows = [json.loads(line) for line in content.splitlines()]
    orders = [row for row in rows if "__parentId" not in row]
    assert {row["id"] for row in orders} == {f"gid://shopify/Order/{s.id}" for s in stories.ridge(NOW)}
    assert all(row.keys() == {"id", "name"} for row in orders)
    assert all(row["__parentId"] in {order["id"] for order in orders} for row in rows if row not in orders)


def test_children_stand_below_their_parent_only_where_that_was_asked_for(token: str, clock: Any) -> None:
    for group in (True, False):
        ident = run(token, WITH_LINES, group=group)["bulkOperation"]["id"]
        clock.shift(2)
        rows = [json.loads(line) for line in file(poll(token, ident)["url"]).splitlines()]
        last, is_grouped = "", True
        for row in rows:
            last = row["id"] if "__parentId" not in row else last
            is_grouped &= row.get("__parentId", last) == last
        assert is_grouped is group


def test_any_part_of_a_file_may_be_asked_for(token: str, clock: Any) -> None:
    ident = run(token, WITH_LINES)["bulkOperation"]["id"]
    clock.shift(2)
    url = poll(token, ident)["url"]
    whole, outside = file(url), http.Outside()
    assert ours.cut(outside, url, 0, 10) == whole[:10]
    assert ours.cut(outside, url, 7, 100) == whole[7:107]
    assert ours.cut(outside, url, len(whole) - 5, 100) == whole[-5:]
    assert ours.cut(outside, url, len(whole), 100) == b""


def test_no_more_than_five_at_once(token: str) -> None:
    answers = [run(token, WITH_LINES) for _ in range(6)]
    assert [bool(answer["bulkOperation"]) for answer in answers] == [True] * 5 + [False]
    assert answers[-1]["userErrors"][0]["code"] == "LIMIT_REACHED"


@pytest.mark.parametrize(
    "query",
    [
        "{ shop { name } }",
        "{ orders { edges { node { nickname } } } }",
        "{ orders { edges { node { id fulfillments { events { edges { node { id } } } } } } } }",
        "{ orders { edges",
    ],
)
def test_what_cannot_be_done_in_bulk_is_refused(query: str, token: str) -> None:
    answer = run(token, query)
    assert answer["bulkOperation"] is None
    assert answer["userErrors"][0]["code"] == "INVALID"


@pytest.mark.parametrize("step", ours.FILES)
def test_what_we_ask_for_is_written_down(step: Step, token: str) -> None:
    assert not run(token, ours.document(step))["userErrors"]
    assert bulk.WRITES_FOR


def run(token: str, query: str, *, group: bool = True) -> Any:
    asked = {"query": RUN, "variables": {"query": query, "group": group}}
    answer = Client(fakes.application).post(
        "/admin/api/2026-10/graphql.json",
        json=asked,
        headers={"X-Shopify-Access-Token": token},
        base_url=f"https://{HOST}",
    )
    assert answer.json is not None
    return answer.json["data"]["bulkOperationRunQuery"]


def poll(token: str, ident: str) -> Any:
    return client.ask(HOST, token, "BulkPoll", {"id": ident})["bulkOperation"]


def file(url: str) -> bytes:
    return http.Outside().get(url).content


@pytest.fixture
def token() -> Iterator[str]:
    shelf = Shelf(HOST)
    for sale in stories.ridge(NOW):
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    http.play(HOST, Wsgi(fakes.application))
    yield str(oauth.issue(shelf)["access_token"])
    http.play(HOST, None)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """The clock on the store's wall, which stands still."""
    with time_machine.travel(NOW, tick=False) as standing:
        yield standing
