"""From what a store delivers to the day on the tracking page."""

from datetime import datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from app.commerce.models import Order
from app.lib import clock
from app.main import create_app
from app.tracking.exceptions.thresholds import Thresholds
from app.tracking.forecast.models import Forecast, Prediction
from app.tracking.forecast.typical import ENOUGH
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ExceptionKind
from jobs import exceptions
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_tracking_page import headline, see

NEW = 500
"""The number of the order whose day is asked for."""


def test_25_parcels_arrive_and_the_next_one_of_their_lane_gets_a_window(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    arrive(shopify_store, ENOUGH - 1)
    order(shopify_store)
    assert headline(look(shopify_store, shopper)) == "We’re getting it ready"
    arrive(shopify_store, 1, first=ENOUGH)
    order(shopify_store, NEW + 1)
    assert "We’re getting it ready Arriving" in headline(look(shopify_store, shopper, NEW + 1))

    send(shopify_store, NEW + 1)
    page = headline(look(shopify_store, shopper, NEW + 1))
    assert page.startswith("Arriving")
    row = shopify_store.session.scalars(select(Shipment).order_by(Shipment.id.desc())).first()
    assert row is not None
    assert row.window_until is not None
    assert timedelta(days=2) <= row.window_until - clock.now().date() <= timedelta(days=6)
    (level,) = shopify_store.session.scalars(
        select(Prediction.samples).where(Prediction.shipment_id.is_not(None))
    )
    assert level == ENOUGH


def test_the_carriers_date_comes_before_the_merchants_promise_and_that_before_our_window(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    arrive(shopify_store, ENOUGH)
    order(shopify_store)
    send(shopify_store, NEW)
    ours = headline(look(shopify_store, shopper))
    assert ours.startswith("Arriving")
    shopify_store.shop.country = "US"
    promise(shopify_store, promise_domestic=60)
    merchants = headline(look(shopify_store, shopper))
    assert merchants.startswith("Arriving")
    assert merchants != ours
    promise(shopify_store, promise_abroad=60)
    assert headline(look(shopify_store, shopper)) == ours, "the promise for abroad is not for here"
    promise(shopify_store, promise_domestic=60)
    expected = clock.now() + timedelta(days=40)
    scan = payloads.scan("in_transit", clock.now(), 900, NEW, NEW)
    scan["estimated_delivery_at"] = expected.isoformat()
    shopify_store.shopify("fulfillment_events/create", scan)
    shopify_store.settle()
    carriers = headline(look(shopify_store, shopper))
    assert carriers.startswith("Arriving")
    assert carriers not in (ours, merchants)


def test_a_shop_that_promises_a_day_says_it_before_anything_has_left(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    promise(shopify_store, promise_abroad=3)
    order(shopify_store)
    assert "We’re getting it ready Arriving" in headline(look(shopify_store, shopper))


def test_past_our_window_a_parcel_is_late(shopify_store: StoreVoice) -> None:
    arrive(shopify_store, ENOUGH)
    order(shopify_store)
    send(shopify_store, NEW)
    shopify_store.shopify("fulfillment_events/create", payloads.scan("in_transit", clock.now(), 9, NEW, NEW))
    shopify_store.settle()
    late = select(ExceptionRow.evidence).filter_by(kind=ExceptionKind.LATE)
    assert shopify_store.session.scalars(late).all() == []
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        exceptions.look()
    assert shopify_store.session.scalars(late).all() == [{"promised_by": "us"}]


def test_what_was_said_is_counted_when_it_comes_true(shopify_store: StoreVoice) -> None:
    arrive(shopify_store, ENOUGH)
    order(shopify_store)
    send(shopify_store, NEW)
    deliver(shopify_store, NEW, clock.now())
    rows = shopify_store.session.scalars(select(Forecast).filter_by(scored=1)).all()
    assert {row.clock.value for row in rows} == {"placed", "shipped"}
    assert all(row.within_90 in (0, 1) for row in rows)


def arrive(store: StoreVoice, count: int, *, first: int = 1) -> None:
    """Let orders be placed two weeks ago, leave the day after, and arrive in three or four days."""
    for number in range(first, first + count):
        at = clock.now() - timedelta(days=14 - number % 3)
        order(store, number, at=at)
        send(store, number, at=at + timedelta(days=1))
        deliver(store, number, at + timedelta(days=4, hours=number * 5 % 24))


def order(store: StoreVoice, number: int = NEW, *, at: datetime | None = None) -> None:
    store.shopify("orders/paid", payloads.order(at or clock.now(), number))
    store.settle()


def send(store: StoreVoice, number: int, *, at: datetime | None = None) -> None:
    store.shopify("fulfillments/create", payloads.fulfillment(at or clock.now(), number, number))
    store.settle()


def deliver(store: StoreVoice, number: int, at: datetime) -> None:
    scan = payloads.scan("delivered", at, 10_000 + number, number, number)
    store.shopify("fulfillment_events/create", scan)
    store.settle()


def promise(
    store: StoreVoice, *, promise_domestic: int | None = None, promise_abroad: int | None = None
) -> None:
    chosen = Thresholds(promise_domestic=promise_domestic, promise_abroad=promise_abroad).written()
    store.shop.settings = {**store.shop.settings, "thresholds": chosen}
    store.session.commit()


def look(store: StoreVoice, shopper: FlaskClient, number: int = NEW) -> str:
    row = store.session.scalars(select(Order.id).filter_by(external_id=str(number))).one()
    return see(shopper, row)


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()
