"""A cart in a WooCommerce store, as the companion plug-in tells of it, and the order that closes it."""

import json
from itertools import permutations
from typing import Any

from sqlalchemy import select

from app.commerce.models import Checkout, Order
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_woocommerce_order import body_of

Notice = tuple[str, dict[str, Any]]


def test_a_cart_its_draft_and_its_order_end_closed_in_every_order_of_arrival(woo_store: StoreVoice) -> None:
    orders_of_arrival = list(permutations(range(4)))
    for number, places in enumerate(orders_of_arrival):
        told = purchase(number)
        for place in places:
            tell(woo_store, *told[place])
    woo_store.settle()
    carts = woo_store.session.scalars(select(Checkout)).all()
    assert {cart.cart_token for cart in carts} == {f"cart-{n}" for n in range(len(orders_of_arrival))}
    assert len(carts) == len(orders_of_arrival)
    assert [cart.cart_token for cart in carts if cart.completed_at is None] == []
    assert {cart.email for cart in carts} == {"mae@example.test"}
    assert len(woo_store.session.scalars(select(Order.id)).all()) == len(orders_of_arrival)


def test_a_cart_that_is_told_of_after_its_order_is_closed_too(woo_store: StoreVoice) -> None:
    cart, _, _, order = purchase(1)
    for notice in (order, cart):
        tell(woo_store, *notice)
        woo_store.settle()
    checkout = woo_store.session.scalars(select(Checkout)).one()
    assert checkout.token is None, "it was never a draft"
    assert checkout.completed_at is not None


def test_another_cart_of_the_same_shopper_stays_open(woo_store: StoreVoice) -> None:
    cart, _, _, order = purchase(1)
    for notice in (order, cart, purchase(2)[0]):
        tell(woo_store, *notice)
        woo_store.settle()
    still_open = select(Checkout.cart_token).filter_by(completed_at=None)
    assert woo_store.session.scalars(still_open).all() == ["cart-2"]


def test_a_cart_that_was_taken_back_stays_so_whichever_comes_first(woo_store: StoreVoice) -> None:
    told, changed, _, _ = purchase(1)
    gone: Notice = ("cart.deleted", {"id": "cart-1"})
    others = [(told[0], told[1] | {"id": "cart-2"}), ("cart.deleted", {"id": "cart-2"})]
    for notice in (gone, told, changed, *others):
        tell(woo_store, *notice)
        woo_store.settle()
    carts = woo_store.session.scalars(select(Checkout).order_by(Checkout.cart_token)).all()
    assert [cart.deleted_at is None for cart in carts] == [False, False]
    assert carts[0].email is None, "what was declined before it was told is not kept"


def purchase(number: int) -> list[Notice]:
    """Return what a store tells of one purchase: the cart, twice, the checkout's draft, and the order."""
    name = {"id": 900, "key": "_doorstep_cart", "value": f"cart-{number}"}
    cart: dict[str, Any] = dict(body_of("163_cart.updated"))
    cart |= {"id": f"cart-{number}", "email": "mae@example.test"}
    ident = {"id": 5000 + number, "number": str(5000 + number), "meta_data": [name]}
    draft: dict[str, Any] = dict(body_of("121_order.updated_checkout-draft")) | ident
    order: dict[str, Any] = dict(body_of("125_order.created_processing"))
    order |= ident | {"billing": order["billing"] | {"email": "mae@example.test"}}
    return [
        ("cart.updated", cart),
        ("cart.updated", cart | {"total": "99.00"}),
        ("order.updated", draft),
        ("order.created", order),
    ]


def tell(store: StoreVoice, topic: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json", "X-WC-Webhook-Topic": topic}
    assert store.woocommerce(json.dumps(body).encode(), headers) == 200
