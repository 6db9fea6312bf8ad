import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.lib import clock
from app.lib.db import engine
from app.main import create_app
from app.schema import Base
from app.shops.models import Shop
from app.tracking.page.links import token_of
from app.vocabulary import ShipmentStatus as S
from app.vocabulary import ShopState
from tests import sold
from tests.sold import Sent

MOVING = Sent(scans=((S.PICKED_UP, -30, None, "Denver"), (S.IN_TRANSIT, -2, None, "Boulder")))
OUT = Sent(scans=((S.OUT_FOR_DELIVERY, -0.01, None, "Boulder"),))
ARRIVED = Sent(scans=((S.OUT_FOR_DELIVERY, -5, None, None), (S.DELIVERED, -0.01, None, "Boulder")))


def test_the_headline_says_when_it_comes(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    assert headline(see(shopper, sold.order(session, shop).id)) == "We’re getting it ready"
    out = headline(see(shopper, sold.order(session, shop, OUT).id))
    assert re.search("out for delivery|arriving today", out, re.IGNORECASE)
    assert "Delivered today" in headline(see(shopper, sold.order(session, shop, ARRIVED).id))


def test_a_page_shows_what_was_bought_and_how_far_it_is(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    page = see(shopper, sold.order(session, shop, MOVING, name="#1042").id)
    for words in (
        "Order #1042 for Ana",
        "Merino Overshirt",
        "$128.00",
        "Pine · 2 pieces",
        "$36.00",
        "Ana, Boulder",
        "Scanned in Boulder",
        "UPS picked it up",
        "1Z999AA10123456784",
        "https://www.ups.com/track?tracknum=1Z999AA10123456784",
        "Ridge & Pine LLC, 214 NW 9th Avenue, Portland, OR 97209",
    ):
        assert words in page, words


def test_whoever_holds_the_link_learns_no_more_than_first_name_and_town(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    signed = Sent(scans=((S.DELIVERED, -1, "signed", None),), text="Signed for by A MORENO")
    for parcel in (MOVING, signed):
        page = see(shopper, sold.order(session, shop, parcel).id)
        for secret in (
            "Moreno",
            "MORENO",
            "ana.moreno",
            "shopper.example",
            "3035550142",
            "Pearl",
            "80302",
            "Apt",
        ):
            assert secret not in page, secret
        assert shop.key not in page


def test_a_page_is_kept_from_search_engines_caches_and_other_sites(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    headers = shopper.get(f"/t/{token_of(sold.order(session, shop).id)}").headers
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"].startswith("private")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_no_page_carries_inline_script_or_style(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    for page in (see(shopper, sold.order(session, shop, MOVING, ARRIVED).id), text(shopper, "/track")):
        own = re.sub(r'<script src="/look/\w+/live.js" defer></script>', "", page)
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", own)


def test_sheets_and_scripts_are_kept_for_good_by_their_version(
    session: Session, shopper: FlaskClient
) -> None:
    sold.shop(session)
    (script,) = {*re.findall(r'"(/look/\w+/shop.css)"', text(shopper, "/track"))}
    kept = shopper.get(script)
    assert "immutable" in kept.headers["Cache-Control"]
    assert kept.mimetype == "text/css"
    old = shopper.get("/look/older/shop.css", headers={"Accept-Encoding": "gzip"})
    assert old.headers["Cache-Control"] == "no-cache"
    assert gzip.decompress(old.data) == kept.data
    assert shopper.get("/look/any/../page.py").status_code == 404


def test_a_made_up_token_is_not_found(shopper: FlaskClient) -> None:
    for token in ("x" * 40, "MQ.abc", token_of(999_999_999)):
        answer = shopper.get(f"/t/{token}")
        assert answer.status_code == 404
        assert "This link leads nowhere" in answer.text


def test_a_page_closes_ninety_days_after_the_last_delivery(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    ended = sold.order(session, shop, delivered_days_ago(200), delivered_days_ago(91))
    still_open = sold.order(session, shop, delivered_days_ago(200), delivered_days_ago(89))
    assert shopper.get(f"/t/{token_of(ended.id)}").status_code == 410
    assert shopper.get(f"/t/{token_of(still_open.id)}").status_code == 200


def test_a_page_without_a_delivery_closes_after_a_year(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    ended = sold.order(session, shop, Sent(sent=-24 * 366), age=24 * 367)
    assert shopper.get(f"/t/{token_of(ended.id)}").status_code == 410


def test_what_is_erased_deleted_or_left_is_closed(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    erased = sold.order(session, shop, erased_at=clock.now())
    deleted = sold.order(session, shop, deleted_at=clock.now())
    left = sold.shop(session, domain="left.example")
    left.state = ShopState.UNINSTALLED
    for order in (erased, deleted, sold.order(session, left)):
        answer = shopper.get(f"/t/{token_of(order.id)}")
        assert answer.status_code == 410
        assert "Ana" not in answer.text


def test_of_two_parcels_the_open_one_is_shown_and_each_can_be(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    done = Sent(scans=ARRIVED.scans, items=(0,), number="FIRST")
    order = sold.order(session, shop, done, Sent(scans=MOVING.scans, items=(1,), number="SECOND"))
    page = see(shopper, order.id)
    assert headline(page).startswith("1 of 2 delivered The other is on its way")
    assert "SECOND" in page
    assert "FIRST" not in page
    first = text(shopper, f"/t/{token_of(order.id)}?parcel=1")
    assert headline(first).startswith("Delivered today")
    assert "FIRST" in first
    assert "In parcel 1" in first
    assert text(shopper, f"/t/{token_of(order.id)}?parcel=9") == page


def test_what_is_in_no_parcel_is_listed_apart(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    page = see(shopper, sold.order(session, shop, Sent(scans=MOVING.scans, items=(0,))).id)
    inside, _, outside = page.partition("Also in your order")
    assert "Merino Overshirt" in inside
    assert "Enamel Camp Mug" not in inside
    assert "Enamel Camp Mug" in outside


def test_a_cancelled_parcel_is_not_shown(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    page = see(shopper, sold.order(session, shop, Sent(cancelled=True)).id)
    assert headline(page) == "We’re getting it ready"


def test_pictures_come_from_the_line_or_its_product_and_only_safely(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    sold.product(session, shop, "p1", "https://cdn.example/shirt.jpg")
    items = (
        {**sold.SHIRT, "product_external_id": "p1"},
        {**sold.MUG, "image_url": "http://cdn.example/mug.jpg"},
    )
    page = see(shopper, sold.order(session, shop, items=items).id)
    assert 'src="https://cdn.example/shirt.jpg"' in page
    assert "mug.jpg" not in page


def test_whatever_stands_in_the_rows_is_text(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    evil = '<img src=x onerror=alert(1)>"'
    order = sold.order(
        session,
        shop,
        Sent(scans=MOVING.scans, carrier=evil, number=evil, text=evil, url="javascript:alert(1)"),
        name=evil,
        items=({**sold.SHIRT, "title": evil, "variant_title": evil},),
        ship_to={"first_name": evil, "city": evil},
    )
    page = shopper.get(f"/t/{token_of(order.id)}").text
    assert "<img src=x" not in page
    assert "javascript:" not in page


def test_a_page_asks_the_same_few_questions_however_much_was_bought(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    many = sold.order(session, shop, *[MOVING] * 7, items=tuple([sold.SHIRT] * 30))
    for order in (sold.order(session, shop), many):
        address = f"/t/{token_of(order.id)}"
        with queries() as asked:
            assert shopper.get(address).status_code == 200
        assert len(asked) <= 10


def test_looking_changes_nothing(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    order = sold.order(session, shop, MOVING)
    besides = ("drawn_page", "page_visit")  # a copy: ADR 0011; a figure, counted some seconds later
    tables = [table for table in Base.metadata.sorted_tables if table.name not in besides]
    before = [session.execute(select(table)).all() for table in tables]
    see(shopper, order.id)
    session.rollback()
    assert [session.execute(select(table)).all() for table in tables] == before


def test_a_brand_is_a_style_sheet(shopper: FlaskClient) -> None:
    answer = shopper.get("/brand/1e6048.css")
    assert answer.mimetype == "text/css"
    assert "--brand:#1e6048" in answer.text
    assert "prefers-color-scheme:dark" in answer.text
    assert "max-age" in answer.headers["Cache-Control"]
    assert shopper.get("/brand/red;}.css").status_code == 404


def test_an_address_that_does_not_exist_is_answered_in_the_house_look(shopper: FlaskClient) -> None:
    answer = shopper.get("/nothing")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_a_fault_of_ours_is_said_to_be_ours(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app()
    monkeypatch.setattr("app.tracking.page.links.order_of", lambda _: 1 / 0)
    answer = app.test_client().get("/t/any")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert shop.name not in answer.text


def see(shopper: FlaskClient, order_id: int) -> str:
    return text(shopper, f"/t/{token_of(order_id)}")


def text(shopper: FlaskClient, address: str) -> str:
    answer = shopper.get(address)
    assert answer.status_code == 200
    return unescape(answer.text)


def headline(page: str) -> str:
    """Read the page as the check from outside does."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL | re.IGNORECASE)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group(1)).split()) if found else ""


def delivered_days_ago(days: int) -> Sent:
    return Sent(scans=((S.DELIVERED, -24 * days, None, None),), sent=-24 * days - 48)


@contextmanager
def queries() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield asked
    event.remove(engine(), "before_cursor_execute", note)


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()
