"""A Shopify store connects, and its staff come in: with an ID token, a form's or by the older dance."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import shopify_app
from flask.testing import FlaskClient
from shopify_app.types import RequestInput
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin.doors import embedded
from app.flows.models import Flow
from app.lib import clock, crypto
from app.lib.config import settings
from app.main import create_app
from app.platforms.shopify.session_token import Asker
from app.shops.models import Credential, Errand, Shop
from app.vocabulary import ShopState
from tests.unit.shopify.store import DOMAIN, StoreApi, playing

SECRET = "shpss_0123456789abcdef0123456789abcdef"
GRANTED = {
    "access_token": "token-1",
    "scope": "read_orders",
    "expires_in": 3600,
    "refresh_token": "refresh-1",
    "refresh_token_expires_in": 7776000,
}
OPEN = f"/admin/shopify?embedded=1&shop={DOMAIN}&host=aG9zdA"


def test_opening_the_app_connects_the_store(client: FlaskClient, store: StoreApi, session: Session) -> None:
    store.will(200, GRANTED)
    answer = client.get(f"{OPEN}&id_token={id_token()}")
    shop = session.scalars(select(Shop)).one()
    credential = session.scalars(select(Credential)).one()
    assert urlsplit(answer.location).path == f"/admin/{shop.id}/home"
    assert (shop.domain, shop.state, shop.scopes) == (DOMAIN, ShopState.INSTALLED, "read_orders")
    assert crypto.unseal(credential.secret) == "token-1"
    wanted = {
        "shopify.shop_info",
        "shopify.catch_up",
        "shopify.compare",
        "shopify.history",
        "shopify.stock_catch_up",
        "doctor.look",
    }
    assert set(session.scalars(select(Errand.kind))) == wanted
    page = client.get(answer.location)
    assert page.status_code == 200
    assert frames(page.headers["Content-Security-Policy"]) == {
        f"https://{DOMAIN}",
        "https://admin.shopify.com",
    }


def test_opening_it_again_asks_the_store_nothing(client: FlaskClient, store: StoreApi) -> None:
    store.will(200, GRANTED)
    for _ in range(3):
        assert client.get(f"{OPEN}&id_token={id_token()}").status_code == 302
    assert len(store.asked) == 1


@pytest.mark.usefixtures("connected")
def test_a_broken_connection_is_mended_by_opening_the_app(
    client: FlaskClient, store: StoreApi, session: Session
) -> None:
    shop = session.scalars(select(Shop)).one()
    shop.broken_reason = "the store no longer accepts our access"
    session.commit()
    store.answers.clear()
    store.will(200, GRANTED | {"access_token": "token-2"})
    client.get(f"{OPEN}&id_token={id_token()}")
    session.expire_all()
    assert shop.broken_reason is None
    assert crypto.unseal(session.scalars(select(Credential.secret)).one()) == "token-2"


@pytest.mark.usefixtures("connected")
def test_a_shop_that_is_deleted_says_so_in_the_frame(client: FlaskClient, session: Session) -> None:
    shop = session.scalars(select(Shop)).one()
    page = client.post(f"/admin/{shop.id}/settings/delete?id_token={id_token()}", data={"name": shop.name})
    assert "is being deleted" in page.text
    assert "admin/embedded.js" in page.text, "what has other scripts is loaded anew, and asks once more"


@pytest.mark.parametrize("token", ["", "id_token=", "id_token=x", "id_token=old"])
def test_a_stale_visit_goes_through_the_patch_page_as_shopifys_own_package_does_it(
    client: FlaskClient, token: str
) -> None:
    visit = f"{OPEN}&{token.replace('old', id_token(exp=-60))}".rstrip("&")
    sent = client.get(visit)
    theirs = ORACLE.verify_app_home_req(asked(visit), "/admin/shopify/patch").response
    assert sent.status_code == theirs.status == 302
    assert parse_qs(urlsplit(sent.location).query) == parse_qs(urlsplit(theirs.headers["Location"]).query)
    page = client.get(sent.location)
    shown = ORACLE.app_home_patch_id_token(asked(sent.location)).response
    assert shown.body in page.text
    assert page.headers["Content-Security-Policy"] == shown.headers["Content-Security-Policy"].rstrip(";")


@pytest.mark.parametrize("reload", ["", "https://evil.example", "//evil.example", "/t/x"])
def test_the_patch_page_leads_to_our_own_pages_only(client: FlaskClient, reload: str) -> None:
    assert client.get(f"/admin/shopify/patch?{urlencode({'shopify-reload': reload})}").status_code == 400


@pytest.mark.parametrize("token", ["x", "old"])
def test_a_script_with_a_stale_token_is_told_to_fetch_another(client: FlaskClient, token: str) -> None:
    bearer = token.replace("old", id_token(exp=-60))
    answer = client.get("/admin/shopify", headers={"Authorization": f"Bearer {bearer}"})
    assert answer.status_code == 401
    assert answer.headers["X-Shopify-Retry-Invalid-Session-Request"] == "1"


@pytest.mark.usefixtures("connected")
def test_a_link_inside_the_frame_finds_its_way_back(client: FlaskClient, session: Session) -> None:
    shop_id = session.scalars(select(Shop.id)).one()
    path = f"/admin/{shop_id}/messages?page=2"
    sent = client.get(path, headers={"Sec-Fetch-Dest": "iframe"})
    assert parse_qs(urlsplit(sent.location).query)["shopify-reload"] == [path]
    assert client.get(path).status_code == 401
    assert client.get(f"{path}&id_token={id_token()}").status_code == 200


@pytest.mark.usefixtures("connected")
def test_staff_of_another_store_see_nothing(client: FlaskClient, session: Session) -> None:
    shop_id = session.scalars(select(Shop.id)).one()
    other = "https://other.myshopify.com"
    token = id_token(dest=other, iss=f"{other}/admin")
    assert client.get(f"/admin/{shop_id}/messages?id_token={token}").status_code == 404


@pytest.mark.usefixtures("connected")
def test_a_form_inside_the_frame_carries_who_asks(client: FlaskClient, app: Any, session: Session) -> None:
    shop_id = session.scalars(select(Shop.id)).one()
    page = client.get(f"/admin/{shop_id}/flows?id_token={id_token()}").text
    found = re.search(r'action="([^"]+/flows/thank_you)".*?name="csrf" value="([^"]+)"', page, re.DOTALL)
    assert found
    action, mine = found.groups()
    with app.test_request_context():
        theirs = embedded.form_token(Asker("other.myshopify.com", "42", ""))
    assert client.post(action, data={"csrf": theirs, "on": "yes"}).status_code == 404
    assert client.post(action, data={"csrf": "x", "on": "yes"}).status_code == 401
    assert session.scalars(select(Flow.on_since)).all() == []
    assert client.post(action, data={"csrf": mine, "on": "yes"}).status_code == 303
    assert len(session.scalars(select(Flow.on_since)).all()) == 1


def test_a_merchant_from_outside_is_asked_for_permission_and_comes_in(
    client: FlaskClient, store: StoreApi, session: Session
) -> None:
    store.will(200, GRANTED)
    first = client.get(f"/admin/shopify?shop={DOMAIN}")
    there = urlsplit(client.get(first.location).location)
    said = parse_qs(there.query)
    assert (there.hostname, said["redirect_uri"]) == (
        DOMAIN,
        ["https://doorstep.test/admin/shopify/callback"],
    )
    back = client.get(f"/admin/shopify/callback?{urlencode(signed(said['state'][0]))}", base_url=HTTPS)
    shop = session.scalars(select(Shop)).one()
    assert back.location == f"/admin/{shop.id}/home"
    assert client.get(back.location, base_url=HTTPS).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "x"},
        {"shop": "other.myshopify.com"},
        {"shop": "evil.example"},
        {"hmac": "0" * 64},
        {"timestamp": "1"},
    ],
    ids=str,
)
def test_a_callback_that_is_not_the_stores_answer_to_this_browser_connects_nothing(
    client: FlaskClient, store: StoreApi, session: Session, wrong: dict[str, str]
) -> None:
    store.will(200, GRANTED)
    query = urlencode(signed(state_of(client)) | wrong)
    assert client.get(f"/admin/shopify/callback?{query}", base_url=HTTPS).status_code == 400
    assert session.scalars(select(Shop)).all() == []


def test_a_callback_counts_once_and_in_one_browser(client: FlaskClient, app: Any, store: StoreApi) -> None:
    store.will(200, GRANTED)
    query = urlencode(signed(state_of(client)))
    assert app.test_client().get(f"/admin/shopify/callback?{query}", base_url=HTTPS).status_code == 400
    assert client.get(f"/admin/shopify/callback?{query}", base_url=HTTPS).status_code == 302
    assert client.get(f"/admin/shopify/callback?{query}", base_url=HTTPS).status_code == 400


def test_a_store_that_does_not_answer_is_said_so(
    client: FlaskClient, store: StoreApi, session: Session
) -> None:
    store.will(503, {})
    answer = client.get(f"{OPEN}&id_token={id_token()}")
    assert answer.status_code == 502
    assert "did not let us in" in answer.text
    assert session.scalars(select(Shop)).all() == []


HTTPS = "https://localhost"
ORACLE = shopify_app.ShopifyApp(client_id="test-client-id", client_secret=SECRET)


def id_token(**changes: Any) -> str:
    now = int(clock.now().timestamp())
    claims = {
        "iss": f"https://{DOMAIN}/admin",
        "dest": f"https://{DOMAIN}",
        "aud": "test-client-id",
        "sub": "42",
        "exp": now + changes.pop("exp", 60),
        "nbf": now - 60,
        "jti": "j",
        "sid": "s",
    }
    return jwt.encode(claims | changes, SECRET, "HS256")


def asked(path: str) -> RequestInput:
    return {"method": "GET", "url": f"http://localhost{path}", "headers": {}, "body": ""}


def frames(policy: str) -> set[str]:
    (allowed,) = [part for part in policy.split(";") if "frame-ancestors" in part]
    return set(allowed.split()[1:])


def state_of(client: FlaskClient) -> str:
    sent = client.get(f"/admin/shopify/install?shop={DOMAIN}", base_url=HTTPS)
    return parse_qs(urlsplit(sent.location).query)["state"][0]


def signed(state: str) -> dict[str, str]:
    stamp = str(int(clock.now().timestamp()))
    query = {"code": "c-1", "shop": DOMAIN, "state": state, "timestamp": stamp, "host": "aG9zdA"}
    message = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return {**query, "hmac": hmac.digest(SECRET.encode(), message.encode(), hashlib.sha256).hex()}


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", SECRET)
    settings.cache_clear()
    yield create_app()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def client(app: Any, session: Session) -> FlaskClient:  # noqa: ARG001 - an empty database
    opened: FlaskClient = app.test_client()
    return opened


@pytest.fixture
def connected(client: FlaskClient, store: StoreApi) -> None:
    store.will(200, GRANTED)
    client.get(f"{OPEN}&id_token={id_token()}")


@pytest.fixture
def store() -> Iterator[StoreApi]:
    with playing() as api:
        yield api
