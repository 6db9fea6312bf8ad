import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import shopify
import shopify_app
from shopify_app.types import RequestInput

from app.lib import clock, signing
from app.lib.config import settings
from app.lib.http import Unreachable
from app.platforms.shopify import oauth, session_token
from app.platforms.shopify.graphql import TokenDead
from tests.unit.shopify.store import DOMAIN, playing

SECRET = "shpss_0123456789abcdef0123456789abcdef"
NEW_SECRET = "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"
CLIENT_ID = "test-client-id"
GRANTED = {
    "access_token": "shpat_1",
    "scope": "read_orders,read_products",
    "expires_in": 3600,
    "refresh_token": "shprt_1",
    "refresh_token_expires_in": 7776000,
}
ORACLE = shopify_app.ShopifyApp(client_id=CLIENT_ID, client_secret=SECRET)


def test_a_genuine_id_token_says_who_asks_and_shopifys_own_package_agrees() -> None:
    token = id_token()
    asker = session_token.verify(token)
    assert (asker.domain, asker.user_id, asker.token) == (DOMAIN, "42", token)
    assert oracle_accepts(token)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-app"},
        {"exp": -11},
        {"nbf": 11},
        {"iss": "https://other.myshopify.com/admin"},
        {"dest": "https://other.myshopify.com"},
        {"iss": "https://evil.example/admin", "dest": "https://evil.example"},
        {
            "iss": "https://ridge.myshopify.com.evil.example/admin",
            "dest": "https://ridge.myshopify.com.evil.example",
        },
        {"iss": "https://x@evil.example/admin", "dest": "https://x@evil.example"},
        {"dest": "http://ridge.myshopify.com", "iss": "http://ridge.myshopify.com/admin"},
        {"dest": None},
        {"dest": 7},
        {"exp": None},
        {"nbf": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(session_token.BadToken):
        session_token.verify(id_token(**changes))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\udcff", "é.é.é", "a" * 100_000])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(session_token.BadToken):
        session_token.verify(token)


def test_a_token_of_another_algorithm_or_secret_is_refused() -> None:
    for token in (
        jwt.encode(claims(), NEW_SECRET, "HS256"),
        jwt.encode(claims(), SECRET * 2, "HS512"),
        jwt.encode(claims(), "", "none"),
    ):
        with pytest.raises(session_token.BadToken):
            session_token.verify(token)


def test_ten_seconds_of_leeway_are_given() -> None:
    assert session_token.verify(id_token(nbf=8)).domain == DOMAIN
    assert session_token.verify(id_token(exp=-8)).domain == DOMAIN


@pytest.mark.usefixtures("rotated")
def test_tokens_of_the_secret_before_a_rotation_are_good() -> None:
    assert session_token.verify(id_token()).domain == DOMAIN
    assert session_token.verify(jwt.encode(claims(), NEW_SECRET, "HS256")).domain == DOMAIN


def test_an_id_token_is_exchanged_for_a_token_that_expires() -> None:
    with playing() as store:
        store.will(200, GRANTED)
        grant = oauth.exchange(DOMAIN, "id-token")
    (asked,) = store.asked
    assert asked.url == f"https://{DOMAIN}/admin/oauth/access_token"
    assert asked.body == {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "id-token",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
        "expiring": "1",
    }
    assert (grant.access, grant.refresh, grant.scopes) == ("shpat_1", "shprt_1", "read_orders read_products")
    assert grant.expires_at is not None
    assert timedelta(minutes=59) < grant.expires_at - clock.now() <= timedelta(hours=1)


def test_a_token_is_renewed() -> None:
    with playing() as store:
        store.will(200, GRANTED | {"access_token": "shpat_2"})
        assert oauth.refresh(DOMAIN, "shprt_1").access == "shpat_2"
    assert store.asked[0].body["grant_type"] == "refresh_token"
    assert store.asked[0].body["refresh_token"] == "shprt_1"


def test_a_dead_refresh_token_is_told_from_a_store_in_trouble() -> None:
    with playing() as store:
        store.will(400, {"error": "invalid_grant"})
        with pytest.raises(TokenDead):
            oauth.refresh(DOMAIN, "shprt_1")
    for status, body in ((503, {}), (429, {}), (200, {}), (200, {"access_token": 7})):
        with playing() as store:
            store.will(status, body)
            with pytest.raises(Unreachable) as refused:
                oauth.refresh(DOMAIN, "shprt_1")
        assert not refused.value.permanent


def test_no_secret_follows_a_redirect() -> None:
    with playing() as store, playing("elsewhere.myshopify.com") as elsewhere:
        store.will(307, {}, Location="https://elsewhere.myshopify.com/admin/oauth/access_token")
        elsewhere.will(200, GRANTED)
        with pytest.raises(Unreachable):
            oauth.refresh(DOMAIN, "shprt_1")
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    "domain", ["evil.example", "ridge.myshopify.com.evil.example", "RIDGE.myshopify.com", ""]
)
def test_no_secret_goes_anywhere_but_to_a_store(domain: str) -> None:
    with pytest.raises(Unreachable) as refused:
        oauth.exchange(domain, "id-token")
    assert refused.value.permanent


