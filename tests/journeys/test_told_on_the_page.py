from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.lib import clock
from app.main import create_app
from app.shops.models import Shop
from app.tracking.models import ExceptionRow
from app.tracking.page.links import token_of
from app.vocabulary import ExceptionKind
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.journeys.test_tracking_page import MOVING, headline, see
from tests.sold import Sent


def test_a_page_speaks_the_language_of_its_order_then_of_its_shop(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    page = see(shopper, sold.order(session, shop, MOVING, locale="de-CH").id)
    assert '<html lang="de-CH" dir="ltr">' in page
    assert headline(page).startswith("Unterwegs")
    assert "In Boulder erfasst" in page
    shop.locale = "ar"
    session.commit()
    page = see(shopper, sold.order(session, shop, MOVING, locale="tlh").id)
    assert '<html lang="ar" dir="rtl">' in page
    assert headline(page).startswith("في الطريق")


def test_an_exception_is_told_until_it_is_cleared(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    order = sold.order(session, shop, replace(MOVING, alarm=ExceptionKind.STALLED))
    assert headline(see(shopper, order.id)).startswith("We’re checking on your parcel")
    session.execute(update(ExceptionRow).values(cleared_at=clock.now()))
    session.commit()
    assert headline(see(shopper, order.id)).startswith("On its way")


def test_of_an_order_that_stays_too_long_one_may_still_ask_to_cancel(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    page = see(shopper, sold.order(session, shop, alarm=ExceptionKind.UNFULFILLED).id)
    assert headline(page).startswith("It takes longer than usual")
    assert "I want to cancel or change something" in page
    assert "I want to send something back" not in page


def test_the_place_to_collect_is_shown_with_its_code_and_hours(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    place = {"name": "Corner Market", "address": "2850 Arapahoe Avenue", "hours": "7 to 22", "code": "4827"}
    waits = Sent(scans=((S.AVAILABLE_FOR_PICKUP, -2, None, "Boulder"),), pickup=place)
    page = see(shopper, sold.order(session, shop, waits).id)
    for words in place.values():
        assert words in page
    assert "2850 Arapahoe" not in see(shopper, sold.order(session, shop, replace(MOVING, pickup=place)).id)


def test_the_carriers_own_words_are_behind_a_tap_but_not_those_of_a_delivery(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    page = see(shopper, sold.order(session, shop, replace(MOVING, text="ARRIVED AT HUB 7")).id)
    assert "ARRIVED AT HUB 7" in page.partition("In the carrier’s words")[2]


def test_the_arrival_is_a_calendars_entry_where_a_day_is_named(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    expected = sold.order(session, shop, replace(MOVING, expected=3, until=4))
    address = f"/t/{token_of(expected.id)}/calendar.ics"
    assert address in see(shopper, expected.id)
    entry = shopper.get(address)
    assert entry.mimetype == "text/calendar"
    assert "SUMMARY:Parcel from Ridge & Pine\r\n" in entry.text
    assert entry.text.count("BEGIN:VEVENT") == 1
    silent = sold.order(session, shop, MOVING)
    assert "calendar.ics" not in see(shopper, silent.id)
    assert shopper.get(f"/t/{token_of(silent.id)}/calendar.ics").status_code == 404
    assert shopper.get("/t/made-up/calendar.ics").status_code == 404


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()
