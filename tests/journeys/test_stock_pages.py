"""A store's products are caught up a page at a time, and one that is odd holds up none."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.lib import clock
from app.shops.errands import Due
from app.shops.install import keep_secret
from app.shops.models import Errand
from app.stock.models import Shelf
from jobs import stock
from tests.journeys.conftest import StoreVoice
from tests.journeys.shelved import NOON
from tests.journeys.test_woocommerce_order import body_of
from tests.unit.woocommerce.store import KEYS, StoreApi, playing


def test_many_products_are_asked_for_a_page_at_a_time(
    harbor: StoreVoice, woo_api: StoreApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "SLICE", -1)
    simple: dict[str, Any] = dict(body_of("139_product.updated_publish"))
    odd = simple | {"id": 12, "date_modified_gmt": "yesterday"}
    woo_api.will("GET", "products", 200, [odd, simple], X_WP_TotalPages="2")
    woo_api.will("GET", "products", 200, [simple | {"id": 15}], X_WP_TotalPages="1")
    cursor = stock.woocommerce_catch_up(due(harbor, None))
    assert (len(woo_api.asked), harbor.session.scalars(select(Shelf.item)).all()) == (1, ["11"])
    goes_on = select(Errand.due_at).filter_by(kind="stock")
    assert harbor.session.scalars(goes_on).one() <= clock.now()
    cursor = stock.woocommerce_catch_up(due(harbor, cursor))
    assert set(harbor.session.scalars(select(Shelf.item))) == {"11", "15"}
    cursor = stock.woocommerce_catch_up(due(harbor, cursor))
    assert datetime.fromisoformat(cursor) == NOON - stock.OVERLAP
    assert len(woo_api.to("products")) == 2


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def harbor(woo_store: StoreVoice) -> StoreVoice:
    keep_secret(woo_store.session, woo_store.shop, "rest_keys", KEYS)
    woo_store.session.commit()
    return woo_store


@pytest.fixture
def woo_api() -> Iterator[StoreApi]:
    with playing() as api:
        yield api


def due(store: StoreVoice, cursor: str | None) -> Due:
    store.session.commit()
    return Due(id=0, fence=0, asks=0, shop_id=store.shop.id, kind="stock", subject="", cursor=cursor)
