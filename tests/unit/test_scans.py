from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.carriers.base import PickupPlace, Scan, Update
from app.commerce.models import Fulfillment, Order
from app.events import EventRow
from app.lib import clock
from app.platforms import purchases
from app.shops.models import Shop
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.parcels import register
from app.tracking.scans import scans, shared, standing
from app.vocabulary import ShipmentStatus as S
from tests import sold

NUMBER = "1Z999AA10123456784"


def test_a_sources_scans_move_the_parcel_and_each_is_kept_once(session: Session) -> None:
    shipment = parcel(session)
    told = update(scan(S.LABEL_CREATED, 5), scan(S.OUT_FOR_DELIVERY, 2), scan(S.IN_TRANSIT, 3))
    for _ in range(3):
        assert keep(session, shipment, told) == [shipment]
    assert shipment.status is S.OUT_FOR_DELIVERY
    assert count(session) == 3


def test_what_is_new_is_told_once_and_only_where_the_parcel_is_now(session: Session) -> None:
    shipment = parcel(session)
    shipment.announced_at = clock.now()
    keep(session, shipment, update(scan(S.IN_TRANSIT, 5), scan(S.DELIVERED, 1)))
    keep(session, shipment, update(scan(S.OUT_FOR_DELIVERY, 2), scan(S.DELIVERED, 1)))
    reached = session.scalars(select(EventRow).filter_by(kind="shipment_reached")).all()
    assert [row.data["status"] for row in reached] == ["delivered"]


def test_a_status_shows_the_scan_that_proves_it(session: Session) -> None:
    shipment = parcel(session)
    keep(session, shipment, update(scan(S.IN_TRANSIT, 5), scan(S.DELIVERED, 3), scan(S.IN_TRANSIT, 1)))
    told = session.scalars(select(TrackingEvent)).all()
    (proof,) = (one for one in told if standing.is_proof(shipment, one))
    assert (proof.status, proof.happened_at) == (S.DELIVERED, shipment.status_at)


def test_the_numbers_of_one_fulfillment_are_moved_apart(session: Session) -> None:
    first = parcel(session)
    second = sibling(session, first, "1Z999AA10123456785")
    keep(session, first, update(scan(S.DELIVERED, 1)))
    keep(session, second, update(scan(S.IN_TRANSIT, 1), number="1z 999-aa1 0123456785"))
    session.refresh(first)
    assert (first.status, second.status) == (S.DELIVERED, S.IN_TRANSIT)


def test_the_stores_scans_move_every_parcel_beside_a_sources_own(session: Session) -> None:
    first = parcel(session)
    second = sibling(session, first, "1Z999AA10123456785")
    keep(session, first, update(scan(S.OUT_FOR_DELIVERY, 1)))
    order = session.get_one(Order, first.order_id)
    fulfillment = session.get_one(Fulfillment, first.fulfillment_id)
    told = purchases.Scan(
        external_id="1",
        fulfillment_id=fulfillment.external_id,
        order_id=order.external_id,
        status=S.IN_TRANSIT,
        raw_status="in_transit",
        happened_at=clock.now() - timedelta(hours=2),
    )
    shared.keep(session, first.shop_id, [told], source="shopify", heard_at=clock.now())
    assert (first.status, second.status) == (S.OUT_FOR_DELIVERY, S.IN_TRANSIT)


def test_what_is_told_of_several_numbers_at_once_moves_each_by_itself(session: Session) -> None:
    first = parcel(session)
    second = sibling(session, first, "1Z999AA10123456785")
    silent = sibling(session, first, "1Z999AA10123456786")
    elsewhere = sold.order(
        session, session.get_one(Shop, first.shop_id), sold.Sent(number="1Z5R89390357567127")
    )
    third = session.scalars(select(Shipment).filter_by(order_id=elsewhere.id)).one()
    known = update(scan(S.PICKED_UP, 9), number="1Z999AA10123456786")
    keep(session, silent, known)
    told = [
        update(scan(S.IN_TRANSIT, 5), scan(S.DELIVERED, 1)),
        update(scan(S.OUT_FOR_DELIVERY, 2), scan(S.IN_TRANSIT, 5), number="1Z 999 AA1 01 2345 6785"),
        known,
        update(scan(S.ATTEMPT_FAILED, 1), number="1Z5R89390357567127"),
        update(scan(S.DELIVERED, 1), number="9400111202555842332669"),
    ]
    heard_at = clock.now() + timedelta(minutes=1)
    kept = scans.keep_updates(session, first.shop_id, told, source="easypost", heard_at=heard_at)
    assert {it.id for it in kept} == {first.id, second.id, silent.id, third.id}
    assert [it.status for it in (first, second, silent, third)] == [
        S.DELIVERED,
        S.OUT_FOR_DELIVERY,
        S.PICKED_UP,
        S.ATTEMPT_FAILED,
    ]
    assert {it.heard_at for it in kept} == {heard_at}
    assert count(session) == 6


