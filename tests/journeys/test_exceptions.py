"""What goes wrong by nothing happening is noticed, once, and is over when something does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events import EventRow
from app.lib import clock
from app.tracking.exceptions import lanes, watch
from app.tracking.models import ExceptionRow, Lane
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S
from jobs import exceptions as jobs
from tests import sold
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.watching import TUESDAY, after, awake, found, moving, the_shop
from tests.sold import Sent


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def test_an_order_that_stays_is_noticed_and_over_when_it_leaves(
    shopify_store: StoreVoice, travel: time_machine.Traveller
) -> None:
    session = shopify_store.session
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.settle()
    after(travel, days=2, hours=23)
    assert found(session) == []
    after(travel, hours=2)
    assert found(session, cleared_at=None, shipment_id=None) == ["unfulfilled"]
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.settle()
    assert found(session, cleared_at=None) == []
    kinds = session.scalars(select(EventRow.kind).where(EventRow.kind.startswith("exception"))).all()
    assert sorted(kinds) == ["exception_cleared", "exception_opened"]
    (row,) = session.scalars(select(ExceptionRow))
    assert row.opened_at == row.since + timedelta(days=3)


def test_an_order_that_the_store_calls_done_is_not_waited_for(
    shopify_store: StoreVoice, travel: time_machine.Traveller
) -> None:
    done = payloads.order(clock.now(), fulfillment_status="fulfilled")
    digital = payloads.order(clock.now(), 1043, shipping_address=None)
    for order in (done, digital):
        shopify_store.shopify("orders/paid", order)
    shopify_store.settle()
    after(travel, days=9)
    assert found(shopify_store.session) == []


def test_a_parcel_gets_stuck_and_lost_and_the_next_scan_clears_both_at_once(
    shopify_store: StoreVoice, travel: time_machine.Traveller
) -> None:
    session = shopify_store.session
    shopify_store.shop.country = "US"
    session.commit()
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.shopify("fulfillment_events/create", payloads.scan("in_transit", clock.now(), 1))
    shopify_store.settle()
    after(travel, days=5, hours=1)  # Thanksgiving and a weekend lie between
    assert found(session) == []
    after(travel, days=1)
    assert found(session, cleared_at=None) == ["stalled"]
    after(travel, days=1)
    assert found(session, cleared_at=None) == ["stalled", "presumed_lost"]
    old = payloads.scan("in_transit", clock.now() - timedelta(days=8), 2)
    shopify_store.shopify("fulfillment_events/create", old)
    shopify_store.settle()
    assert found(session, cleared_at=None) == ["stalled", "presumed_lost"]
    shopify_store.shopify("fulfillment_events/create", payloads.scan("in_transit", clock.now(), 3))
    shopify_store.settle()
    assert found(session, cleared_at=None) == []
    after(travel, days=4)
    assert found(session) == ["stalled", "presumed_lost", "stalled"]


def test_what_the_merchant_has_dealt_with_does_not_come_back_before_the_parcel_moves(
    session: Session, travel: time_machine.Traveller
) -> None:
    moving(session)
    after(travel, days=6)
    row = session.scalars(select(ExceptionRow)).one()
    row.resolved_at = clock.now()
    session.commit()
    after(travel, days=1)
    watch.rearm(session, the_shop(session))
    session.commit()
    after(travel, hours=1)
    assert found(session, kind=K.STALLED) == ["stalled"]


def test_a_label_and_a_pickup_age_step_by_step(session: Session, travel: time_machine.Traveller) -> None:
    of = sold.shop(session)
    sold.order(session, of, Sent(scans=((S.LABEL_CREATED, 0, None, None),), sent=0))
    sold.order(session, of, Sent(scans=((S.AVAILABLE_FOR_PICKUP, 0, None, "Boulder"),)))
    awake(session)
    for _ in range(10):
        after(travel, days=1)
    steps = select(EventRow.data).where(EventRow.kind == "exception_aged").order_by(EventRow.happened_at)
    told = [(data["exception"], data["step"]) for data in session.scalars(steps)]
    assert told == [
        ("pickup_waiting", 1),
        ("pickup_waiting", 2),
        ("pickup_waiting", 3),
        ("label_not_moving", 1),
    ]


def test_a_store_whose_carriers_tell_nothing_has_no_stuck_parcels(
    session: Session, travel: time_machine.Traveller
) -> None:
    of = sold.shop(session)
    sold.order(session, of, Sent(scans=(), carrier="An Post"))
    awake(session)
    after(travel, days=9)
    assert found(session) == []
    sold.order(session, of, Sent(scans=((S.IN_TRANSIT, 0, None, None),), carrier="an post"))
    after(travel, days=1)
    assert "label_not_moving" in found(session)


def test_nobody_waits_for_what_was_called_off(
    shopify_store: StoreVoice, travel: time_machine.Traveller
) -> None:
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.settle()
    after(travel, days=4)
    assert found(shopify_store.session, cleared_at=None) == ["unfulfilled"]
    at = clock.now().isoformat()
    cancelled = payloads.order(clock.now(), cancelled_at=at, updated_at=at)
    shopify_store.shopify("orders/cancelled", cancelled)
    shopify_store.settle()
    assert found(shopify_store.session, cleared_at=None) == []


def test_a_lane_is_learnt_from_what_arrived_and_believed_from_a_hundred_parcels(session: Session) -> None:
    of = sold.shop(session)
    for n in range(lanes.LEAST_P95):
        gap = 100 if n >= 90 else 20
        arrived = Sent(
            scans=((S.IN_TRANSIT, -200, None, None), (S.DELIVERED, gap - 200, None, None)), carrier=" UPS"
        )
        sold.order(session, of, arrived)
        if n == lanes.LEAST_P95 - 2:
            assert lanes.usual(session, of.id, [("ups", "US")])["ups", "US"].p95 is None
            lanes.learn(session, of.id)
            assert lanes.usual(session, of.id, [("ups", "US")])["ups", "US"].p95 is None
    of.lanes_due_at = clock.now()
    session.commit()
    jobs.learn()
    session.expire_all()
    (lane,) = session.scalars(select(Lane))
    assert (lane.carrier, lane.country, lane.parcels) == ("ups", "US", 100)
    assert lane.p95 == timedelta(hours=100)
    usual = lanes.usual(session, of.id, [("ups", "US"), ("dhl", "US")])
    assert (usual["ups", "US"].p95, usual["ups", "US"].p99) == (timedelta(hours=100), None)
    assert usual["dhl", "US"].p95 is None
    assert of.lanes_due_at == clock.now() + lanes.EVERY


def test_a_number_that_cannot_be_right_is_noticed_at_once_and_a_corrected_one_ends_it(
    shopify_store: StoreVoice,
) -> None:
    now = clock.now()
    mistyped = payloads.fulfillment(now, tracking_numbers=["1Z5R89390357567128"])
    shopify_store.shopify("orders/paid", payloads.order(now))
    shopify_store.shopify("fulfillments/create", mistyped)
    shopify_store.settle()
    assert found(shopify_store.session, cleared_at=None) == ["invalid_number"]
    corrected = payloads.fulfillment(now, updated_at=now.isoformat())
    shopify_store.shopify("fulfillments/update", corrected)
    shopify_store.settle()
    assert found(shopify_store.session, cleared_at=None) == []
