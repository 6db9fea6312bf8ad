"""Ridge & Pine's office gives out the keys to its back office as Shopify's does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from werkzeug.test import Client

from app.lib import http
from app.lib.config import settings
from app.platforms.shopify import graphql as our_client
from app.platforms.shopify import oauth as our_office
from demo import fakes
from demo.shopify import oauth
from demo.shopify.wire import HOST
from tests.demo.wsgi import Wsgi

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")


def test_a_session_token_is_exchanged_for_an_expiring_one() -> None:
    found = _grant(grant_type=oauth.EXCHANGE, subject_token=oauth.session_token(), expiring="1")
    assert found.status_code == 200
    assert found.json.keys() == {
        "access_token",
        "scope",
        "expires_in",
        "refresh_token",
        "refresh_token_expires_in",
    }
    assert _api({"query": "{ shop { name } }"}, found.json["access_token"]).status_code == 200


def test_a_session_token_of_another_secret_is_not() -> None:
    assert _grant(grant_type=oauth.EXCHANGE, subject_token="ey.made.up").json["error"] == (
        "invalid_subject_token"
    )


def test_a_refresh_token_lives_until_its_replacement_is_used() -> None:
    first = _exchange()["refresh_token"]
    second = _refresh(first).json["refresh_token"]
    assert _refresh(first).status_code == 200
    third = _refresh(second)
    assert third.status_code == 200
    gone = _refresh(first)
    assert (gone.status_code, gone.json["error"]) == (400, "invalid_grant")


def test_our_own_client_takes_renews_and_loses_tokens() -> None:
    first = our_office.exchange(HOST, oauth.session_token())
    assert first.refresh
    second = our_office.refresh(HOST, first.refresh)
    assert second.refresh
    our_office.refresh(HOST, second.refresh)
    with pytest.raises(our_client.TokenDead):
        our_office.refresh(HOST, first.refresh)


def test_an_access_token_ends_after_an_hour() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        token = str(_exchange()["access_token"])
        clock.shift(3601)
        assert _api({"query": "{ shop { name } }"}, token).status_code == 401


def test_the_code_grant_leads_back_with_a_code_that_works_once() -> None:
    asked = {"client_id": settings().shopify_client_id, "scope": "read_orders",
             "redirect_uri": "https://doorstep.test/back", "state": "s1"}  # fmt: skip
    client = Client(fakes.application)
    page = client.get("/admin/oauth/authorize", query_string=asked, base_url=f"https://{HOST}")
    assert "Install" in page.text
    agreed = client.post("/admin/oauth/authorize", data=asked, base_url=f"https://{HOST}")
    back = parse_qs(urlsplit(agreed.headers["Location"]).query)
    assert (back["state"], back["shop"]) == (["s1"], [HOST])
    assert our_office.is_genuine({name: values[0] for name, values in back.items()})
    assert _grant(code=back["code"][0]).json["access_token"]
    assert _grant(code=back["code"][0]).status_code == 400


@pytest.fixture(autouse=True)
def _reachable() -> Iterator[None]:
    """Let the app reach the store as it does."""
    http.play(HOST, Wsgi(fakes.application))
    yield
    http.play(HOST, None)


def _api(asked: dict[str, Any], token: str) -> Any:
    return Client(fakes.application).post(
        "/admin/api/2026-10/graphql.json",
        json=asked,
        headers={"X-Shopify-Access-Token": token},
        base_url=f"https://{HOST}",
    )


def _grant(**asked: str) -> Any:
    who = {
        "client_id": settings().shopify_client_id,
        "client_secret": settings().shopify_client_secret,
    }
    return Client(fakes.application).post(
        "/admin/oauth/access_token", json={**who, **asked}, base_url=f"https://{HOST}"
    )


def _exchange() -> dict[str, Any]:
    found: dict[str, Any] = _grant(
        grant_type=oauth.EXCHANGE, subject_token=oauth.session_token(), expiring="1"
    ).json
    return found


def _refresh(token: str) -> Any:
    return _grant(grant_type="refresh_token", refresh_token=token)
