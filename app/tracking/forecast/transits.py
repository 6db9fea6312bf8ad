"""When parcels passed which points of their way: kept while they travel, read by whoever learns from them."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.commerce.models import Fulfillment, Order
from app.lib import clock as clocks
from app.lib.db import Row
from app.tracking.exceptions import lanes
from app.tracking.forecast.delivery_date import WINDOW, Clock, Run
from app.tracking.forecast.models import Prediction, Transit
from app.tracking.forecast.typical import Lane
from app.tracking.models import Shipment, TrackingEvent
from app.vocabulary import ShipmentStatus as S

NEVER_COMES = (S.CANCELLED, S.RETURN_TO_SENDER)
MOVED = (S.PICKED_UP, S.IN_TRANSIT, S.DELAYED, S.OUT_FOR_DELIVERY, S.ATTEMPT_FAILED, S.AVAILABLE_FOR_PICKUP)
MOST = 3000
"""A busier shop learns from so many of its parcels, drawn by lot: the cost is flat."""
KEPT = timedelta(days=180)
ZONE = 2
"""How much of a postcode tells the way and not yet the person."""


class Start(NamedTuple):
    """One clock of a parcel or order: from when on it runs, and what was known of the lane then."""

    clock: Clock
    lane: Lane
    at: datetime


def keep(session: Session, order: Order, shipment: Shipment) -> Transit | None:
    """Write what is known of a parcel's way, and return it; None where it is not (or no more) on one."""
    return next(iter(keep_all(session, [(order, shipment)])), None)


def keep_all(session: Session, parcels: Sequence[tuple[Order, Shipment]]) -> list[Transit]:
    """Write what is known of the ways of parcels, and return those that are on one.

    Everything is taken from the rows, so that it is the same whatever the order of arrival.
    """
    comes = {shipment.id: (order, shipment) for order, shipment in parcels if _comes(order, shipment)}
    gone = [shipment.id for _, shipment in parcels if shipment.id not in comes]
    if gone:
        session.execute(delete(Transit).where(Transit.shipment_id.in_(gone)))
    if not comes:
        return []
    passed = _passed(session, [shipment for _, shipment in comes.values()])
    rows = [_row(session, *comes[ident], passed.get(ident, (None, None))) for ident in sorted(comes)]
    put = insert(Transit)
    news = {name: put.excluded[name] for name in rows[0] if name not in ("shipment_id", "draw")}
    put = put.on_conflict_do_update(index_elements=["shipment_id"], set_=news)
    kept = session.scalars(put.returning(Transit), rows, execution_options={"populate_existing": True})
    return list(kept)


def _comes(order: Order, shipment: Shipment) -> bool:
    return not (shipment.cancelled_at is not None or shipment.status in NEVER_COMES or order.is_test)


def _row(
    session: Session, order: Order, shipment: Shipment, passed: tuple[datetime | None, datetime | None]
) -> Row:
    moved_at, out_at = passed
    return {
        "shipment_id": shipment.id,
        "order_id": order.id,
        "shop_id": order.shop_id,
        **_lane(session, order, shipment),
        "draw": zlib.crc32(str(shipment.id).encode()) % 2**31,
        "placed_at": order.placed_at,
        "shipped_at": shipment.shipped_at,
        "moved_at": moved_at,
        "out_at": out_at,
        "arrived_at": shipment.delivered_at,
    }


def runs(session: Session, shop_id: int, clock: Clock, now: datetime) -> list[Run]:
    """Return a shop's parcels whose clock started within the window, as they stand now."""
    started = STARTS[clock]
    recent = select(Transit).where(Transit.shop_id == shop_id, started >= now - WINDOW, started <= now)
    chosen = session.scalars(recent.order_by(Transit.draw).limit(MOST))
    starts = ((start_of(row, clock), row.arrived_at) for row in chosen)
    return [Run(start.lane, start.at, arrived_at) for start, arrived_at in starts if start is not None]


def start_of(row: Transit, clock: Clock) -> Start | None:
    """Return how a parcel's clock started; None where it has not, or only after the parcel had arrived."""
    at: datetime | None = getattr(row, STARTS[clock].key)
    if at is None or (row.arrived_at is not None and row.arrived_at <= at):
        return None
    lane = Lane(
        carrier=row.carrier,
        service=row.service,
        origin=row.origin,
        country=row.country,
        region=row.region,
        zone=row.zone,
        sender=row.origin,
    )
    if clock is Clock.PLACED:  # an order has no carrier yet, and has not left from anywhere
        lane = replace(lane, carrier="", origin="", sender="")
    return Start(clock, lane, at)


def lane_of_order(order: Order) -> Lane:
    """Return what is known of the lane of an order that has not left."""
    place = order.ship_to or {}
    return Lane(
        service=(order.shipping or "").strip().lower(),
        country=(place.get("country") or "").upper(),
        region=(place.get("region") or "").upper(),
        zone=(place.get("postcode") or "").strip().upper()[:ZONE],
    )


def forget_old(session: Session) -> None:
    """Remove what is too old to be learnt from, and what was said so long ago."""
    session.execute(delete(Transit).where(Transit.shipped_at < clocks.now() - KEPT))
    session.execute(delete(Prediction).where(Prediction.made_at < clocks.now() - KEPT))


STARTS = {
    Clock.PLACED: Transit.placed_at,
    Clock.SHIPPED: Transit.shipped_at,
    Clock.MOVED: Transit.moved_at,
    Clock.OUT: Transit.out_at,
}


def _passed(
    session: Session, parcels: Sequence[Shipment]
) -> dict[int, tuple[datetime | None, datetime | None]]:
    """Return when each of these parcels was first seen moving, and out for delivery."""
    first, status = func.min(TrackingEvent.happened_at), TrackingEvent.status
    shared = TrackingEvent.shipment_id.is_(None) | (TrackingEvent.shipment_id == Shipment.id)
    scans = (
        select(Shipment.id, first.filter(status.in_(MOVED)), first.filter(status == S.OUT_FOR_DELIVERY))
        .join(TrackingEvent, and_(TrackingEvent.fulfillment_id == Shipment.fulfillment_id, shared))
        .where(Shipment.id.in_([parcel.id for parcel in parcels]), TrackingEvent.withdrawn_at.is_(None))
        .group_by(Shipment.id)
    )
    return {ident: (moved_at, out_at) for ident, moved_at, out_at in session.execute(scans)}


def _lane(session: Session, order: Order, shipment: Shipment) -> dict[str, str]:
    known = lane_of_order(order)
    fulfillment = session.get_one(Fulfillment, shipment.fulfillment_id)
    return {
        "carrier": shipment.carrier_slug or lanes.key_of(shipment.carrier, None)[0],
        "service": known.service,
        "origin": fulfillment.location or "",
        "country": known.country,
        "region": known.region,
        "zone": known.zone,
    }
