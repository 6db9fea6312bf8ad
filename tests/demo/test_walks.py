"""Walks through the sample stores bring everything, page by page, as the same records as deliveries."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from app.lib import http
from app.platforms import shopify, woocommerce
from app.platforms.base import Consent
from app.platforms.purchases import Fulfillment, Order, OrderDeleted, Past, Person, Product, Refund, Scan
from app.platforms.shopify import graphql
from app.platforms.shopify import walk as shopify_walk
from app.platforms.walking import Found, Page, Window
from app.platforms.woocommerce import walk as woo_walk
from app.platforms.woocommerce.api import PER_PAGE, Store
from app.vocabulary import ConsentState, Medium
from demo import fakes, stories
from demo.shopify import notices, oauth
from demo.shopify import wire as shopify_wire
from demo.shoppers import HARBOR, RIDGE
from demo.stores import Shelf
from demo.woocommerce import auth
from demo.woocommerce import wire as woo_wire
from tests.demo.wsgi import Wsgi

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALWAYS = Window()


def test_a_walk_on_shopify_brings_every_order_with_all_that_belongs_to_it(ask: shopify_walk.Ask) -> None:
    rows = walked(partial(shopify_walk.orders, ask, ALWAYS))
    assert {row.external_id for row in rows} == {str(sale.id) for sale in stories.ridge(NOW)}
    assert [row.updated_at for row in rows] == sorted(row.updated_at for row in rows if row.updated_at)
    found = {type(record) for row in rows for record in row.records or ()}
    assert found == {Order, Fulfillment, Scan, Refund}
    for sale in stories.ridge(NOW):
        told = {
            record.external_id
            for topic, body in notices.whole(sale)
            for record in shopify.PLUGIN.parse(topic, body, "USD")
            if isinstance(record, Fulfillment | Scan | Refund)
        }
        (row,) = [row for row in rows if row.external_id == str(sale.id)]
        assert told == {
            r.external_id for r in row.records or () if isinstance(r, Fulfillment | Scan | Refund)
        }


def test_a_window_on_shopify_holds_what_changed_within_it(ask: shopify_walk.Ask) -> None:
    since, until = NOW - timedelta(hours=48), NOW - timedelta(hours=4)
    rows = walked(partial(shopify_walk.orders, ask, Window(since=since, until=until)))
    within = {str(sale.id) for sale in stories.ridge(NOW) if since <= sale.updated_at <= until}
    assert {row.external_id for row in rows} == within
    assert 0 < len(within) < len(stories.STORIES)


def test_only_what_is_wanted_is_asked_for_whole(ask: shopify_walk.Ask, store: Store) -> None:
    asked: list[str] = []

    def counting(operation: str, variables: dict[str, object]) -> dict[str, object]:
        asked.append(operation)
        return ask(operation, variables)

    rows = walked(partial(shopify_walk.orders, counting, ALWAYS, wanted=lambda listed: list(listed)[:2]))
    assert asked == ["OrdersUpdatedSince", "Order", "Order"]
    assert [row.records is not None for row in rows[:3]] == [True, True, False]
    rows = walked(partial(woo_walk.orders, store, "EUR", ALWAYS, wanted=lambda _: ()))
    assert rows
    assert all(row.records is None for row in rows)


def test_shoppers_on_shopify_come_with_consent_and_past(ask: shopify_walk.Ask) -> None:
    rows = walked(partial(shopify_walk.customers, ask, ALWAYS))
    records = [record for row in rows for record in row.records or ()]
    assert {p.email for p in records if isinstance(p, Person)} == {shopper.email for shopper in RIDGE}
    said = {(c.medium, c.state, c.is_confirmed) for c in records if isinstance(c, Consent)}
    assert (Medium.EMAIL, ConsentState.SUBSCRIBED, True) in said
    assert (Medium.SMS, ConsentState.SUBSCRIBED, False) in said
    assert not [c for c in records if isinstance(c, Consent) and c.at is None]
    pasts = [past for past in records if isinstance(past, Past)]
    assert len(pasts) == len(RIDGE)
    assert sum(past.orders for past in pasts) > len(stories.STORIES)
    assert all(past.currency == "USD" for past in pasts)


def test_products_come_with_their_variants(ask: shopify_walk.Ask, store: Store) -> None:
    for walk in (
        partial(shopify_walk.products, ask, "USD", ALWAYS),
        partial(woo_walk.products, store, "EUR", ALWAYS),
    ):
        products = [r for row in walked(walk) for r in row.records or () if isinstance(r, Product)]
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


def test_what_was_thrown_away_is_in_a_list_of_its_own(store: Store) -> None:
    sale = next(stories.harbor(NOW)).model_copy(update={"id": 7, "state": "trash"})
    Shelf(woo_wire.HOST).put("sale", 7, sale.model_dump(mode="json"))
    (row,) = walked(partial(woo_walk.orders, store, "EUR", ALWAYS, status="trash"))
    assert row.records == (OrderDeleted(external_id="7"),)


def test_shoppers_on_woocommerce_have_accounts_and_a_past_even_as_guests(store: Store) -> None:
    rows = walked(partial(woo_walk.customers, store, ALWAYS))
    assert len(rows) == len(HARBOR) // 2
    reports = Store(woo_wire.HOME, keys(), version=woo_walk.REPORTS)
    pasts = [
        record
        for row in walked(partial(woo_walk.pasts, reports, "EUR", woo_wire.ZONE))
        for record in row.records or ()
        if isinstance(record, Past)
    ]
    assert len(pasts) == len(HARBOR)
    assert {past.person.external_id is None for past in pasts} == {True, False}
    newest = max(sale.placed_at for sale in stories.harbor(NOW) if sale.state == "paid")
    assert max(past.last_order_at for past in pasts if past.last_order_at) == newest.replace(microsecond=0)


def test_a_store_without_the_report_has_no_pasts(store: Store) -> None:
    elsewhere = Store(woo_wire.HOME, keys(), version="wc-none")
    assert woo_walk.pasts(elsewhere, "EUR", woo_wire.ZONE) == Page(rows=())
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
def ask() -> Iterator[shopify_walk.Ask]:
    """Ridge & Pine, as the app asks it."""
    shelf = Shelf(shopify_wire.HOST)
    for sale in stories.ridge(NOW):
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    token = str(oauth.issue(shelf)["access_token"])
    http.play(shopify_wire.HOST, Wsgi(fakes.application))
    yield lambda operation, variables: graphql.ask(shopify_wire.HOST, token, operation, variables)
    http.play(shopify_wire.HOST, None)


@pytest.fixture
def store() -> Iterator[Store]:
    """Harbor Goods, as the app asks it."""
    shelf = Shelf(woo_wire.HOST)
    for sale in stories.harbor(NOW):
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    http.play(woo_wire.HOST, Wsgi(fakes.application))
    yield Store(woo_wire.HOME, keys())
    http.play(woo_wire.HOST, None)
