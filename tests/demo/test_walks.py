"""Walks through the sample stores bring everything, page by page, as the same records as deliveries."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from app.lib import http
from app.platforms import woocommerce
from app.platforms.purchases import Past, Product
from app.platforms.walking import Found, Page, Window
from app.platforms.woocommerce import pasts as woo_pasts
from app.platforms.woocommerce import walk as woo_walk
from app.platforms.woocommerce.api import PER_PAGE, Store
from demo import fakes, stories
from demo.shoppers import HARBOR
from demo.stores import Shelf
from demo.woocommerce import auth
from demo.woocommerce import wire as woo_wire
from tests.demo.wsgi import Wsgi

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALWAYS = Window()


def test_products_come_with_their_variants(store: Store) -> None:
    rows = walked(partial(woo_walk.products, store, "EUR", ALWAYS))
    products = [r for row in rows for r in row.records or () if isinstance(r, Product)]
    assert len(products) >= 6
    assert all(p.title and p.image_url and p.variants and p.variants[0].price for p in products)


def test_a_walk_on_woocommerce_brings_every_order_but_drafts(store: Store) -> None:
    rows = walked(partial(woo_walk.orders, store, "EUR", ALWAYS))
    sales = [sale for sale in stories.harbor(NOW) if sale.state != "draft"]
    assert {row.external_id for row in rows} == {str(sale.id) for sale in sales}
    for sale in sales:
        (row,) = [row for row in rows if row.external_id == str(sale.id)]
        assert row.records == woocommerce.parse("order.updated", woo_wire.order(sale), "EUR")


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(milliseconds=400), timedelta(seconds=3)])
def test_orders_of_one_moment_are_all_found_whatever_the_page_ends_on(store: Store, apart: timedelta) -> None:
    sale, shelf = next(stories.harbor(NOW)), Shelf(woo_wire.HOST)
    many = 2 * PER_PAGE + 7
    for i in range(many):
        at = (NOW + i * apart).replace(microsecond=0)
        copy = sale.model_copy(update={"id": 900_000 + i, "updated_at": at})
        shelf.put("sale", copy.id, copy.model_dump(mode="json"))
    rows = walked(partial(woo_walk.orders, store, "EUR", Window(since=NOW - timedelta(seconds=1))))
    assert {row.external_id for row in rows} >= {str(900_000 + i) for i in range(many)}


def test_shoppers_on_woocommerce_have_accounts_and_a_past_even_as_guests(store: Store) -> None:
    rows = walked(partial(woo_walk.customers, store, ALWAYS))
    assert len(rows) == len(HARBOR) // 2
    reports = Store(woo_wire.HOME, keys(), version=woo_pasts.REPORTS)
    pasts = [
        record
        for row in walked(partial(woo_pasts.pasts, reports, "EUR", woo_wire.ZONE))
        for record in row.records or ()
        if isinstance(record, Past)
    ]
    assert len(pasts) == len(HARBOR)
    assert {past.person.external_id is None for past in pasts} == {True, False}
    newest = max(sale.placed_at for sale in stories.harbor(NOW) if sale.state == "paid")
    assert max(past.last_order_at for past in pasts if past.last_order_at) == newest.replace(microsecond=0)


def test_a_store_without_the_report_has_no_pasts(store: Store) -> None:
    elsewhere = Store(woo_wire.HOME, keys(), version="wc-none")
    assert woo_pasts.pasts(elsewhere, "EUR", woo_wire.ZONE) == Page(rows=())
    assert store


def test_a_store_that_asks_for_patience_says_how_long() -> None:
    assert http.Busy("slow down", "120").wait == timedelta(minutes=2)
    assert http.Busy("slow down", "Wed, 21 Oct 2026 07:28:00 GMT").wait == timedelta(0)


def walked(turn: Callable[..., Page]) -> list[Found]:
    """Return every row of every page."""
    rows: list[Found] = []
    after = None
    while True:
        page = turn(after=after)
        rows += page.rows
        if page.after is None:
            return rows
        assert page.after != after
        after = page.after


def keys() -> str:
    """Return fresh keys of Harbor Goods."""
    made = auth.issue(Shelf(woo_wire.HOST), "read_write")
    return f"{made['consumer_key']}:{made['consumer_secret']}"


@pytest.fixture
def store() -> Iterator[Store]:
    """Harbor Goods, as the app asks it."""
    shelf = Shelf(woo_wire.HOST)
    for sale in stories.harbor(NOW):
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    http.play(woo_wire.HOST, Wsgi(fakes.application))
    yield Store(woo_wire.HOME, keys())
    http.play(woo_wire.HOST, None)
