"""What each shopper has bought in all, from a report whose pages may hold anybody."""

import json
from dataclasses import dataclass, field
from datetime import UTC
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests import PreparedRequest, Response

from app.lib import http
from app.platforms.woocommerce import pasts
from app.platforms.woocommerce.api import PER_PAGE, Store
from tests.unit.woocommerce.store import HOST, KEYS, URL, Asked, StoreApi, recording, respond


@dataclass
class Report(StoreApi):
    """A store whose report lists its guests in another order each time."""

    ids: set[int] = field(default_factory=set)
    looks_at_numbers: bool = True
    goes: int | None = None
    """Who is deleted once the first answer is given."""

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        query = dict(parse_qsl(urlsplit(str(request.url)).query))
        self.asked.append(Asked("GET", "reports/customers", query, {}, {}, None))
        if len(self.asked) > 1:
            self.ids.discard(self.goes or 0)
        wanted = {int(it) for it in query.get("customers", "").split(",") if it}
        there = [it for it in self.ids if not wanted or not self.looks_at_numbers or it in wanted]
        Random(len(self.asked)).shuffle(there)
        size, page = int(query["per_page"]), int(query["page"])
        some = there[(page - 1) * size : page * size]
        rows = [{"id": it, "user_id": 0, "email": f"{it}@example.com", "orders_count": 1} for it in some]
        return respond(request, 200, json.dumps(rows).encode(), {"X-WP-Total": str(len(there))})


def walked(report: Report) -> list[int]:
    """Whom a walk through a report finds, in its order."""
    found, after = list[int](), None
    http.play(HOST, report)
    try:
        for _ in range(500):
            page = pasts.pasts(Store(URL, KEYS, version=pasts.REPORTS), "EUR", UTC, after)
            found += [int(row.external_id) for row in page.rows]
            after = page.after
            if after is None:
                return found
    finally:
        http.play(HOST, None)
    raise AssertionError("it never ends")


@given(ids=st.sets(st.integers(1, 3000), max_size=400))
def test_everybody_is_found_once_though_each_page_has_another_order(ids: set[int]) -> None:
    assert sorted(walked(Report(ids=set(ids)))) == sorted(ids)


def test_whoever_is_deleted_meanwhile_hides_nobody_else() -> None:
    found = walked(Report(ids=set(range(1, 451)), goes=3))
    assert set(found) >= set(range(4, 451))


@pytest.mark.parametrize("looks_at_numbers", [True, False])
def test_where_numbers_are_far_or_not_looked_at_it_is_read_page_by_page(*, looks_at_numbers: bool) -> None:
    ids = set(range(900_000, 900_050)) if looks_at_numbers else set(range(1, 80))
    store = Report(ids=set(ids), looks_at_numbers=looks_at_numbers)
    assert set(walked(store)) == ids
    assert len(store.asked) < 120


def test_what_a_store_says_is_read_as_it_was_recorded(api: StoreApi) -> None:
    found = recording("wc-analytics_reports_customers")
    api.will("GET", "/wp-json/wc-analytics/reports/customers", 200, found["json"], X_WP_Total="3")
    page = pasts.pasts(Store(URL, KEYS, version=pasts.REPORTS), "USD", UTC)
    assert {row.external_id for row in page.rows} == {str(row["id"]) for row in found["json"]}
    (asked,) = api.asked
    assert asked.query["customers"].startswith("1,2,3,")
    assert len(asked.query["customers"].split(",")) == PER_PAGE
