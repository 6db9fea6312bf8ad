"""What is learnt from parcels that arrived, on a real session: bounded, scored, and of one shop."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from app import events
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import engine
from app.privacy import erasure
from app.shops.models import Shop
from app.tracking.forecast import forecasts, transits
from app.tracking.forecast.delivery_date import Clock
from app.tracking.forecast.models import Forecast, Prediction, Transit
from app.tracking.forecast.typical import Level
from app.tracking.models import Shipment, TrackingEvent
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.sold import Sent

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
NEW = Sent(sent=-1)
MOVING = Sent(sent=-30, scans=((S.IN_TRANSIT, -2, None, "Denver"),))
OUT = Sent(sent=-60, scans=((S.IN_TRANSIT, -40, None, "Denver"), (S.OUT_FOR_DELIVERY, -1, None, "Boulder")))


@pytest.fixture(autouse=True)
def _tuesday() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


def test_24_arrivals_promise_nothing_and_25_do(session: Session, shop: Shop) -> None:
    arrived(session, shop, 24)
    assert said(session, shop, NEW).window_until is None
    arrived(session, shop, 1)
    parcel = said(session, shop, NEW)
    assert parcel.window_from is not None
    assert parcel.window_until is not None
    assert parcel.window_from <= parcel.window_until
    assert timedelta(days=2) < parcel.window_until - NOW.date() < timedelta(days=7)


def test_an_order_is_told_a_window_before_it_leaves(session: Session, shop: Shop) -> None:
    arrived(session, shop, 25)
    order = sold.order(session, shop, age=1)
    forecasts.on_order_placed(session, shop.id, placed(order))
    assert order.window_from is not None
    assert order.window_until is not None
    assert order.window_until > NOW.date()


def test_what_the_shopper_saw_is_stored_as_of_then_and_scored_when_it_arrives(
    session: Session, shop: Shop
) -> None:
    arrived(session, shop, 40)
    parcel = said(session, shop, NEW)
    before = session.scalars(select(Prediction).filter_by(shipment_id=parcel.id)).one()
    promised = (before.made_at, before.earliest, before.latest, before.samples)
    assert before.arrived_at is None
    arrived(session, shop, 30, days=20)  # what comes true later changes nothing that was said
    session.expire_all()
    assert (before.made_at, before.earliest, before.latest, before.samples) == promised

    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        deliver(session, parcel)
        session.expire_all()
        assert before.arrived_at is not None
        assert before.earliest <= before.arrived_at <= before.latest
        row = session.scalars(select(Forecast).filter_by(shop_id=shop.id, clock=Clock.SHIPPED)).one()
        assert (row.scored, row.within_80, row.within_90) == (1, 1, 1)
        forecasts.on_shipment_reached(session, shop.id, reached(parcel))
        session.refresh(row)
        assert row.scored == 1, "a parcel arrives once"


def test_the_window_shrinks_with_each_status_that_it_reaches(session: Session, shop: Shop) -> None:
    arrived(session, shop, 60)
    out = [said(session, shop, sent) for sent in (NEW, MOVING, OUT)][-1]
    rows = session.scalars(select(Prediction).order_by(Prediction.id)).all()
    assert [row.clock for row in rows] == [Clock.SHIPPED, Clock.MOVED, Clock.OUT]
    lengths = [row.latest - row.earliest for row in rows]
    assert lengths == sorted(lengths, reverse=True)
    assert out.window_until is not None
    assert out.window_until - NOW.date() <= timedelta(days=1)


def test_the_finest_level_of_which_enough_is_known_is_named(session: Session, shop: Shop) -> None:
    arrived(session, shop, 30)
    arrived(session, shop, 5, place={"country": "US", "region": "NY", "postcode": "10011"})
    here = said(session, shop, NEW)
    there = said(session, shop, NEW, place={"country": "US", "region": "NY", "postcode": "10011"})
    rows = {row.shipment_id: row for row in session.scalars(select(Prediction))}
    assert (rows[here.id].level, rows[here.id].samples) == (Level.ZONE, 30)
    assert (rows[there.id].level, rows[there.id].samples) == (Level.COUNTRY, 35)


def test_express_is_learnt_apart_from_standard(session: Session, shop: Shop) -> None:
    arrived(session, shop, 40, days=6, shipping="Standard")
    arrived(session, shop, 40, days=1.5, shipping="Express")
    express, standard = (said(session, shop, NEW, shipping=name) for name in ("Express", "Standard"))
    assert express.window_until is not None
    assert standard.window_from is not None
    assert express.window_until < standard.window_from


def test_no_shop_learns_from_another(session: Session, shop: Shop) -> None:
    arrived(session, sold.shop(session, domain="other.example"), 40)
    assert said(session, shop, NEW).window_until is None


@pytest.mark.parametrize("ends", [S.RETURN_TO_SENDER, S.CANCELLED])
def test_a_parcel_that_never_comes_teaches_nothing(session: Session, shop: Shop, ends: S) -> None:
    parcel = said(session, shop, MOVING)
    assert session.get(Transit, parcel.id) is not None
    parcel.status = ends
    forecasts.on_shipment_reached(session, shop.id, reached(parcel))
    session.expire_all()
    assert session.get(Transit, parcel.id) is None
    assert parcel.window_from is None


def test_a_parcels_way_is_the_same_in_whatever_order_its_scans_are_told(session: Session, shop: Shop) -> None:
    scans = ((S.PICKED_UP, -70), (S.IN_TRANSIT, -40), (S.OUT_FOR_DELIVERY, -6))
    ways = set()
    for told in permutations(scans):
        order = sold.order(session, shop, Sent(sent=-80))
        parcel = session.scalars(select(Shipment).filter_by(order_id=order.id)).one()
        for status, hours in told:
            scan(session, parcel, status, NOW + timedelta(hours=hours))
            forecasts.on_shipment_reached(session, shop.id, reached(parcel))
        session.expire_all()
        way = session.get_one(Transit, parcel.id)
        ways.add((way.moved_at, way.out_at, way.arrived_at))
    assert ways == {(NOW - timedelta(hours=70), NOW - timedelta(hours=6), None)}


def test_saying_a_day_costs_the_same_however_many_parcels_there_were(session: Session, shop: Shop) -> None:
    arrived(session, shop, 30)
    few = statements(session, shop)
    arrived(session, shop, 60)
    assert statements(session, shop) == few


def test_a_busy_shop_learns_from_a_lot_of_its_parcels(
    session: Session, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived(session, shop, 40)
    monkeypatch.setattr(transits, "MOST", 30)
    assert len(transits.runs(session, shop.id, Clock.SHIPPED, NOW)) == 30


def test_of_an_erased_order_only_the_country_of_its_way_is_left(session: Session, shop: Shop) -> None:
    parcel = said(session, shop, NEW)
    way = session.get_one(Transit, parcel.id)
    assert (way.country, way.region, way.zone) == ("US", "CO", "80")
    erasure.erase_order(session, session.get_one(Order, parcel.order_id))
    session.refresh(way)
    assert (way.country, way.region, way.zone) == ("US", "", "")


def test_what_is_too_old_to_teach_is_removed(session: Session, shop: Shop) -> None:
    arrived(session, shop, 25)
    said(session, shop, NEW)
    session.execute(update(Transit).values(shipped_at=NOW - transits.KEPT - timedelta(days=1)))
    session.execute(update(Prediction).values(made_at=NOW - transits.KEPT - timedelta(days=1)))
    transits.forget_old(session)
    assert session.scalar(select(func.count()).select_from(Transit)) == 0
    assert session.scalar(select(func.count()).select_from(Prediction)) == 0


def arrived(session: Session, shop: Shop, count: int, *, days: float = 3.5, **columns: Any) -> None:
    """Let so many parcels have arrived, each some time between four and two weeks ago."""
    place = columns.pop("place", None)
    for number in range(count):
        sent = -24 * (28 - number % 12)
        took = 24 * days * (0.8 + 0.4 * (number * 7 % 10) / 10)
        parcel = Sent(
            sent=sent,
            scans=(
                (S.IN_TRANSIT, sent + 10, None, "Denver"),
                (S.OUT_FOR_DELIVERY, sent + took - 5, None, "Boulder"),
                (S.DELIVERED, sent + took, None, "Boulder"),
            ),
        )
        where = {"ship_to": place} if place else {}
        order = sold.order(session, shop, parcel, age=12 - sent, **where, **columns)
        shipment = session.scalars(select(Shipment).filter_by(order_id=order.id)).one()
        forecasts.on_shipment_reached(session, shop.id, reached(shipment))
    session.commit()


def said(session: Session, shop: Shop, parcel: Sent, **columns: Any) -> Shipment:
    """Register a parcel and return its row with what was said of it."""
    place = columns.pop("place", None)
    where = {"ship_to": place} if place else {}
    order = sold.order(session, shop, parcel, age=1 - parcel.sent, **where, **columns)
    shipment = session.scalars(select(Shipment).filter_by(order_id=order.id)).one()
    forecasts.on_shipment_registered(session, shop.id, registered(shipment))
    session.commit()
    return shipment


def deliver(session: Session, parcel: Shipment) -> None:
    scan(session, parcel, S.DELIVERED, clock.now())
    parcel.status, parcel.delivered_at = S.DELIVERED, clock.now()
    forecasts.on_shipment_reached(session, parcel.shop_id, reached(parcel))
    session.commit()


def scan(session: Session, parcel: Shipment, status: S, at: datetime) -> None:
    session.add(
        TrackingEvent(
            shop_id=parcel.shop_id,
            fulfillment_id=parcel.fulfillment_id,
            source="shopify",
            external_id=f"{status}-{at.isoformat()}",
            status=status,
            raw_status=status.value,
            happened_at=at,
            recorded_at=at,
        )
    )
    session.flush()


def statements(session: Session, shop: Shop) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    order = sold.order(session, shop, replace(NEW), age=2)
    shipment = session.scalars(select(Shipment).filter_by(order_id=order.id)).one()
    session.expire_all()
    happened = registered(shipment)
    event.listen(engine(), "before_cursor_execute", note)
    forecasts.on_shipment_registered(session, shop.id, happened)
    event.remove(engine(), "before_cursor_execute", note)
    session.commit()
    return len(asked)


def placed(order: Order) -> events.OrderPlaced:
    assert order.placed_at is not None
    return events.OrderPlaced(
        happened_at=order.placed_at, order_id=order.id, first_heard_at=order.first_heard_at
    )


def registered(shipment: Shipment) -> events.ShipmentRegistered:
    return events.ShipmentRegistered(
        happened_at=shipment.shipped_at, order_id=shipment.order_id, shipment_id=shipment.id
    )


def reached(shipment: Shipment) -> events.ShipmentReached:
    return events.ShipmentReached(
        happened_at=clock.now(),
        order_id=shipment.order_id,
        shipment_id=shipment.id,
        status=shipment.status,
    )
