"""What the plug-in's page in WordPress asks for: signed by the store for this, and a way in for once."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.flows import switches
from app.flows.models import Flow
from app.lib import clock
from app.main import create_app
from app.shops.models import Shop
from app.vocabulary import ShopState, Trigger
from tests import sold
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_embedded import MOVING, signed


def test_it_shows_how_the_shop_stands(woo_store: StoreVoice, browser: FlaskClient) -> None:
    sold.order(woo_store.session, woo_store.shop, MOVING)
    told = ask(browser, woo_store, "admin", {"for": "overview"}).get_json()
    figures = {figure["label"]: figure["count"] for figure in told["figures"]}
    assert (figures["On the way"], figures["Waiting for something"]) == (1, 0)
    assert told["sentence"]
    flows = {flow["name"]: flow for flow in told["flows"]}
    assert flows["thank_you"]["on"]
    assert flows["thank_you"]["doubles"] == ["Processing order"]
    assert "ana" not in str(told).lower(), "no shopper is named"


def test_a_flow_is_switched(woo_store: StoreVoice, browser: FlaskClient) -> None:
    for on in ("no", "yes"):
        said = {"for": "flow", "flow": "shipped", "on": on}
        told = ask(browser, woo_store, "admin/flow", said, "POST").get_json()
        assert {flow["name"]: flow["on"] for flow in told["flows"]}["shipped"] is (on == "yes")
        woo_store.session.expire_all()
        is_on = Trigger.SHIPPED in switches.switched_on(woo_store.session, woo_store.shop.id)
        assert is_on is (on == "yes")
        woo_store.session.commit()
    assert ask(browser, woo_store, "admin/flow", said | {"flow": "case_reply"}, "POST").status_code == 400


@pytest.mark.parametrize("said", [{}, {"for": "way-in"}, {"for": "flow", "flow": "shipped", "on": "no"}])
def test_a_signature_for_something_else_opens_nothing(
    woo_store: StoreVoice, browser: FlaskClient, said: dict[str, str]
) -> None:
    assert ask(browser, woo_store, "admin", said).status_code == 401
    on = select(Flow.on_since).filter_by(trigger=Trigger.SHIPPED)
    assert woo_store.session.scalars(on).one() is not None


def test_strangers_and_stores_that_have_left_are_told_nothing(
    woo_store: StoreVoice, browser: FlaskClient
) -> None:
    said = {"for": "overview"}
    assert ask(browser, woo_store, "admin", said, secret="another").status_code == 401
    assert browser.get(f"/embed/{woo_store.shop.key}/admin").status_code == 401
    woo_store.session.get_one(Shop, woo_store.shop.id).state = ShopState.UNINSTALLED
    woo_store.session.commit()
    assert ask(browser, woo_store, "admin", said).status_code == 401


def test_a_way_in_opens_once_and_by_a_button_of_ours_only(
    woo_store: StoreVoice, browser: FlaskClient
) -> None:
    path = way_in(browser, woo_store, page="flows", who="3")
    arrived = browser.post(path)
    assert (arrived.status_code, arrived.location) == (303, path)
    assert browser.get(f"/admin/{woo_store.shop.id}/flows").status_code == 401  # nothing but a button so far
    stranger = create_app().test_client()
    assert stranger.post(f"{path}/open").status_code == 400
    entered = press(browser, path)
    assert (entered.status_code, entered.location) == (303, f"/admin/{woo_store.shop.id}/flows")
    assert browser.get(entered.location).status_code == 200
    assert stranger.get(path).status_code == 401
    assert stranger.get(f"/admin/{woo_store.shop.id}/flows").status_code == 401


def test_whoever_is_in_already_is_led_on_without_a_button(
    woo_store: StoreVoice, browser: FlaskClient
) -> None:
    press(browser, way_in(browser, woo_store))
    again = way_in(browser, woo_store, page="flows")
    led = browser.get(browser.post(again).location)
    assert (led.status_code, led.location) == (303, f"/admin/{woo_store.shop.id}/flows")
    assert press(create_app().test_client(), again).status_code == 303  # only looked at: not used up


def test_a_way_in_ends_after_a_minute_and_leads_nowhere_else(
    woo_store: StoreVoice, browser: FlaskClient
) -> None:
    late = way_in(browser, woo_store, page="//evil.example")
    path = way_in(browser, woo_store, page="//evil.example")
    assert press(browser, path).location == f"/admin/{woo_store.shop.id}/home"
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert create_app().test_client().get(late).status_code == 401


@pytest.fixture
def browser() -> FlaskClient:
    return create_app().test_client()


def ask(
    browser: FlaskClient,
    store: StoreVoice,
    path: str,
    said: dict[str, str],
    method: str = "GET",
    *,
    secret: str | None = None,
) -> TestResponse:
    """Ask as the store's server does for the plug-in."""
    store.session.commit()
    query = urlencode(signed(said, secret or store.secret, shop=None))
    return browser.open(f"/embed/{store.shop.key}/{path}?{query}", method=method)


def press(browser: FlaskClient, path: str) -> Any:
    """Press the button that a way in shows."""
    page = browser.get(path)
    (token,) = re.findall(r'name="csrf" value="([^"]*)"', page.text)
    return browser.post(f"{path}/open", data={"csrf": token})


def way_in(browser: FlaskClient, store: StoreVoice, **said: str) -> str:
    told: Any = ask(browser, store, "admin/way-in", {"for": "way-in", **said}, "POST").get_json()
    return str(told["url"]).removeprefix("https://doorstep.test")
