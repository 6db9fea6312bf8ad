"""Somebody signs in with the operator's OpenID provider: it is believed only as far as it can be checked."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import OctKey
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.lib import http
from app.lib.config import settings
from app.shops import team
from app.shops.models import AccessRecord, Shop
from app.shops.team import Role
from tests.journeys.doors.conftest import shop_named
from tests.journeys.doors.provider import CLIENT_ID, CLIENT_SECRET, HOST, ISSUER, OTHER_KEY, Provider

ANA = "ana@agency.example"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("DOORSTEP_OIDC_ISSUER", ISSUER)
    monkeypatch.setenv("DOORSTEP_OIDC_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("DOORSTEP_OIDC_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("DOORSTEP_OIDC_NAME", "Ridge ID")
    settings.cache_clear()
    made = Provider()
    http.play(HOST, made)
    http._breakers.reset()
    yield made
    http.play(HOST, None)
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def shop(session: Session) -> Shop:
    made = shop_named(session, "ridge")
    team.join(session, team.invite(session, made.id, ANA, Role.EDITOR))
    session.commit()
    return made


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def leave(browser: FlaskClient) -> str:
    """Press the button, and return where the browser is sent."""
    assert "Sign in with Ridge ID" in browser.get("/admin/sign-in").text
    sent = browser.get("/admin/sign-in/provider")
    assert sent.status_code == 302
    return str(sent.location)


def come_back(browser: FlaskClient, provider: Provider) -> TestResponse:
    return browser.get(provider.authorize(leave(browser)))


def test_whoever_the_provider_vouches_for_comes_in_where_they_work(
    browser: FlaskClient, provider: Provider, session: Session, shop: Shop
) -> None:
    provider.email = "Ana@Agency.example"
    assert come_back(browser, provider).location == "/admin"
    assert browser.get(f"/admin/{shop.id}/home").status_code == 200
    assert browser.get(f"/admin/{shop.id}/team").status_code == 403, "an editor, as before"
    records = session.execute(select(AccessRecord.who, AccessRecord.what)).all()
    assert tuple(records[0]) == (ANA, "came in by Ridge ID")


def test_who_works_nowhere_is_told_so_and_let_in_nowhere(
    browser: FlaskClient, provider: Provider, shop: Shop
) -> None:
    provider.email = "eve@evil.example"
    answer = come_back(browser, provider)
    assert (answer.status_code, "works for no shop here" in answer.text) == (403, True)
    assert browser.get(f"/admin/{shop.id}/home").status_code == 401


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "of another visit"}},
        {"claims": {"nonce": None}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"aud": "another app"}},
        {"claims": {"aud": [CLIENT_ID, "another app"]}},
        {"claims": {"exp": 1}},
        {"claims": {"exp": None}},
        {"claims": {"email_verified": False}},
        {"claims": {"email_verified": None}},
        {"claims": {"email_verified": "true"}},
        {"claims": {"email": None}},
        {"key": OTHER_KEY},
        {"header": {"alg": "HS256", "kid": "1"}, "key": OctKey.import_key(CLIENT_SECRET)},
        {"told": {"issuer": "https://evil.example"}},
        {"told": {"token_endpoint": None}},
    ],
    ids=lambda lie: " ".join(
        f"{part}={given}" if isinstance(given, dict) else part for part, given in lie.items()
    ),
)
def test_what_cannot_be_believed_lets_nobody_in(
    browser: FlaskClient, provider: Provider, shop: Shop, lie: dict[str, Any]
) -> None:
    sent = leave(browser)
    for name, value in lie.items():
        setattr(provider, name, value)
    answer = browser.get(provider.authorize(sent))
    assert answer.status_code in (403, 502)
    assert browser.get(f"/admin/{shop.id}/home").status_code == 401


def test_a_code_counts_in_the_browser_that_left_and_once(
    browser: FlaskClient, app: Flask, provider: Provider, shop: Shop
) -> None:
    back = provider.authorize(leave(browser))
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    here = "/admin/sign-in/provider/back"
    stranger = app.test_client()
    assert stranger.get(back).status_code == 400
    leave(stranger)
    assert stranger.get(back).status_code == 400, "it left with another state"
    for wrong in ({"state": "x"}, {"state": ""}, {"state": "é"}):
        leave(browser)
        assert browser.get(f"{here}?{urlencode(query | wrong)}").status_code == 400
    stolen = parse_qs(urlsplit(provider.authorize(leave(stranger))).query)["code"][0]
    sent = leave(browser)
    state = parse_qs(urlsplit(sent).query)["state"][0]
    injected = browser.get(f"{here}?{urlencode({'code': stolen, 'state': state})}")
    assert injected.status_code == 403, "its verifier is in another browser"
    back = provider.authorize(leave(browser))
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 400
    assert browser.get(f"/admin/{shop.id}/home").status_code == 200


def test_a_provider_that_says_no_or_nothing_is_said_so(browser: FlaskClient, provider: Provider) -> None:
    state = parse_qs(urlsplit(leave(browser)).query)["state"][0]
    query = urlencode({"error": "access_denied", "state": state})
    answer = browser.get(f"/admin/sign-in/provider/back?{query}")
    assert (answer.status_code, "did not let you in" in answer.text) == (403, True)
    provider.is_down = True
    assert "could not be asked" in browser.get("/admin/sign-in/provider").text


def test_where_no_provider_is_named_none_is_offered(browser: FlaskClient, session: Session) -> None:
    del session
    assert "Sign in with" not in browser.get("/admin/sign-in").text
    assert browser.get("/admin/sign-in/provider").status_code == 404
    assert browser.get("/admin/sign-in/provider/back?state=x&code=y").status_code == 400
