"""How often tracking pages are looked at: people count, once in half an hour, and cost shoppers nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.main import create_app
from app.shops.models import Shop
from app.storefront import visitors
from app.storefront.front import Front
from app.tracking.page.links import gift_url, token_of
from app.tracking.page.visits import PageVisit
from tests import sold
from tests.door import as_wsgi, nothing_behind

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"
)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Count when the test says so."""
    monkeypatch.setattr(visitors, "GATHER", 3600.0)
    visitors._gathered.clear()
    yield
    visitors._gathered.clear()


@pytest.fixture
def order(session: Session) -> int:
    return sold.order(session, sold.shop(session)).id


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()


def counted(session: Session) -> list[tuple[int, int]]:
    visitors.count()
    session.expire_all()
    rows = select(PageVisit.order_id, PageVisit.visits).order_by(PageVisit.day)
    return [(order_id, count) for order_id, count in session.execute(rows)]


def test_a_visit_counts_once_in_half_an_hour(session: Session, order: int, shopper: FlaskClient) -> None:
    address, said = f"/t/{token_of(order)}", {"User-Agent": PHONE, "Sec-Fetch-Dest": "document"}
    for minutes, visits in ((0, 1), (29, 1), (31, 2), (60, 2), (62, 3)):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            assert shopper.get(address, headers=said).status_code == 200
            assert counted(session) == [(order, visits)], minutes
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        shopper.get(address, headers=said)
        assert counted(session) == [(order, 3), (order, 1)]


@pytest.mark.parametrize(
    "said",
    [
        {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
        {"User-Agent": ""},
        {"User-Agent": PHONE, "Sec-Purpose": "prefetch"},
        {"User-Agent": PHONE, "Sec-Fetch-Dest": "empty"},
    ],
    ids=["a program", "nobody", "ahead of time", "news of a page that is open"],
)
def test_whoever_does_not_open_the_page_does_not_count(
    session: Session, order: int, shopper: FlaskClient, said: dict[str, str]
) -> None:
    assert shopper.get(f"/t/{token_of(order)}", headers=said).status_code == 200
    assert counted(session) == []


def test_a_kept_page_counts_and_a_gift_a_forgery_and_an_order_that_is_gone_do_not(
    session: Session, order: int, shopper: FlaskClient
) -> None:
    shop = session.scalars(select(Shop)).one()
    said = {"User-Agent": PHONE, "Accept-Encoding": "gzip"}
    shopper.get(gift_url(shop, order).removeprefix("https://doorstep.test"), headers=said)
    shopper.get(f"/t/{token_of(order)[:-2]}xx", headers=said)
    assert counted(session) == []
    shopper.get(f"/t/{token_of(order)}", headers={"User-Agent": ""})  # keeps it
    front = Client(as_wsgi(Front(nothing_behind)))
    assert front.get(f"/t/{token_of(order)}", headers=said).status_code == 200
    assert counted(session) == [(order, 1)]
    visitors.note(10**9, {"user-agent": PHONE}.get)
    assert counted(session) == [(order, 1)]
