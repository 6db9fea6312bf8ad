"""What is answered in front of Flask is what Flask would answer."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.lib.db import engine
from app.lib.rsgi import Exchange, Headers, Scope
from app.main import create_app
from app.shops.models import Shop
from app.storefront.front import Front
from app.tracking.page.links import token_of
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.door import Request, Sent, ask
from tests.sold import Sent as Parcel

MOVING = Parcel(scans=((S.IN_TRANSIT, -2, None, "Boulder"),), expected=2)
BROWSER = {"accept-encoding": "gzip, deflate, br, zstd", "host": "doorstep.test"}


def test_a_kept_page_is_answered_as_flask_would(page: str, flask: FlaskClient) -> None:
    theirs = flask.get(page, headers=BROWSER)
    status, headers, body = look(page)
    assert (status, body) == (theirs.status_code, theirs.data)
    assert "Arriving" in gzip.decompress(body).decode()
    told = {name.lower(): value for name, value in theirs.headers if name != "Content-Length"}
    assert dict(headers) == told  # the server counts the bytes


def test_whoever_has_it_is_told_so(page: str, flask: FlaskClient) -> None:
    tag = flask.get(page, headers=BROWSER).headers["ETag"]
    for known in (tag, f'"other", {tag}'):
        status, _, body = look(page, **{"if-none-match": known})
        assert (status, body) == (304, b"")
    assert look(page, **{"if-none-match": '"other"'})[0] == 200


def test_what_is_not_kept_or_not_plain_goes_on(page: str, flask: FlaskClient, session: Session) -> None:
    assert passed_on(page)  # nobody has looked yet
    flask.get(page, headers=BROWSER)
    assert not passed_on(page)
    for odd in (
        {"accept-encoding": ""},
        {"accept-encoding": "identity"},
        {"accept-encoding": "gzip;q=0"},
        {"query": "parcel=1"},
        {"method": "HEAD"},
        {"method": "POST"},
    ):
        assert passed_on(page, **odd), odd
    for path in ("/t/", "/t/made-up", f"{page}x", f"{page}/calendar.ics", "/track", "/t/\x00"):
        assert passed_on(path), path
    session.execute(text("UPDATE shipment SET status = 'delivered'"))
    session.commit()
    assert passed_on(page)


def test_at_another_shops_address_nothing_is_answered(
    page: str, flask: FlaskClient, session: Session, shop: Shop
) -> None:
    other = sold.shop(session, domain="other.example")
    shop.page_host, other.page_host = "track.ridge.example", "track.other.example"
    session.commit()
    flask.get(page, headers=BROWSER)
    assert passed_on(page, host="track.other.example")
    for host in ("track.ridge.example", "TRACK.ridge.example:443", "unknown.example", ""):
        assert look(page, host=host)[0] == 200


def test_while_the_database_is_away_flask_says_so(page: str, flask: FlaskClient, session: Session) -> None:
    flask.get(page, headers=BROWSER)
    assert not passed_on(page)
    session.close()
    with away():
        assert passed_on(page)
    assert not passed_on(page)


@contextmanager
def away() -> Iterator[None]:
    """Let nobody reach the test's database, as after a failover; all who were connected are cut off."""
    url = engine().url
    name = url.database
    engine().dispose()
    with psycopg.connect(
        url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False),
        autocommit=True,
    ) as elsewhere:
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        elsewhere.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def passed_on(path: str, **odd: str) -> bool:
    return look(path, **odd)[0] == 418


def look(path: str, *, method: str = "GET", query: str = "", **headers: str) -> tuple[int, Headers, bytes]:
    sent = Sent(list({**BROWSER, **headers}.items()))
    request = Request(method=method, path=path, query_string=query, headers=sent, body=b"")
    return ask(Front(_behind), request)


async def _behind(_: Scope, exchange: Exchange) -> None:
    exchange.response_str(418, [], "")


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def page(session: Session, shop: Shop) -> str:
    return f"/t/{token_of(sold.order(session, shop, MOVING).id)}"


@pytest.fixture
def flask() -> FlaskClient:
    return create_app().test_client()
