"""The tracking page inside a store's own pages: asked for with a signature, and of one shop only."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.commerce.models import Order
from app.lib import clock
from app.lib.config import settings
from app.main import create_app
from app.shops.install import keep_secret
from app.shops.models import Shop
from app.storefront import embedded
from app.tracking.page.links import token_of
from app.vocabulary import PlatformKey, ShopState
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.sold import Sent

SECRET = "shpss_embedded"
PLUGIN = "PluginSecret0123456789"
MOVING = Sent(scans=((S.PICKED_UP, -30, None, "Denver"), (S.IN_TRANSIT, -2, None, "Boulder")), expected=2)
HERE = "/apps/track"


def test_shopify_shows_an_order_inside_the_theme(shopper: FlaskClient, order: Order) -> None:
    answer = ask(shopper, f"/t/{token_of(order.id)}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/liquid"
    assert "Set-Cookie" not in answer.headers
    page = unescape(answer.text)
    assert page.startswith('<div class="doorstep" lang="en"')
    assert "Arriving" in headline(page)
    assert f'href="{HERE}"' in page
    assert not re.search(r"<html|<head|<script|<link", page)


def test_a_second_look_is_served_as_kept(shopper: FlaskClient, order: Order) -> None:
    first = ask(shopper, f"/t/{token_of(order.id)}")
    assert ask(shopper, f"/t/{token_of(order.id)}").data == first.data
    assert (
        "<!doctype html>" in shopper.get(f"/t/{token_of(order.id)}").text
    )  # another page than the whole one


def test_a_parcels_link_stays_inside_the_store(shopper: FlaskClient, session: Session, shop: Shop) -> None:
    both = sold.order(session, shop, MOVING, Sent(scans=((S.DELIVERED, -1, None, None),)))
    token = token_of(both.id)
    assert f'href="{HERE}/t/{token}?parcel=2"' in ask(shopper, f"/t/{token}").text
    assert "Delivered" in headline(ask(shopper, f"/t/{token}", parcel="2").text)


def test_the_lookup_leads_to_the_page_at_once(shopper: FlaskClient, order: Order) -> None:
    form = ask(shopper).text
    assert f'<form method="post" action="{HERE}">' in form
    found = ask(shopper, data={"order": order.name or "", "who": "80302"})
    assert "Arriving" in headline(unescape(found.text))
    wrong = ask(shopper, data={"order": order.name or "", "who": "90210"})
    assert "These two do not match an order." in wrong.text
    assert wrong.status_code == 200
    lacking = ask(shopper, data={"order": "", "who": ""})
    assert "Please fill in the order number." in lacking.text


@pytest.mark.usefixtures("shop")
def test_a_link_may_fill_in_the_order_and_nothing_else(shopper: FlaskClient) -> None:
    form = unescape(ask(shopper, order="#1042<", who="80302").text)
    assert 'value="#1042<"' in form
    assert "80302" not in form
    assert "Please fill in" not in form


def test_tries_are_counted_for_each_visitor_of_a_store(shopper: FlaskClient, order: Order) -> None:
    asked = {"order": order.name or "", "who": "wrong"}
    answers = [ask(shopper, data=asked, visitor="203.0.113.7").text for _ in range(11)]
    assert "One moment, please" not in answers[9]
    assert "One moment, please" in answers[10]
    assert "One moment, please" not in ask(shopper, data=asked, visitor="203.0.113.8").text


@pytest.mark.parametrize("change", ["shop", "timestamp", "signature", "path_prefix", "none", "old", "secret"])
def test_whoever_is_not_the_store_is_refused(shopper: FlaskClient, order: Order, change: str) -> None:
    query = signed({}, SECRET if change != "secret" else "another", age=91 if change == "old" else 0)
    if change == "none":
        query = {}
    elif change in query:
        query[change] = "other.myshopify.com" if change == "shop" else query[change] + "1"
    for path in ("/proxy/shopify", f"/proxy/shopify/t/{token_of(order.id)}"):
        answer = shopper.get(f"{path}?{urlencode(query)}")
        assert answer.status_code == 401
        assert "Ana" not in answer.text
    assert shopper.post(f"/proxy/shopify?{urlencode(query)}").status_code == 401


def test_no_store_sees_another_stores_order(shopper: FlaskClient, session: Session, order: Order) -> None:
    other = sold.order(session, sold.shop(session, domain="other.myshopify.com"), MOVING)
    for look_first in (False, True):
        if look_first:  # whether a page is kept or not
            shopper.get(f"/t/{token_of(other.id)}")
            ask(shopper, f"/t/{token_of(other.id)}", shop="other.myshopify.com")
        answer = ask(shopper, f"/t/{token_of(other.id)}")
        assert "This link leads nowhere" in answer.text
        assert "Merino" not in answer.text
    assert "match" in ask(shopper, data={"order": other.name or "", "who": "80302"}).text
    assert order.shop_id != other.shop_id


def test_a_store_that_left_or_was_never_here_is_refused(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    assert ask(shopper, shop="unknown.myshopify.com").status_code == 401
    assert ask(shopper, shop="ridge.example").status_code == 401
    shop.state = ShopState.UNINSTALLED
    session.commit()
    assert ask(shopper).status_code == 401


def test_no_word_of_anybody_runs_as_liquid(shopper: FlaskClient, session: Session, shop: Shop) -> None:
    evil = "{{ shop.email }}{% include 'x' %}{% endraw %}</template><script>"
    order = sold.order(
        session,
        shop,
        Sent(scans=MOVING.scans, carrier=evil, number=evil, text=evil),
        name=evil,
        items=({**sold.SHIRT, "title": evil},),
        ship_to={"first_name": evil, "city": evil},
    )
    for answer in (ask(shopper, f"/t/{token_of(order.id)}"), ask(shopper, data={"order": evil, "who": evil})):
        assert "{{" not in answer.text
        assert "{%" not in answer.text
        assert answer.text.count("</template>") == 1
        assert "<script" not in answer.text


def test_a_path_that_is_none_is_not_printed(shopper: FlaskClient, order: Order) -> None:
    for path in ("javascript:alert(1)", "//evil.example", "/apps/../..//x", "https://evil.example/a"):
        page = ask(shopper, f"/t/{token_of(order.id)}", path_prefix=path).text
        assert "evil" not in page
        assert "javascript" not in page


def test_the_sheet_is_whole_and_touches_nothing_outside() -> None:
    css = embedded.sheet("#1e6048")
    assert css.count("{") == css.count("}")
    assert not re.search(r"(?m)^\s*(html|body|:root)|rem\b|\{\{|\{%|prefers-color-scheme|</", css)
    assert "--brand:#1e6048" in css
    assert "@container (min-width: 640px)" in css
    assert "margin-inline-start: -12px" in css


def test_a_plugin_asks_with_the_secret_of_its_webhooks(
    shopper: FlaskClient, session: Session, woo: Shop
) -> None:
    order = sold.order(session, woo, MOVING)
    good = signed({"path_prefix": "/track-your-order", "visitor": "203.0.113.9"}, PLUGIN, shop=None)
    page = shopper.get(f"/embed/{woo.key}/t/{token_of(order.id)}?{urlencode(good)}")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Arriving" in headline(unescape(page.text))
    assert 'href="/track-your-order"' in page.text
    form = shopper.get(f"/embed/{woo.key}?{urlencode(good)}")
    assert 'action="/track-your-order"' in form.text
    for query in ({}, signed({}, SECRET, shop=None), {**good, "visitor": "another"}):
        assert shopper.get(f"/embed/{woo.key}?{urlencode(query)}").status_code == 401
    assert shopper.get(f"/embed/any-key?{urlencode(good)}").status_code == 401


def test_a_store_vouches_for_an_order_that_its_shopper_opened(
    shopper: FlaskClient, session: Session, woo: Shop, order: Order
) -> None:
    mine = sold.order(session, woo, MOVING)
    good = signed({"path_prefix": "/s%C3%B6k", "order_id": mine.external_id}, PLUGIN, shop=None)
    page = unescape(shopper.get(f"/embed/{woo.key}?{urlencode(good)}").text)
    assert "Arriving" in headline(page)
    assert 'href="/s%C3%B6k"' in page
    changed = good | {"order_id": order.external_id}
    assert shopper.get(f"/embed/{woo.key}?{urlencode(changed)}").status_code == 401
    for unknown in (order.external_id, "never"):
        asked = signed({"path_prefix": "/track", "order_id": unknown}, PLUGIN, shop=None)
        answer = shopper.get(f"/embed/{woo.key}?{urlencode(asked)}")
        assert "We are getting your order ready" in answer.text
        assert "Merino" not in answer.text


def test_a_plugin_sees_no_order_of_another_shop(shopper: FlaskClient, woo: Shop, order: Order) -> None:
    good = signed({"path_prefix": "/track"}, PLUGIN, shop=None)
    answer = shopper.get(f"/embed/{woo.key}/t/{token_of(order.id)}?{urlencode(good)}")
    assert "This link leads nowhere" in answer.text
    assert "Merino" not in answer.text


def ask(
    shopper: FlaskClient,
    path: str = "",
    *,
    data: dict[str, str] | None = None,
    visitor: str = "203.0.113.1",
    shop: str = "ridge.myshopify.com",
    **query: str,
) -> TestResponse:
    """Ask as Shopify does for a visitor of the store's page."""
    address = f"/proxy/shopify{path}?{urlencode(signed(query, SECRET, shop=shop))}"
    headers = {"X-Forwarded-For": f"{visitor}, 198.51.100.1"}
    return (
        shopper.get(address, headers=headers)
        if data is None
        else shopper.post(address, data=data, headers=headers)
    )


def signed(
    query: dict[str, str], secret: str, *, shop: str | None = "ridge.myshopify.com", age: int = 0
) -> dict[str, str]:
    whole = {
        "path_prefix": HERE,
        "timestamp": str(int(clock.now().timestamp()) - age),
        "logged_in_customer_id": "",
        **({"shop": shop} if shop else {}),
        **query,
    }
    text = "".join(sorted(f"{name}={value}" for name, value in whole.items()))
    return {**whole, "signature": hmac.digest(secret.encode(), text.encode(), hashlib.sha256).hex()}


def headline(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group(1)).split()) if found else ""


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session, domain="ridge.myshopify.com")


@pytest.fixture
def order(session: Session, shop: Shop) -> Order:
    return sold.order(session, shop, MOVING)


@pytest.fixture
def woo(session: Session) -> Shop:
    made = sold.shop(session, domain="harbor.example")
    made.platform = PlatformKey.WOOCOMMERCE
    keep_secret(session, made, "webhook_secret", PLUGIN)
    session.commit()
    return made


@pytest.fixture
def shopper(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", SECRET)
    settings.cache_clear()
    yield create_app().test_client()
    settings.cache_clear()
