"""Orders of a merchant's table are read, or said to be odd; never anything in between."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports import lists, sold
from app.imports.cells import Home, Odd
from app.imports.sold import OF_BEFORE, Sold
from app.imports.table import name_of
from app.platforms.purchases import OrderState
from app.vocabulary import PlatformKey

HOME = Home("US", "USD", PlatformKey.SHOPIFY)
WHOLE = {"name": "#7", "email": "ana@example.com", "paidat": "2024-01-02", "total": "12.50"}
cells = st.one_of(
    st.text(max_size=12), st.sampled_from(["paid", "1e400", "nan", "-1", "2024-13-01", "0", "٣"])
)
OTHERS = (
    *("id", "currency", "email", "country", "lineitemquantity", "lineitemprice"),
    *("refundedamount", "cancelledat", "trackingnumber", "phone"),
)
columns = st.sampled_from([*sold.NAME, *sold.PLACED, *sold.TOTAL, *sold.ITEM, *sold.STATUS, *OTHERS])


@given(st.lists(st.dictionaries(columns, cells.filter(str.strip)), min_size=1, max_size=4))
def test_whatever_stands_in_a_table_is_an_order_or_odd(rows: list[dict[str, str]]) -> None:
    found = outcome([WHOLE | rows[0], *rows[1:]])
    if isinstance(found, Odd):
        assert str(found).endswith(".")
    else:
        assert (found.order.updated_at, len(found.order.currency)) == (OF_BEFORE, 3)


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("paid", OrderState.PLACED),
        ("partially_refunded", OrderState.PLACED),
        ("wc-completed", OrderState.PLACED),
        ("", OrderState.PLACED),
        ("pending", OrderState.OPEN),
        ("On hold", OrderState.OPEN),
        ("Cancelled", OrderState.CANCELLED),
    ],
)
def test_the_states_of_both_stores_are_known(cell: str, state: OrderState) -> None:
    found = sold.read([WHOLE | ({"status": cell} if cell else {})], HOME)
    assert found.order.state is state
    assert found.order.placed_at == (datetime(2024, 1, 2, tzinfo=UTC) if state is OrderState.PLACED else None)


@pytest.mark.parametrize(
    ("platform", "export", "ident"),
    [
        (PlatformKey.SHOPIFY, {"financialstatus": "paid", "id": "555"}, "555"),
        (PlatformKey.WOOCOMMERCE, {"financialstatus": "paid", "id": "555"}, "file:7"),
        (PlatformKey.SHOPIFY, {"id": "555"}, "file:7"),
    ],
)
def test_only_a_stores_own_export_names_its_orders(
    platform: PlatformKey, export: dict[str, str], ident: str
) -> None:
    home = HOME._replace(platform=platform)
    assert sold.read([WHOLE | export], home).order.external_id == ident


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Name,Email,Financial Status,Paid at,Total,Lineitem name", "orders"),
        ("order_number,email,order_date,total", "orders"),
        ("order_id,tracking_number", "tracking"),
        ("Tracking Number,Checkpoint Time,Tag", "tracking"),
        ("Tracking Number", None),
        ("email,total", None),
    ],
)
def test_a_list_is_known_by_its_columns(heading: str, key: str | None) -> None:
    assert lists.list_of(tuple(map(name_of, heading.split(",")))) == key


def outcome(rows: list[dict[str, str]]) -> Sold | Odd:
    try:
        return sold.read(rows, HOME)
    except Odd as error:
        return error
