import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.reading import Unreadable
from app.platforms.base import AskStore, Broken, Consent, Record, UnknownTopic
from app.platforms.purchases import (
    Checkout,
    Order,
    OrderDeleted,
    OrderState,
    Person,
    Product,
    Refund,
    Variant,
)
from app.platforms.woocommerce import READERS, parse
from app.vocabulary import ConsentState
from tests.unit.woocommerce.recorded import RECORDED, Json, body, with_meta


def test_an_order_is_read_whole() -> None:
    order = the(Order, parse("order.updated", body("053"), "USD"))
    assert (order.external_id, order.name, order.total, order.currency) == ("19", "#19", 7963, "USD")
    assert order.placed_at == datetime(2026, 11, 22, 9, 15, 17, tzinfo=UTC)
    assert order.person.email == "ada@example.test"
    assert order.person.external_id == "2"
    mug, beanie = order.items
    assert (mug.title, mug.quantity, mug.price, mug.sku, mug.variant_title) == (
        *("Enamel Camp Mug", 3, 1573, "MUG-1"),
        None,
    )
    assert (beanie.title, beanie.variant_title, beanie.variant_id) == ("Wool Beanie", "Moss", "14")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("processing", OrderState.PLACED),
        ("completed", OrderState.PLACED),
        ("refunded", OrderState.PLACED),
        ("delivered", OrderState.PLACED),
        ("cancelled", OrderState.CANCELLED),
        *((status, OrderState.OPEN) for status in ("pending", "on-hold", "failed", "auto-draft", "my-own")),
    ],
)
def test_what_an_order_is_comes_from_its_status(status: str, state: OrderState) -> None:
    assert the(Order, parse("order.updated", body("053") | {"status": status}, "USD")).state is state


def test_a_cash_order_is_placed_when_it_was_made() -> None:
    order = the(Order, parse("order.created", body("043"), "USD"))
    assert order.placed_at == order.created_at


def test_a_draft_is_a_checkout_that_its_order_closes() -> None:
    draft = the(Checkout, parse("order.updated", body("041"), "USD"))
    order = the(Order, parse("order.created", body("043"), "USD"))
    assert draft.person is not None
    assert draft.person.email == "grace@example.test"
    assert draft.token == order.checkout_token


def test_trash_deletes() -> None:
    assert parse("order.updated", body("053") | {"status": "trash"}, "USD") == (
        OrderDeleted(external_id="19"),
    )
    assert parse("order.deleted", body("077"), "USD") == (OrderDeleted(external_id="23"),)


def test_a_refund_is_positive_and_the_total_stays() -> None:
    records = parse("order.updated", body("067"), "USD")
    assert [(r.external_id, r.amount) for r in records if isinstance(r, Refund)] == [("20", 1850)]
    assert the(Order, records).refunded == 1850


def test_an_erased_order_names_nobody() -> None:
    records = parse("order.updated", body("175"), "USD")
    order = the(Order, records)
    assert order.erased
    assert order.person == Person()
    assert order.ship_to is None
    assert not [record for record in records if isinstance(record, Consent)]


def test_core_fulfillments_are_asked_for() -> None:
    assert AskStore(errand="woocommerce.fulfillments", subject="17") in parse(
        "order.updated", body("065"), "USD"
    )


def test_a_ticked_box_for_marketing_is_consent() -> None:
    consent = the(Consent, parse("order.updated", body("167"), "USD"))
    assert (consent.state, consent.person.email) == (ConsentState.SUBSCRIBED, "opt@example.test")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("_wc_other/shop/newsletter", "0"),
        ("_wc_other/shop/marketing-opt-out", "1"),
        ("_wc_other/shop/no-newsletter", "1"),
        ("_wc_other/acme-marketing/gift-wrap", "1"),
        ("_wc_other/shop/terms", "1"),
        ("newsletter", "1"),
    ],
)
def test_nothing_else_is(key: str, value: str) -> None:
    records = parse("order.updated", with_meta(body("053"), key, value), "USD")
    assert not [record for record in records if isinstance(record, Consent)]


@pytest.mark.parametrize("status", [401, 403])
def test_an_error_in_place_of_a_body_says_reconnect(status: int) -> None:
    said = {"code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": {"status": status}}
    (broken,) = parse("order.updated", said, "USD")
    assert isinstance(broken, Broken)


def test_an_order_that_was_gone_before_it_was_told_of_says_nothing() -> None:
    assert parse("order.created", body("079"), "USD") == ()


def test_titles_are_read_as_people_read_them() -> None:
    line = body("053")["line_items"][0] | {"name": "Salt &amp; <b>Pepper</b>"}
    order = the(Order, parse("order.updated", body("053") | {"line_items": [line]}, "USD"))
    assert order.items[0].title == "Salt & Pepper"


def test_a_nul_byte_never_reaches_the_database() -> None:
    body_ = body("053")
    body_["billing"]["first_name"] = "A\x00da"
    assert the(Order, parse("order.updated", body_, "USD")).person.first_name == "Ada"


def test_a_variation_is_its_products_variant() -> None:
    variant = the(Variant, parse("product.updated", body("140"), "USD"))
    assert (variant.external_id, variant.product_id, variant.in_stock, variant.quantity) == (
        *("14", "13"),
        False,
        0,
    )


def test_a_simple_product_is_its_own_variant() -> None:
    product = the(Product, parse("product.updated", body("085"), "USD"))
    assert product.variants is not None
    assert [(v.external_id, v.in_stock, v.quantity) for v in product.variants] == [("10", True, 2)]


def test_a_cart_and_its_order_speak_of_the_same_variants() -> None:
    cart = the(Checkout, parse("cart.updated", body("163"), "USD"))
    order = the(Order, parse("order.created", body("043"), "USD"))
    assert (cart.cart_token, cart.token, cart.total) == ("t_08cbc766256e1a19943321db8fd191", None, 8098)
    assert cart.items[0].variant_id == order.items[0].variant_id


def test_a_shop_manager_is_no_shopper() -> None:
    assert parse("customer.created", body("035") | {"role": "shop_manager"}, "USD") == ()


@pytest.mark.parametrize("topic", ["coupon.created", "action.woocommerce_add_to_cart", "product.published"])
def test_a_topic_without_use_is_said_to_be(topic: str) -> None:
    with pytest.raises(UnknownTopic):
        parse(topic, {"id": 1}, "USD")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
ANY = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)
BODIES = [body(file.name[:3]) for file in sorted(RECORDED.glob("*.json")) if "ping" not in file.name]


@given(st.sampled_from(sorted(READERS)), st.sampled_from(BODIES), st.data())
def test_whatever_stands_in_a_body_is_read_or_unreadable(topic: str, sent: Json, data: st.DataObject) -> None:
    broken = _break(sent, data)
    with contextlib.suppress(Unreadable):
        parse(topic, broken if isinstance(broken, dict) else {}, "USD")


def _break(value: Any, data: st.DataObject) -> Any:
    """Put anything in place of something, however deep it lies."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 5)):
        name = data.draw(st.sampled_from(sorted(value)))
        return value | {name: _break(value[name], data)}
    if isinstance(value, list) and value and data.draw(st.integers(0, 5)):
        place = data.draw(st.integers(0, len(value) - 1))
        return [*value[:place], _break(value[place], data), *value[place + 1 :]]
    return data.draw(ANY)


def the(kind: type[Any], records: tuple[Record, ...]) -> Any:
    """Return the one record of a kind."""
    (found,) = (record for record in records if isinstance(record, kind))
    return found
