"""Scans as stores and sources tell of them: kept once each, weighed, and their parcels moved."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.carriers import base
from app.commerce import orders
from app.commerce.models import Fulfillment, Order
from app.lib.reading import Unreadable
from app.platforms import purchases
from app.tracking import held, progress, standing, watch
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.number import normalize

CLOCKS_DIFFER = timedelta(minutes=15)
"""How far ahead of our clock a scan may be and still be believed."""
REUSE = timedelta(days=30)
"""Carriers use numbers again: scans from so long before an order are of an earlier parcel."""
A_DAY = timedelta(days=1)
FARTHEST = timedelta(days=365)
"""A delivery date farther away than this is none."""


class Doubt(StrEnum):
    """Why a scan is kept and not believed."""

    FUTURE = "future"
    BEFORE_ORDER = "before_order"


class _Heard(NamedTuple):
    source: str
    at: datetime


def keep_scan(
    session: Session, shop_id: int, scan: purchases.Scan, *, source: str, heard_at: datetime
) -> None:
    """Add one scan to every parcel of its fulfillment, or take back one that the store deleted.

    A store tells of a scan once. One from up to a day ahead is some app's local time that was called UTC: it
    has happened by now. One from further ahead is kept and not believed.
    """
    order_ref = scan.order_id or _order_of(session, shop_id, scan.fulfillment_id)
    if not order_ref:
        raise Unreadable("a scan names neither an order nor a fulfillment that we know")
    order = orders.lock(session, shop_id, order_ref, heard_at=heard_at)
    fulfillment = orders.fulfillment(session, order, scan.fulfillment_id)
    is_ahead = scan.happened_at > heard_at + CLOCKS_DIFFER
    is_erased = order.erased_at is not None
    why = Doubt.FUTURE if scan.happened_at > heard_at + A_DAY else None
    row = {
        "shop_id": shop_id,
        "fulfillment_id": fulfillment.id,
        "source": source,
        "external_id": scan.external_id,
        "status": scan.status,
        "detail": scan.detail,
        "raw_status": scan.raw_status,
        "text": None if is_erased else scan.text,
        "happened_at": heard_at if is_ahead and why is None else scan.happened_at,  # local time labeled UTC
        "city": None if is_erased else scan.city,
        "region": None if is_erased else scan.region,
        "country": scan.country,
        "recorded_at": heard_at,
        "withdrawn_at": heard_at if scan.withdrawn or why else None,
        "doubt": why,
    }
    add = insert(TrackingEvent).values(row)
    if scan.withdrawn:
        add = add.on_conflict_do_update(
            index_elements=("fulfillment_id", "source", "external_id"),
            index_where=TrackingEvent.shipment_id.is_(None),
            set_={"withdrawn_at": heard_at},
        )
    else:
        add = add.on_conflict_do_nothing()
    kept = session.scalar(add.returning(TrackingEvent))
    if kept is None or why is not None:
        return
    for shipment in held.parcels(session, order):
        if shipment.fulfillment_id != fulfillment.id:
            continue
        if scan.withdrawn:
            standing.move(session, order, shipment, standing.of_shipment(session, shipment))
        else:
            known_before = progress.read(shipment.progress)
            standing.move(session, order, shipment, progress.merge(known_before, standing.mark_of(kept)))
            shipment.expected_at = scan.expected_at or shipment.expected_at


def keep_update(
    session: Session, shop_id: int, told: base.Update, *, source: str, heard_at: datetime
) -> Sequence[Shipment]:
    """Add what a source tells of a number to the shop's parcels that have it; returns those.

    However often and in whatever order updates come, the parcel ends where all its scans together put it.
    The cost of a scan does not grow with those before it.
    """
    number, heard = normalize(told.number), _Heard(source, heard_at)
    having = select(Shipment.order_id).filter_by(shop_id=shop_id, number=number)
    locked = select(Order).where(Order.id.in_(having)).order_by(Order.id).with_for_update()
    found: list[Shipment] = []
    touched = session.scalars(locked.execution_options(populate_existing=True)).all()
    for order in touched:
        mine = select(Shipment).filter_by(order_id=order.id, number=number)
        for shipment in session.scalars(mine.execution_options(populate_existing=True)):
            believed = _keep_new(session, order, shipment, told, heard)
            known = reduce(progress.merge, map(standing.mark_of, believed), progress.read(shipment.progress))
            standing.move(session, order, shipment, known)
            if told.is_not_found:
                shipment.not_found_at = shipment.not_found_at or heard_at
            elif told.scans or not told.is_ended:
                shipment.not_found_at = None
                _keep_promise(order, shipment, told, heard_at)
            found.append(shipment)
    watch.review(session, touched)
    return found


def orders_of(
    session: Session, shop_id: int, *, fulfillments: Collection[str], numbers: Collection[str]
) -> set[str]:
    """Return the orders of a shop that scans are about, by what they name; at most two queries."""
    found: set[str] = set()
    mine = select(Order.external_id).where(Order.shop_id == shop_id)
    if fulfillments:
        sent = mine.join(Fulfillment, Fulfillment.order_id == Order.id)
        found.update(session.scalars(sent.where(Fulfillment.external_id.in_(fulfillments))))
    if numbers:
        followed = mine.join(Shipment, Shipment.order_id == Order.id)
        written = set(map(normalize, numbers))
        found.update(
            session.scalars(followed.where(Shipment.shop_id == shop_id, Shipment.number.in_(written)))
        )
    return found


def doubt(happened_at: datetime, order: Order, shipment: Shipment, heard_at: datetime) -> Doubt | None:
    """Return why a scan cannot be of this parcel, or not yet; None where it can."""
    if happened_at > heard_at + CLOCKS_DIFFER:
        return Doubt.FUTURE
    began = min(order.created_at or shipment.shipped_at, shipment.shipped_at)
    return Doubt.BEFORE_ORDER if happened_at < began - REUSE else None


def _keep_new(
    session: Session, order: Order, shipment: Shipment, told: base.Update, heard: _Heard
) -> list[TrackingEvent]:
    """Keep the scans that are new, and those whose time has come; returns the believed ones of them."""
    scans = {scan.external_id: scan for scan in told.scans}
    held = select(TrackingEvent.external_id, TrackingEvent.doubt).where(
        TrackingEvent.shipment_id == shipment.id,
        TrackingEvent.source == heard.source,
        TrackingEvent.external_id.in_(scans),
    )
    known = dict(session.execute(held).all())
    rows = []
    for external_id, scan in scans.items():
        why = doubt(scan.happened_at, order, shipment, heard.at)
        if external_id not in known or (known[external_id] is not None and why is None):
            row = _row(order, shipment, scan, heard)
            rows.append(row | {"doubt": why, "withdrawn_at": heard.at if why else None})
    if not rows:
        return []
    add = insert(TrackingEvent)
    add = add.on_conflict_do_update(
        index_elements=("shipment_id", "source", "external_id"),
        index_where=TrackingEvent.shipment_id.is_not(None),
        set_={name: add.excluded[name] for name in ("doubt", "withdrawn_at")},
    )
    kept = session.scalars(add.returning(TrackingEvent), rows, execution_options={"populate_existing": True})
    return [row for row in kept if row.doubt is None]


def _row(order: Order, shipment: Shipment, scan: base.Scan, heard: _Heard) -> dict[str, Any]:
    return {
        **asdict(scan),
        "shop_id": order.shop_id,
        "fulfillment_id": shipment.fulfillment_id,
        "shipment_id": shipment.id,
        "source": heard.source,
        "text": scan.text if order.erased_at is None else None,
        "recorded_at": heard.at,
    }


def _keep_promise(order: Order, shipment: Shipment, told: base.Update, heard_at: datetime) -> None:
    """Note when it is to come, where it waits and by what service, unless something newer was told."""
    as_of = min(told.as_of or heard_at, heard_at)
    if shipment.heard_at is not None and as_of < shipment.heard_at:
        return
    shipment.heard_at = as_of
    at, until = told.expected_at, told.expected_until
    if at is not None and shipment.shipped_at - A_DAY <= at <= heard_at + FARTHEST:
        shipment.expected_at = at
        shipment.expected_until = until if until is not None and at < until <= at + FARTHEST else None
    shipment.service = told.service or shipment.service
    if told.pickup is not None and order.erased_at is None:
        last = told.pickup.until
        shipment.pickup = asdict(told.pickup) | {"until": last.isoformat() if last else None}


def _order_of(session: Session, shop_id: int, fulfillment_id: str) -> str | None:
    mine = select(Order.external_id).join(Fulfillment, Fulfillment.order_id == Order.id)
    return session.scalar(
        mine.where(Fulfillment.shop_id == shop_id, Fulfillment.external_id == fulfillment_id)
    )