def test_a_number_that_is_nobodys_and_another_shops_move_nothing(session: Session) -> None:
    mine = parcel(session)
    other = sold.shop(session, domain="other.example")
    theirs = update(scan(S.DELIVERED, 1))
    assert not scans.keep_update(session, other.id, theirs, source="easypost", heard_at=clock.now())
    foreign = update(scan(S.DELIVERED, 1), number="9400111202555842332669")
    assert not keep(session, mine, foreign)
    assert (mine.status, count(session)) == (S.PENDING, 0)


def test_a_scan_of_the_future_is_kept_not_believed_until_its_time_has_come(session: Session) -> None:
    shipment = parcel(session)
    told = update(scan(S.IN_TRANSIT, 1), scan(S.DELIVERED, -5))
    keep(session, shipment, told)
    assert (shipment.status, count(session)) == (S.IN_TRANSIT, 2)
    (doubted,) = session.scalars(select(TrackingEvent).where(TrackingEvent.doubt.is_not(None)))
    assert (doubted.doubt, doubted.withdrawn_at is not None) == ("future", True)
    scans.keep_update(
        session, shipment.shop_id, told, source="easypost", heard_at=clock.now() + timedelta(hours=6)
    )
    session.refresh(doubted)
    assert (shipment.status, doubted.doubt, doubted.withdrawn_at) == (S.DELIVERED, None, None)


def test_scans_of_the_parcel_that_had_the_number_before_are_not_this_ones(session: Session) -> None:
    shipment = parcel(session)
    keep(session, shipment, update(scan(S.DELIVERED, 24 * 200), scan(S.LABEL_CREATED, 3)))
    assert shipment.status is S.LABEL_CREATED
    assert session.scalar(select(TrackingEvent.doubt).filter_by(status=S.DELIVERED)) == "before_order"


def test_a_code_that_nobody_knows_is_kept_and_moves_nothing(session: Session) -> None:
    shipment = parcel(session)
    keep(session, shipment, update(scan(S.IN_TRANSIT, 2), scan(S.PENDING, 1, detail="unknown")))
    assert (shipment.status, count(session)) == (S.IN_TRANSIT, 2)


def test_a_corrected_number_takes_back_what_was_told_of_the_wrong_one(session: Session) -> None:
    shipment = parcel(session)
    keep(session, shipment, update(scan(S.DELIVERED, 1), expected_at=clock.now()))
    order = session.get_one(Order, shipment.order_id)
    fulfillment = session.get_one(Fulfillment, shipment.fulfillment_id)
    corrected = purchases.Fulfillment(
        external_id=fulfillment.external_id,
        order_id=order.external_id,
        updated_at=clock.now(),
        shipped_at=shipment.shipped_at,
        parcels=(purchases.Parcel(number="1Z5R89390357567127"),),
    )
    register.keep_fulfillment(session, order.shop_id, corrected, heard_at=clock.now())
    assert (shipment.status, shipment.delivered_at, shipment.expected_at) == (S.PENDING, None, None)
    keep(session, shipment, update(scan(S.IN_TRANSIT, 1), number="1Z5R89390357567127"))
    assert shipment.status is S.IN_TRANSIT


def test_the_newest_promise_holds_whatever_comes_later(session: Session) -> None:
    shipment = parcel(session)
    now = clock.now()
    newer = update(as_of=now - timedelta(hours=1), expected_at=now + timedelta(days=2), service="GROUND")
    older = update(as_of=now - timedelta(hours=3), expected_at=now + timedelta(days=1), service="AIR")
    keep(session, shipment, newer)
    keep(session, shipment, older)
    assert (shipment.expected_at, shipment.service) == (newer.expected_at, "GROUND")
    assert shipment.heard_at == newer.as_of


