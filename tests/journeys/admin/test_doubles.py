"""Which of a store's own mails would say the same: asked of the store, or said by its merchant."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.flows import doubles, switches
from app.platforms.woocommerce import mailers
from app.shops.install import keep_secret
from app.vocabulary import Trigger
from jobs import doubles as jobs
from jobs import woocommerce
from tests.journeys.admin.conftest import sign_in, token
from tests.journeys.conftest import StoreVoice
from tests.unit.woocommerce.store import KEYS, StoreApi, playing

NO_SUCH_GROUP = (404, {"code": "rest_setting_setting_group_invalid", "message": "Invalid setting group."})
STATUS = {
    "active_plugins": [
        {"plugin": "woo-advanced-shipment-tracking/woocommerce-advanced-shipment-tracking.php"},
        {"plugin": "trackship-for-woocommerce/trackship-for-woocommerce.php"},
        {"plugin": "woocommerce/woocommerce.php"},
    ]
}


@pytest.fixture
def api() -> Iterator[StoreApi]:
    with playing() as store:
        store.will("GET", "system_status", 200, STATUS)
        yield store


@pytest.fixture
def shop(woo_store: StoreVoice) -> StoreVoice:
    keep_secret(woo_store.session, woo_store.shop, "rest_keys", KEYS)
    woo_store.session.commit()
    return woo_store


def test_a_store_tells_which_of_its_mails_are_on_and_who_else_mails(shop: StoreVoice, api: StoreApi) -> None:
    says(api, processing="yes", completed="no")
    asked(shop)
    shop.session.expire_all()
    found = doubles.of(shop.session, shop.shop)
    assert found[Trigger.THANK_YOU].on == ("Processing order",)
    shipped = found[Trigger.SHIPPED]
    assert (shipped.on, shipped.off, shipped.unknown) == (
        (),
        ("Completed order",),
        (),
    )  # no fulfillments here
    assert shipped.plugins == ("TrackShip", "Advanced Shipment Tracking")
    assert found[Trigger.DELIVERED].plugins == ("TrackShip",)
    assert Trigger.RUNNING_LATE not in found


def test_the_merchant_reads_it_beside_the_switch_and_an_operator_in_a_sentence(
    shop: StoreVoice, api: StoreApi, browser: FlaskClient
) -> None:
    sign_in(browser, shop.shop.id)
    address = f"/admin/{shop.shop.id}/flows"
    assert "goes out as well unless you" in page(browser, address)
    says(api, processing="yes", completed="no")
    asked(shop)
    told = page(browser, address)
    assert "WooCommerce’s own “Processing order” is on, so shoppers hear it twice" in told
    assert "WooCommerce’s own “Completed order” is off." in told
    assert "TrackShip and Advanced Shipment Tracking in your store may mail the same" in told
    assert doubles.warnings(shop.session) == [
        "harbor.example mails “Processing order” beside our “thank you”"
    ]
    switches.switch(shop.session, shop.shop.id, Trigger.THANK_YOU, on=False)
    shop.session.commit()
    assert doubles.warnings(shop.session) == []
    again = {"said": "ask", "csrf": token(browser)}
    assert browser.post(f"{address}/thank_you/own-mails", data=again).status_code == 303
    says(api, processing="no", completed="no")
    asked(shop)
    assert "WooCommerce’s own “Processing order” is off." in page(browser, address)


def test_of_shopify_the_merchant_says_that_they_are_off_and_may_take_it_back(
    shopify_store: StoreVoice, browser: FlaskClient
) -> None:
    sign_in(browser, shopify_store.shop.id)
    address = f"/admin/{shopify_store.shop.id}/flows"
    assert page(browser, address).count("goes out as well unless you") == 4
    for said, count in (("off", 3), ("off", 3), ("unsaid", 4)):
        data = {"said": said, "csrf": token(browser)}
        assert browser.post(f"{address}/shipped/own-mails", data=data).status_code == 303
        assert page(browser, address).count("goes out as well unless you") == count
        assert ("Shopify’s own “Shipping confirmation” is off" in page(browser, address)) is (count == 3)
    for name, said, status in (("shipped", "ask", 400), ("shipped", "maybe", 400), ("lottery", "off", 404)):
        data = {"said": said, "csrf": token(browser)}
        assert browser.post(f"{address}/{name}/own-mails", data=data).status_code == status


@pytest.mark.parametrize("answer", [None, [], {}, "no", {"active_plugins": [{}, {"plugin": 1}, "x"]}])
def test_what_is_no_list_of_plug_ins_names_none(answer: Any) -> None:
    assert mailers.active(answer) == ()


def test_a_store_that_does_not_say_changes_nothing(shop: StoreVoice, api: StoreApi) -> None:
    says(api, processing="yes", completed="no")
    asked(shop)
    api.answers.clear()
    api.will("GET", "system_status", 500, {})
    asked(shop)
    assert doubles.of(shop.session, shop.shop)[Trigger.THANK_YOU].on == ("Processing order",)


def asked(shop: StoreVoice) -> None:
    """Let the store be asked, as the doctor does when it looks."""
    jobs.look(shop.shop.id, woocommerce.connection(shop.shop.id).store)
    shop.session.expire_all()


def says(api: StoreApi, **values: str) -> None:
    """Let the store have these mails, and none of fulfillments and reviews."""
    for lacking in ("fulfillment_created", "review_request"):
        api.will("GET", f"settings/email_customer_{lacking}/enabled", *NO_SUCH_GROUP)
    for name, value in values.items():
        path = f"settings/email_customer_{name}_order/enabled"
        api.answers.pop(("GET", path), None)
        api.will("GET", path, 200, {"id": "enabled", "value": value})


def page(browser: FlaskClient, address: str) -> str:
    return " ".join(browser.get(address).text.split())
