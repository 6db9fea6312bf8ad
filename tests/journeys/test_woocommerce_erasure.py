"""Who is erased in WordPress is forgotten here, with or without an account there."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.audience.models import Profile
from app.shops.install import keep_secret
from app.shops.models import Errand
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_privacy import where_is
from tests.journeys.test_woocommerce_errands import ask, kinds
from tests.journeys.test_woocommerce_order import HEADERS, deliver
from tests.unit.woocommerce.recorded import Json, body
from tests.unit.woocommerce.store import KEYS, StoreApi, playing

ADDRESS = "optacct@example.test"
CUSTOMER = "customers/5"


def test_a_shopper_with_an_account_who_was_erased_is_forgotten(shop: StoreVoice, api: StoreApi) -> None:
    api.will("GET", CUSTOMER, 200, emptied())
    erased_in_wordpress(shop)
    assert where_is(shop, ADDRESS) == []
    assert shop.session.scalars(select(Profile.erased_at)).one() is not None


def test_an_account_that_is_gone_altogether_is_forgotten(shop: StoreVoice, api: StoreApi) -> None:
    api.recorded("GET", CUSTOMER, "order_404")
    erased_in_wordpress(shop)
    assert where_is(shop, ADDRESS) == []


def test_an_order_that_was_merely_old_takes_nobody_along(shop: StoreVoice, api: StoreApi) -> None:
    api.will("GET", CUSTOMER, 200, body("172"))
    erased_in_wordpress(shop)
    assert where_is(shop, ADDRESS) != []
    assert kinds(shop) == set()


@pytest.mark.parametrize("first", ["the account", "the order"])
def test_account_and_order_may_go_in_any_order(shop: StoreVoice, api: StoreApi, first: str) -> None:
    bought(shop)
    api.recorded("GET", CUSTOMER, "order_404")
    if first == "the account":
        deliver(shop, "176_customer.deleted")
        shop.settle()
    made_anonymous(shop)
    if first == "the order":
        deliver(shop, "176_customer.deleted")
        shop.settle()
    assert where_is(shop, ADDRESS) == []


def test_who_has_another_order_stays_when_the_account_goes(shop: StoreVoice, api: StoreApi) -> None:
    other = body("170") | {"id": 41, "number": "41"}
    shop.woocommerce(json.dumps(other).encode(), HEADERS)
    bought(shop)
    made_anonymous(shop)
    deliver(shop, "176_customer.deleted")
    shop.settle()
    assert where_is(shop, ADDRESS) != []
    assert api.asked == []


@pytest.fixture
def shop(woo_store: StoreVoice) -> StoreVoice:
    keep_secret(woo_store.session, woo_store.shop, "rest_keys", KEYS)
    woo_store.session.commit()
    return woo_store


@pytest.fixture
def api() -> Iterator[StoreApi]:
    with playing() as opened:
        yield opened


def bought(shop: StoreVoice) -> None:
    for stem in ("170_order.updated_processing", "172_customer.updated"):
        deliver(shop, stem)
        shop.settle()


def made_anonymous(shop: StoreVoice) -> None:
    """Deliver what the eraser made of the order, as it did to the recorded guest's."""
    gone = body("175") | {"id": 40, "number": "40"}
    shop.woocommerce(json.dumps(gone).encode(), HEADERS)
    shop.settle()


def erased_in_wordpress(shop: StoreVoice) -> None:
    bought(shop)
    made_anonymous(shop)
    subject = shop.session.scalars(select(Errand.subject).filter_by(kind="woocommerce.erased")).one()
    ask(shop, "woocommerce.erased", subject)


def emptied() -> Json:
    """What WooCommerce's eraser leaves of a record: the account's own address, and nothing under it."""
    row = body("172")
    return row | {place: dict.fromkeys(row[place], "") for place in ("billing", "shipping")}
