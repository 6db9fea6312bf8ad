from datetime import UTC

import pytest

from app.lib.http import Unreachable
from app.platforms.walking import Page, Window
from app.platforms.woocommerce import pasts, walk
from app.platforms.woocommerce.api import Store
from tests.unit.woocommerce.store import KEYS, NO_ROUTE, URL, StoreApi


def test_rows_that_a_plug_in_hides_do_not_end_the_walk(api: StoreApi) -> None:
    rows = [{"id": 7, "status": "processing", "date_modified_gmt": "2026-11-20T10:00:00"}]
    api.will("GET", "orders", 200, rows, X_WP_Total="150", X_WP_TotalPages="2")
    page = walk.orders(Store(URL, KEYS), "EUR", Window())
    assert (page.after, page.total, page.left) == ("2026-11-20T09:59:59+00:00|1", 150, 50)


def test_a_store_whose_woocommerce_is_switched_off_is_no_empty_store(api: StoreApi) -> None:
    for endpoint in ("orders", "products", "customers", "reports/customers"):
        api.will("GET", endpoint, *NO_ROUTE)
    store = Store(URL, KEYS)
    for turn in (walk.orders, walk.products):
        with pytest.raises(Unreachable):
            turn(store, "EUR", Window())
    with pytest.raises(Unreachable):
        walk.customers(store, Window())
    assert pasts.pasts(store, "EUR", UTC) == Page(rows=()), "not every store has this report"
