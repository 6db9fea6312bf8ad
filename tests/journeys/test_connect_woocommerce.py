"""A WooCommerce store connects: asked on its own page or by hand, believed only when it accepts the keys."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.flows.models import Flow
from app.lib import clock, crypto
from app.lib.config import settings
from app.main import create_app
from app.shops import install
from app.shops.models import ConnectState, Credential, Errand, Shop
from app.vocabulary import ShopState
from tests.unit.woocommerce.store import HOST, URL, StoreApi, playing

HERE = "/connect/woocommerce"
RECORDED = Path(__file__).parent.parent / "recordings" / "woocommerce" / "wc_auth"
HANDED = json.loads(json.loads((RECORDED / "07_callback_post_199.json").read_text())["body_text"])
KEYS = f"{HANDED['consumer_key']}:{HANDED['consumer_secret']}"


def test_a_store_is_connected_and_its_merchant_let_in(merchant: FlaskClient, session: Session) -> None:
    state = leave_for_store(merchant)
    assert hand_over(state).status_code == 200
    page = come_back(merchant, state)
    assert "is connected" in page.text
    opened = merchant.post(f"{HERE}/open", data={"csrf": csrf(page), "state": state})
    shop = session.scalars(select(Shop)).one()
    assert opened.location == f"/admin/{shop.id}/flows"
    assert merchant.get(opened.location).status_code == 200
    assert (shop.domain, shop.url, shop.name, shop.currency) == (HOST, URL, "Woo Lab Store", "USD")
    assert (shop.timezone, shop.country, shop.state) == (
        *("America/Los_Angeles", "US"),
        ShopState.INSTALLED,
    )
    kept = {row.kind: crypto.unseal(row.secret) for row in session.scalars(select(Credential))}
    assert kept["rest_keys"] == KEYS
    assert re.fullmatch(r"[A-Za-z0-9]{32,}", kept["webhook_secret"])
    assert session.scalars(select(Errand.kind)).all() == ["woocommerce.setup"]
    assert session.scalars(select(Flow.id).where(Flow.on_since.is_not(None))).all() == []


def test_the_store_is_asked_for_keys_that_come_back_over_https(merchant: FlaskClient) -> None:
    answer = start(merchant)
    asked = parse_qs(urlsplit(answer.location).query)
    assert answer.location.startswith(f"{URL}/wc-auth/v1/authorize?")
    assert asked["callback_url"] == ["https://doorstep.test/connect/woocommerce/callback"]
    assert asked["return_url"] == ["https://doorstep.test/connect/woocommerce/return"]


@pytest.mark.usefixtures("merchant")
def test_keys_nobody_asked_for_are_not_taken(session: Session) -> None:
    assert hand_over("made-up").status_code == 400
    assert session.scalars(select(Shop)).all() == []


def test_keys_come_once(merchant: FlaskClient, session: Session) -> None:
    state = leave_for_store(merchant)
    assert [hand_over(state).status_code for _ in range(2)] == [200, 400]
    assert len(session.scalars(select(Shop)).all()) == 1


def test_keys_that_come_too_late_are_not_taken(merchant: FlaskClient, session: Session) -> None:
    state = leave_for_store(merchant)
    session.execute(update(ConnectState).values(expires_at=clock.now() - timedelta(seconds=1)))
    session.commit()
    assert hand_over(state).status_code == 400
    assert session.scalars(select(Shop)).all() == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"no", b'{"user_id": {}}', b'{"user_id": "s", "consumer_key": "ck_1:x"}']
)
@pytest.mark.usefixtures("merchant")
def test_a_callback_that_holds_no_keys_is_refused(body: bytes) -> None:
    answer = server().post(f"{HERE}/callback", data=body, content_type="application/json")
    assert answer.status_code == 400


def test_keys_that_the_store_does_not_accept_are_not_believed(
    merchant: FlaskClient, session: Session, api: StoreApi
) -> None:
    state = leave_for_store(merchant)
    api.answers["GET", "orders"].clear()
    api.recorded("GET", "orders", "auth_unknown_key_https")
    assert hand_over(state).status_code == 200
    page = come_back(merchant, state)
    assert "does not know these keys" in page.text
    assert (
        merchant.post(f"{HERE}/open", data={"csrf": csrf(merchant.get(HERE)), "state": state}).status_code
        == 400
    )
    assert session.scalars(select(Shop)).all() == []


def test_another_browser_is_not_let_in(merchant: FlaskClient, session: Session) -> None:
    state = leave_for_store(merchant)
    hand_over(state)
    stranger = create_app().test_client()
    page = come_back(stranger, state)
    assert page.status_code == 400
    assert "remove the key" in page.text
    token = csrf(stranger.get(HERE))
    assert stranger.post(f"{HERE}/open", data={"csrf": token, "state": state}).status_code == 400
    shop = session.scalars(select(Shop)).one()
    assert stranger.get(f"/admin/{shop.id}/flows").status_code == 401


def test_coming_back_changes_nothing_and_signs_nobody_in(merchant: FlaskClient, session: Session) -> None:
    state = leave_for_store(merchant)
    hand_over(state)
    for _ in range(2):
        come_back(merchant, state)
    shop = session.scalars(select(Shop)).one()
    assert merchant.get(f"/admin/{shop.id}/flows").status_code == 401


def test_a_merchant_who_declined_is_told_that_nothing_changed(merchant: FlaskClient) -> None:
    state = leave_for_store(merchant)
    assert "Nothing was changed" in come_back(merchant, state, success=0).text


def test_a_blocked_callback_leads_to_keys_by_hand(merchant: FlaskClient) -> None:
    state = leave_for_store(merchant)
    page = come_back(merchant, state)
    assert "could not reach us" in page.text
    assert "by hand" in page.text


def test_keys_typed_by_hand_connect_at_once(merchant: FlaskClient, session: Session) -> None:
    answer = by_hand(merchant)
    shop = session.scalars(select(Shop)).one()
    assert answer.location == f"/admin/{shop.id}/flows"
    assert install.secret_of(session, shop.id, "rest_keys") == KEYS


def test_wrong_keys_typed_by_hand_are_told(merchant: FlaskClient, session: Session, api: StoreApi) -> None:
    api.answers["GET", "orders"].clear()
    api.recorded("GET", "orders", "auth_bad_secret_https")
    answer = by_hand(merchant)
    assert answer.status_code == 400
    assert "does not know these keys" in answer.text
    assert HANDED["consumer_secret"] not in answer.text
    assert session.scalars(select(Shop)).all() == []


def test_connecting_again_keeps_shop_and_webhook_secret(merchant: FlaskClient, session: Session) -> None:
    by_hand(merchant)
    shop = session.scalars(select(Shop)).one()
    first = install.secret_of(session, shop.id, "webhook_secret")
    install.mark_broken(session, shop, "cut off")
    session.commit()
    by_hand(merchant)
    session.expire_all()
    assert session.scalars(select(Shop.broken_reason)).all() == [None]
    assert install.secret_of(session, shop.id, "webhook_secret") == first


def test_no_store_at_an_address_is_told_beside_the_form(merchant: FlaskClient) -> None:
    answer = start(merchant, "10.0.0.1")
    assert answer.status_code == 400
    assert "private network" in answer.text
    assert 'value="10.0.0.1"' in answer.text


@pytest.mark.parametrize("page", ["start", "keys", "open"])
def test_a_form_from_elsewhere_is_refused(merchant: FlaskClient, page: str, api: StoreApi) -> None:
    answer = merchant.post(f"{HERE}/{page}", data={"store": HOST, "csrf": "élsewhere"})
    assert answer.status_code == 400
    assert api.asked == []


def test_one_visitor_cannot_have_us_search_the_world(merchant: FlaskClient) -> None:
    visitor = uuid4().hex
    answers = [start(merchant, "10.0.0.1", visitor).text for _ in range(11)]
    assert "Please wait" not in answers[9]
    assert "Please wait" in answers[10]


def test_without_https_of_our_own_only_keys_by_hand_are_offered(
    merchant: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "__dict__", settings().__dict__ | {"url": "http://shop.internal"})
    page = merchant.get(HERE)
    assert "https address" in page.text
    assert "Continue to your store" not in page.text
    assert start(merchant).status_code == 400


def test_the_pages_hold_to_the_admins_policy(merchant: FlaskClient) -> None:
    policy = merchant.get(HERE).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' https:;" in policy


def test_a_merchant_may_leave_from_our_side(merchant: FlaskClient, session: Session) -> None:
    address = by_hand(merchant).location.replace("flows", "connection")
    page = merchant.get(address)
    assert "being disconnected" in merchant.post(f"{address}/disconnect", data={"csrf": csrf(page)}).text
    assert "woocommerce.disconnect" in session.scalars(select(Errand.kind)).all()


@pytest.fixture
def merchant(session: Session, api: StoreApi) -> FlaskClient:
    assert session
    assert api
    return create_app().test_client()


@pytest.fixture
def api() -> Iterator[StoreApi]:
    with playing() as opened:
        opened.recorded("GET", "/wp-json/", "wp_json_root").will("GET", "orders", 200, [])
        opened.recorded("GET", "settings/general/woocommerce_currency", "settings_general")
        country = {"value": "US:OR"}
        opened.will("GET", "settings/general/woocommerce_default_country", 200, country)
        yield opened


def server() -> FlaskClient:
    """Return what posts to us without a browser's cookies: the store's own server."""
    return create_app().test_client()


def start(merchant: FlaskClient, store: str = HOST, visitor: str = "") -> TestResponse:
    seen_from = {"REMOTE_ADDR": visitor or uuid4().hex}
    data = {"store": store, "csrf": csrf(merchant.get(HERE))}
    return merchant.post(f"{HERE}/start", data=data, environ_overrides=seen_from)


def leave_for_store(merchant: FlaskClient) -> str:
    """Return the state that the merchant carries to their store."""
    return parse_qs(urlsplit(start(merchant).location).query)["user_id"][0]


def hand_over(state: str) -> TestResponse:
    return server().post(f"{HERE}/callback", json=HANDED | {"user_id": state})


def come_back(browser: FlaskClient, state: str, success: int = 1) -> TestResponse:
    return browser.get(f"{HERE}/return", query_string={"success": success, "user_id": state})


def by_hand(merchant: FlaskClient) -> TestResponse:
    data = {
        "csrf": csrf(merchant.get(HERE)),
        "store": HOST,
        "key": HANDED["consumer_key"],
        "secret": f" {HANDED['consumer_secret']} ",
    }
    seen_from = {"REMOTE_ADDR": uuid4().hex}
    return merchant.post(f"{HERE}/keys", data=data, environ_overrides=seen_from)


def csrf(page: TestResponse) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found[1]
