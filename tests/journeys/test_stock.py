"""From what a store tells of its stock to "it is truly back", on both platforms, told or asked for."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import intake
from app.events import EventRow
from app.lib import clock
from app.platforms.purchases import Variant
from app.platforms.shopify import stock as shopify_stock
from app.shops.errands import Due
from app.shops.install import keep_secret
from app.shops.models import Errand
from app.stock import restock, shelves
from app.stock.models import Level, Location, Shelf
from jobs import stock
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.shelved import (
    ITEM,
    NOON,
    POP_UP,
    PRODUCT,
    VARIANT,
    WAREHOUSE,
    changed,
    item_node,
    place_node,
)
from tests.journeys.test_woocommerce_order import body_of
from tests.unit.shopify.store import StoreApi as ShopifyApi
from tests.unit.shopify.store import playing as playing_shopify
from tests.unit.woocommerce.store import KEYS
from tests.unit.woocommerce.store import StoreApi as WooApi
from tests.unit.woocommerce.store import playing as playing_woocommerce

MINUTE = timedelta(minutes=1)


def test_what_lies_where_nothing_is_sold_online_counts_for_nobody(ridge: StoreVoice) -> None:
    know(ridge, warehouse=0, pop_up=7)
    shelf = the_shelf(ridge)
    assert (shelf.is_there, shelf.quantity) == (False, 0)
    assert shelf.short_since is not None
    counts = ridge.session.execute(
        select(Location.name, Level.quantity).join(Level, Level.location_id == Location.id)
    )
    assert {tuple(row) for row in counts} == {("Warehouse", 0), ("Pop-up", 7)}
    level(ridge, POP_UP, 9, after=MINUTE)
    assert judged(ridge) == []


def test_a_place_that_begins_to_sell_online_counts_from_then_on(ridge: StoreVoice) -> None:
    know(ridge, warehouse=0, pop_up=7)
    place = {"nodes": [place_node(POP_UP, "Pop-up", sells=True)]}
    hear(ridge, shopify_stock.places({"locations": place}))
    assert (the_shelf(ridge).is_there, the_shelf(ridge).quantity) == (True, 7)
    assert judged(ridge) == [7]


def test_a_delivery_is_a_restock_and_said_once(ridge: StoreVoice) -> None:
    know(ridge, warehouse=0)
    level(ridge, WAREHOUSE, 20, after=MINUTE)
    level(ridge, WAREHOUSE, 18, after=2 * MINUTE)
    assert judged(ridge) == [18]
    level(ridge, WAREHOUSE, 40, after=40 * MINUTE)
    assert judged(ridge) == [18], "it was there already"


@pytest.mark.parametrize("stock_comes", ["first", "last"])
def test_a_cancelled_order_is_no_restock_whichever_is_told_first(ridge: StoreVoice, stock_comes: str) -> None:
    know(ridge, warehouse=0)
    order = payloads.order(NOON, line_items=[line(2)])
    ridge.shopify("orders/create", order)
    if stock_comes == "first":
        level(ridge, WAREHOUSE, 2)
    off = {"cancelled_at": NOON.isoformat(), "updated_at": (NOON + MINUTE).isoformat()}
    ridge.shopify("orders/cancelled", order | off)
    ridge.settle()
    if stock_comes == "last":
        level(ridge, WAREHOUSE, 2)
    assert the_shelf(ridge).is_there
    assert judged(ridge) == []
    level(ridge, WAREHOUSE, 52, after=timedelta(hours=2))
    assert judged(ridge, NOON + timedelta(hours=3)) == [52], "fifty more came from somewhere else"


def test_a_refund_explains_what_it_put_back_and_no_more(ridge: StoreVoice) -> None:
    know(ridge, warehouse=0)
    ridge.shopify("orders/create", payloads.order(NOON, line_items=[line(3)]))
    ridge.shopify("refunds/create", refund("no_restock", 3))
    level(ridge, WAREHOUSE, 2)
    assert judged(ridge) == [2], "what was refunded stayed with its shopper: somebody else brought these"


def test_goods_that_a_refund_put_back_are_no_restock(ridge: StoreVoice) -> None:
    know(ridge, warehouse=0)
    ridge.shopify("orders/create", payloads.order(NOON, line_items=[line(3)]))
    ridge.shopify("refunds/create", refund("return", 2))
    level(ridge, WAREHOUSE, 2)
    assert judged(ridge) == []


def test_a_thing_that_we_do_not_know_is_asked_for(ridge: StoreVoice, shopify_api: ShopifyApi) -> None:
    level(ridge, WAREHOUSE, 4)
    (errand,) = ridge.session.scalars(select(Errand).filter_by(kind=shopify_stock.ITEM))
    assert errand.subject == ITEM
    shopify_api.will(200, {"data": item_node(warehouse=4)})
    stock.item(due(ridge, subject=ITEM))
    assert shopify_api.asked[0].body["variables"] == {"id": f"gid://shopify/InventoryItem/{ITEM}"}
    assert the_shelf(ridge).quantity == 4


def test_catching_up_goes_place_by_place_and_page_by_page(ridge: StoreVoice, shopify_api: ShopifyApi) -> None:
    ridge.shop.scopes = " ".join(shopify_stock.SCOPES)
    ridge.session.commit()
    places = [place_node(WAREHOUSE, "Warehouse"), place_node(POP_UP, "Pop-up", sells=False)]
    shopify_api.will(200, {"data": {"locations": {"nodes": places}}})
    shopify_api.will(200, changed(WAREHOUSE, 3, after="more"))
    shopify_api.will(200, changed(WAREHOUSE, 5)).will(200, changed(POP_UP, 9))
    cursor = None
    for _ in range(4):
        cursor = stock.shopify_catch_up(due(ridge, cursor=cursor))
    assert the_shelf(ridge).quantity == 5
    assert [asked.body["variables"].get("after") for asked in shopify_api.asked[1:]] == [None, "more", None]
    assert list(json.loads(cursor or "")) == ["since"]


def test_a_store_that_does_not_let_us_count_is_not_asked(ridge: StoreVoice, shopify_api: ShopifyApi) -> None:
    assert stock.shopify_catch_up(due(ridge)) is None
    assert shopify_api.asked == []


def test_a_variation_that_comes_back_is_a_restock(harbor: StoreVoice) -> None:
    product(harbor, "140", NOON)
    shelf = the_shelf(harbor)
    assert (shelf.is_there, shelf.item) == (False, "14")
    product(harbor, "140", NOON + MINUTE, stock_status="instock", stock_quantity=6)
    assert judged(harbor) == [6]


def test_a_notice_that_comes_late_brings_nothing_back(ridge: StoreVoice) -> None:
    for minutes, quantity in ((0, 6), (2, 0), (1, 3)):
        at = NOON + minutes * MINUTE
        known = Variant(external_id=VARIANT, product_id=PRODUCT, updated_at=at, item=ITEM)
        hear(ridge, (replace(known, in_stock=quantity > 0, quantity=quantity),))
    assert (the_shelf(ridge).is_there, the_shelf(ridge).quantity) == (False, 0)
    assert judged(ridge) == []


def test_on_backorder_it_is_not_back(harbor: StoreVoice) -> None:
    product(harbor, "140", NOON)
    product(harbor, "140", NOON + MINUTE, stock_status="onbackorder", stock_quantity=0)
    assert judged(harbor) == []


def test_what_the_store_does_not_count_is_back_when_it_says_so(harbor: StoreVoice) -> None:
    product(harbor, "143", NOON, stock_status="outofstock", stock_quantity=None)
    product(harbor, "143", NOON + MINUTE, stock_status="instock", stock_quantity=None)
    assert judged(harbor) == [None]


def test_an_order_that_is_paid_back_explains_what_it_may_have_brought_back(harbor: StoreVoice) -> None:
    order: dict[str, Any] = dict(body_of("125_order.created_processing"))
    line = order["line_items"][0] | {"product_id": 13, "variation_id": 14, "quantity": 2, "price": 20}
    at = {"date_modified_gmt": f"{NOON:%Y-%m-%dT%H:%M:%S}"}
    tell(harbor, "order.updated", order | {"line_items": [line]})
    product(harbor, "140", NOON)
    product(harbor, "140", NOON + MINUTE, stock_status="instock", stock_quantity=1)
    paid_back = {"refunds": [{"id": 9, "reason": "", "total": "-20.00"}], "status": "processing", **at}
    tell(harbor, "order.updated", order | {"line_items": [line]} | paid_back)
    assert judged(harbor) == []
    product(harbor, "140", NOON + timedelta(hours=2), stock_status="instock", stock_quantity=2)
    assert judged(harbor, NOON + timedelta(hours=3)) == [2]


def test_catching_up_with_woocommerce_reads_variations_too(harbor: StoreVoice, woo_api: WooApi) -> None:
    whole: dict[str, Any] = dict(body_of("140_product.updated_publish"))
    parent = whole | {"id": 13, "type": "variable", "parent_id": 0}
    simple = dict(body_of("139_product.updated_publish"))
    woo_api.will("GET", "products", 200, [simple, parent], X_WP_TotalPages="1")
    variation = {name: value for name, value in whole.items() if name not in ("type", "parent_id")}
    woo_api.will("GET", "products/13/variations", 200, [variation], X_WP_TotalPages="1")
    cursor = stock.woocommerce_catch_up(due(harbor))
    found = {s.item: s.quantity for s in harbor.session.scalars(select(Shelf))}
    assert found == {"11": 5, "14": 0}
    assert datetime.fromisoformat(cursor) < clock.now()
    assert woo_api.to("products")[0].query["orderby"] == "modified"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ridge(shopify_store: StoreVoice) -> StoreVoice:
    keep_secret(shopify_store.session, shopify_store.shop, "offline_token", "token-1")
    shopify_store.session.commit()
    return shopify_store


@pytest.fixture
def harbor(woo_store: StoreVoice) -> StoreVoice:
    keep_secret(woo_store.session, woo_store.shop, "rest_keys", KEYS)
    woo_store.session.commit()
    return woo_store


@pytest.fixture
def shopify_api() -> Iterator[ShopifyApi]:
    with playing_shopify() as api:
        yield api


@pytest.fixture
def woo_api() -> Iterator[WooApi]:
    with playing_woocommerce() as api:
        yield api


def know(store: StoreVoice, **there: int) -> None:
    """Let the store tell all that it knows of the thing."""
    hear(store, shopify_stock.of_item(item_node(**there)))


def hear(store: StoreVoice, records: tuple[Any, ...]) -> None:
    intake.apply(store.session, store.shop, records, clock.now())
    store.session.commit()


def level(store: StoreVoice, place: str, available: int, after: timedelta = timedelta(0)) -> None:
    at = (NOON + after).isoformat()
    body = {"inventory_item_id": int(ITEM), "location_id": int(place), "available": available}
    assert store.shopify("inventory_levels/update", body | {"updated_at": at}) == 200
    store.settle()


def product(store: StoreVoice, number: str, at: datetime, **changes: object) -> None:
    stem = f"{number}_product.updated_publish"
    body: dict[str, Any] = dict(body_of(stem)) | {"date_modified_gmt": f"{at:%Y-%m-%dT%H:%M:%S}"}
    tell(store, "product.updated", body | changes)


def tell(store: StoreVoice, topic: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json", "X-WC-Webhook-Topic": topic}
    assert store.woocommerce(json.dumps(body).encode(), headers) == 200
    store.settle()


def judged(store: StoreVoice, at: datetime = NOON + 3 * MINUTE) -> list[int | None]:
    """Let what rose settle, and return how many there were each time that something was back."""
    with time_machine.travel(at + restock.SETTLE, tick=False):
        waiting = select(Errand).filter_by(kind=shelves.JUDGE).where(Errand.due_at <= clock.now())
        for errand in store.session.scalars(waiting).all():
            shelves.judge(store.session, store.shop.id, int(errand.subject))
            store.session.delete(errand)
        store.session.commit()
    store.session.expire_all()
    told = select(EventRow).filter_by(kind="back_in_stock").order_by(EventRow.id)
    return [row.data["quantity"] for row in store.session.scalars(told)]


def the_shelf(store: StoreVoice) -> Shelf:
    store.session.expire_all()
    return store.session.scalars(select(Shelf)).one()


def due(store: StoreVoice, subject: str = "", cursor: str | None = None) -> Due:
    store.session.commit()
    return Due(id=0, fence=0, asks=0, shop_id=store.shop.id, kind="stock", subject=subject, cursor=cursor)


def line(quantity: int) -> dict[str, Any]:
    ids = {"id": 466157049, "product_id": int(PRODUCT), "variant_id": int(VARIANT)}
    return {**ids, "title": "Mug", "quantity": quantity, "current_quantity": quantity, "price": "20.00"}


def refund(restock_type: str, quantity: int) -> dict[str, Any]:
    back = {"line_item_id": 466157049, "quantity": quantity, "restock_type": restock_type}
    return {
        "id": 509562969,
        "order_id": 1042,
        "created_at": NOON.isoformat(),
        "processed_at": NOON.isoformat(),
        "transactions": [],
        "refund_line_items": [back | {"subtotal": 60.0, "total_tax": 0}],
    }