def test_a_genuine_callback_is_recognised_as_shopifys_old_library_does() -> None:
    query = callback()
    assert oauth.is_genuine(query)
    shopify.Session.setup(api_key=CLIENT_ID, secret=SECRET)
    assert shopify.Session.validate_params(query)


@pytest.mark.parametrize(
    "changes",
    [
        {"shop": "other.myshopify.com"},
        {"code": "another"},
        {"hmac": ""},
        {"hmac": "é"},
        {"timestamp": "x"},
        {"timestamp": "²"},
        {"extra": "1"},
    ],
    ids=str,
)
def test_a_changed_callback_is_not_genuine(changes: dict[str, str]) -> None:
    assert not oauth.is_genuine(callback() | changes)


def test_an_old_callback_is_not_genuine() -> None:
    assert not oauth.is_genuine(callback(age=91))


def test_the_permission_page_is_the_stores_own() -> None:
    url = oauth.permission_url(DOMAIN, "state-1", "https://doorstep.test/back", "read_orders,read_products")
    assert url.startswith(f"https://{DOMAIN}/admin/oauth/authorize?")
    assert urlencode({"redirect_uri": "https://doorstep.test/back"}) in url
    assert "state=state-1" in url


@pytest.mark.parametrize("body", [b"{}", b"", b'{"id":1}', '{"name":"Zoë"}'.encode(), b"\xff\x00"])
def test_shopifys_own_package_agrees_on_what_a_signed_delivery_is(body: bytes) -> None:
    good = signing.hmac_base64(SECRET, body)
    for signature in (good, good[:-2] + "A=", "", "x", signing.hmac_base64("other", body)):
        headers = {"X-Shopify-Hmac-Sha256": signature, "X-Shopify-Shop-Domain": DOMAIN}
        try:
            text = body.decode()
        except UnicodeDecodeError:
            continue  # the package takes text only
        request = asked("POST", "https://d.example/webhooks", headers, text)
        agreed = ORACLE.verify_webhook_req(request).ok
        assert signing.any_matches([SECRET], body, signature) == agreed


def claims(**changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    made: dict[str, Any] = {
        "iss": f"https://{DOMAIN}/admin",
        "dest": f"https://{DOMAIN}",
        "aud": CLIENT_ID,
        "sub": "42",
        "exp": now + 60,
        "nbf": now - 1,
        "iat": now - 1,
        "jti": "j",
        "sid": "s",
    }
    for name, value in changes.items():
        made[name] = now + value if name in ("exp", "nbf") and value is not None else value
    return {name: value for name, value in made.items() if value is not None}


def id_token(**changes: Any) -> str:
    return jwt.encode(claims(**changes), SECRET, "HS256")


def oracle_accepts(token: str) -> bool:
    url = f"https://d.example/admin/shopify?id_token={token}"
    return bool(ORACLE.verify_app_home_req(asked("GET", url, {}, ""), "/patch").ok)


def asked(method: str, url: str, headers: dict[str, str], body: str) -> RequestInput:
    return {"method": method, "url": url, "headers": headers, "body": body}


def callback(age: int = 0) -> dict[str, str]:
    stamp = str(int(clock.now().timestamp()) - age)
    query = {"code": "c-1", "shop": DOMAIN, "state": "s-1", "timestamp": stamp, "host": "YWRtaW4"}
    signed = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return {**query, "hmac": hmac.digest(SECRET.encode(), signed.encode(), hashlib.sha256).hex()}


@pytest.fixture(autouse=True)
def our_secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", SECRET)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def rotated(our_secret: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - after it
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", NEW_SECRET)
    monkeypatch.setenv("DOORSTEP_SHOPIFY_PREVIOUS_SECRET", SECRET)
    settings.cache_clear()