def test_a_window_and_a_pickup_place_are_kept_and_an_impossible_date_is_not(session: Session) -> None:
    shipment = parcel(session)
    day = clock.now() + timedelta(days=1)
    place = PickupPlace(
        name="Corner Shop", address="1 Main Street", hours="9-18", code="4711", until=date(2026, 11, 30)
    )
    keep(
        session,
        shipment,
        update(expected_at=day, expected_until=day + timedelta(hours=4), pickup=place),
    )
    keep(session, shipment, update(expected_at=datetime(1970, 1, 1, tzinfo=UTC)))
    keep(session, shipment, update(expected_at=datetime(9999, 1, 1, tzinfo=UTC)))
    assert (shipment.expected_at, shipment.expected_until) == (day, day + timedelta(hours=4))
    assert shipment.pickup == asdict(place) | {"until": "2026-11-30"}


def test_an_erased_order_learns_no_more_of_its_shopper(session: Session) -> None:
    shipment = parcel(session)
    session.get_one(Order, shipment.order_id).erased_at = clock.now()
    place = PickupPlace(name="Corner Shop")
    keep(session, shipment, update(scan(S.DELIVERED, 1, text="Signed by A. Moreno"), pickup=place))
    assert (shipment.status, shipment.pickup) == (S.DELIVERED, None)
    assert session.scalar(select(TrackingEvent.text)) is None


def test_every_order_of_arrival_ends_at_the_same_place(session: Session) -> None:
    shop = sold.shop(session)
    story = [S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED]
    told = [update(scan(status, 10 - i)) for i, status in enumerate(story)]
    for i, order in enumerate(permutations(told)):
        if i % 8 == 0:
            shipment = parcel(session, shop)
            for one in order:
                keep(session, shipment, one)
            assert shipment.status is S.DELIVERED


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_updates_in_any_order_cut_and_repetition_equal_the_whole_history(
    session: Session, data: st.DataObject
) -> None:
    session.rollback()
    shop = session.scalar(select(Shop)) or sold.shop(session)
    made = st.builds(
        scan,
        st.sampled_from(S),
        st.integers(-3, 48),
        detail=st.sampled_from([None, "unknown", "carrier_correction"]),
    )
    history = data.draw(st.lists(made, min_size=1, max_size=8))
    cuts = data.draw(st.lists(st.lists(st.sampled_from(history), max_size=5), max_size=6))
    pieces = data.draw(st.permutations([*([one] for one in history), *cuts]))
    whole = parcel(session, shop)
    keep(session, whole, update(*history))
    piecewise = parcel(session, shop)
    for piece in pieces:
        keep(session, piecewise, update(*piece))
    assert (piecewise.status, piecewise.status_at, piecewise.detail) == (
        whole.status,
        whole.status_at,
        whole.detail,
    )
    assert standing.of_shipment(session, piecewise) == standing.of_shipment(session, whole)


def parcel(session: Session, shop: Shop | None = None) -> Shipment:
    """Send one parcel; the numbers of earlier ones are taken out of the way."""
    for row in session.scalars(select(Shipment).filter_by(number=NUMBER)):
        row.number = None
    order = sold.order(session, shop or sold.shop(session), sold.Sent(number=NUMBER))
    return session.scalars(select(Shipment).filter_by(order_id=order.id)).one()


def sibling(session: Session, shipment: Shipment, number: str) -> Shipment:
    row = Shipment(
        shop_id=shipment.shop_id,
        order_id=shipment.order_id,
        fulfillment_id=shipment.fulfillment_id,
        slot=number,
        number=number,
        shipped_at=shipment.shipped_at,
        updated_at=shipment.updated_at,
    )
    session.add(row)
    session.flush()
    return row


def keep(session: Session, shipment: Shipment, told: Update) -> list[Shipment]:
    kept = scans.keep_update(session, shipment.shop_id, told, source="easypost", heard_at=clock.now())
    session.flush()
    return list(kept)


NOW = clock.now()


def scan(status: S, hours_ago: float, *, detail: str | None = None, text: str | None = None) -> Scan:
    return Scan(
        external_id=f"{status}-{hours_ago}-{detail}",
        status=status,
        detail=detail,
        raw_status=status.value,
        text=text,
        happened_at=NOW - timedelta(hours=hours_ago),
    )


def update(*told: Scan, number: str = NUMBER, **more: Any) -> Update:
    return Update(number=number, scans=told, **more)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(TrackingEvent)) or 0
