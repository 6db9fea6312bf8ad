"""The page to share: what it must not tell, and that nothing leads from it to what it does not tell."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.main import create_app
from app.shops.models import Shop
from app.tracking.page.links import gift_token_of, token_of
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.browser.moments import COLUMNS, MOMENTS
from tests.sold import Sent

MOVING = Sent(scans=((S.PICKED_UP, -30, None, "Denver"), (S.IN_TRANSIT, -2, None, "Boulder")), expected=2)
ARRIVED = Sent(scans=((S.DELIVERED, -1, None, "Boulder"),))


def test_the_page_offers_a_link_to_share(order: int, shopper: FlaskClient) -> None:
    assert gift_of(order) in shopper.get(f"/t/{token_of(order)}").text


@pytest.mark.parametrize("parcels", [(), (MOVING,), (ARRIVED,), (MOVING, ARRIVED)])
def test_a_shared_page_tells_no_price_and_no_name(
    session: Session, shop: Shop, shopper: FlaskClient, parcels: tuple[Sent, ...]
) -> None:
    order = sold.order(session, shop, *parcels).id
    own, shared = (unescape(shopper.get(path).text) for path in (f"/t/{token_of(order)}", gift_of(order)))
    for secret in ("$128.00", "$36.00", "Ana"):
        assert secret in own
        assert secret not in shared
    assert "Merino Overshirt" in shared
    assert re.search("[$€£]", shared) is None


@pytest.mark.parametrize("moment", [it for it in MOMENTS if it != "long-words"])
def test_it_speaks_to_its_receiver_at_every_moment(
    session: Session, shop: Shop, shopper: FlaskClient, moment: str
) -> None:
    order = sold.order(session, shop, *MOMENTS[moment], age=90, **COLUMNS.get(moment, {}))
    shared = " ".join(unescape(re.sub("<[^>]+>", " ", shopper.get(gift_of(order.id)).text)).split())
    buyers = ("your order", "your money", "refund", "buying", "cancel or", "would like", "too late for me")
    assert [words for words in (*buyers, str(order.name)) if words in shared.lower()] == []


def test_nothing_on_it_leads_to_the_shoppers_own_page(order: int, shopper: FlaskClient) -> None:
    token = token_of(order)
    shared = shopper.get(gift_of(order)).text
    calendar = re.search(r'href="([^"]+/g/[^"]+\.ics)"', shared)
    assert calendar is not None
    entry = shopper.get(calendar[1]).text.replace("\r\n ", "")
    assert gift_of(order) in entry
    assert token not in shared + entry
    assert "/t/" not in shared + entry


@pytest.mark.parametrize(
    "leads", ["/t/{gift}", "/g/{own}", "/t/{gift}/calendar.ics", "/g/{own}/calendar.ics"]
)
def test_neither_link_opens_the_other_page(order: int, shopper: FlaskClient, leads: str) -> None:
    tokens = {"gift": gift_of(order).rpartition("/")[2], "own": token_of(order)}
    assert shopper.get(leads.format(**tokens)).status_code == 404


@pytest.mark.parametrize("first", ["own", "gift"])
def test_neither_page_is_kept_as_the_other(order: int, shopper: FlaskClient, first: str) -> None:
    paths = {"own": f"/t/{token_of(order)}", "gift": gift_of(order)}
    shopper.get(paths[first])
    for asks in ("", "?parcel=1"):
        for _ in range(2):
            assert "$128.00" in shopper.get(paths["own"] + asks).text
            assert "$128.00" not in shopper.get(paths["gift"] + asks).text


def test_it_ends_with_the_order(session: Session, order: int, shopper: FlaskClient) -> None:
    assert shopper.get(gift_of(order)).status_code == 200
    session.execute(text("UPDATE shop SET state = 'uninstalled'"))
    session.commit()
    assert shopper.get(gift_of(order)).status_code == 410


def gift_of(order_id: int) -> str:
    return f"/g/{gift_token_of(order_id)}"


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def order(session: Session, shop: Shop) -> int:
    return sold.order(session, shop, MOVING).id


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()
