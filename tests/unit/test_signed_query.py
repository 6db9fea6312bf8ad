import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import shopify_app
import time_machine
from hypothesis import assume, given
from hypothesis import strategies as st

from app.lib import signed_query
from app.lib.signing import Forged

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
SECRET = "hush"
QUERY = {
    "shop": "some-shop.myshopify.com",
    "path_prefix": "/apps/track",
    "timestamp": str(int(NOW.timestamp())),
    "logged_in_customer_id": "",
}
NAMES = st.text("abcxyz_1 é", min_size=1, max_size=4)


def test_the_example_of_shopifys_own_documentation_holds() -> None:
    query = (
        b"extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%2Fawesome_reviews"
        b"&timestamp=1317327555&signature=4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"
    )
    at = datetime.fromtimestamp(1317327555, UTC)
    assert signed_query.read(query, [SECRET], at)["extra"] == "1,2"


@given(extra=st.lists(st.tuples(NAMES, st.text(max_size=5)), max_size=4), tampered=st.booleans())
def test_it_agrees_with_shopifys_own_library(*, extra: list[tuple[str, str]], tampered: bool) -> None:
    names = {name for name, _ in extra} | QUERY.keys()
    # sorted by "name=value" as the documentation does, or by name as the library does: "1" and "11" tell
    assume(sorted(names) == sorted(names, key=lambda name: f"{name}="))
    query = sign([*QUERY.items(), *extra])
    if tampered:
        query = query.replace(b"some-shop", b"other-shop")
    with time_machine.travel(NOW, tick=False):
        theirs = shopify_app.ShopifyApp(client_id="id", client_secret=SECRET).verify_app_proxy_req(
            {"method": "GET", "url": f"https://us.example/?{query.decode()}", "headers": {}, "body": ""}
        )
    assert is_read(query) == theirs.ok == (not tampered)


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"signature=x",
        b"shop=a&timestamp=1",
        urlencode(QUERY).encode(),
        urlencode(QUERY).encode() + b"&signature=" + b"0" * 64,
        b"\xff\xfe=1&timestamp=\xd9\xa1&signature=\xc3\xa9",
    ],
)
def test_what_is_not_signed_is_refused(query: bytes) -> None:
    assert not is_read(query)


def test_a_query_is_good_for_90_seconds_and_for_the_secrets_that_still_hold() -> None:
    query = sign(list(QUERY.items()))
    assert is_read(query, now=NOW + timedelta(seconds=90))
    assert not is_read(query, now=NOW + timedelta(seconds=91))
    assert not is_read(query, now=NOW - timedelta(seconds=91))
    assert is_read(query, secrets=["newer", SECRET])
    assert not is_read(query, secrets=["newer", ""])


@pytest.mark.parametrize("name", ["shop", "timestamp", "path_prefix", "hmac"])
def test_what_decides_is_said_once(name: str) -> None:
    twice = [*QUERY.items(), (name, QUERY.get(name, "")), (name, "other")]
    assert not is_read(sign(twice))
    assert not is_read(sign(list(QUERY.items())) + b"&signature=00")


def sign(query: list[tuple[str, str]]) -> bytes:
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)
    signed = "".join(sorted(f"{name}={','.join(many)}" for name, many in values.items()))
    signature = hmac.digest(SECRET.encode(), signed.encode(), hashlib.sha256).hex()
    return urlencode([*query, ("signature", signature)]).encode()


def is_read(query: bytes, *, now: datetime = NOW, secrets: list[str] | None = None) -> bool:
    try:
        signed_query.read(query, secrets or [SECRET], now)
    except Forged:
        return False
    return True
