"""Scans as stores tell of them, of all parcels of a fulfillment: kept once, weighed; the parcels move."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.commerce import fulfillments, orders
from app.commerce.models import Fulfillment, Order
from app.lib.db import Row
from app.lib.reading import Unreadable
from app.platforms import purchases
from app.tracking.models import TrackingEvent
from app.tracking.parcels import held
from app.tracking.scans import progress, standing
from app.tracking.scans.scans import A_DAY, CLOCKS_DIFFER, Doubt


class _Heard(NamedTuple):
    source: str
    at: datetime


def keep(
    session: Session, shop_id: int, told: Sequence[purchases.Scan], *, source: str, heard_at: datetime
) -> None:
    """Add scans to every parcel of their fulfillments, or take back those that the store deleted.

    A store tells of a scan once. One from up to a day ahead is some app's local time that was called UTC: it
    has happened by now. One from further ahead is kept and not believed.
    """
    heard = _Heard(source, heard_at)
    whose = {(scan.fulfillment_id, scan.order_id): _whose(session, shop_id, scan, heard_at) for scan in told}
    for withdrawn in (False, True):
        some = [
            (scan, *whose[scan.fulfillment_id, scan.order_id]) for scan in told if scan.withdrawn is withdrawn
        ]
        kept = _keep_shared(session, [_shared_row(*it, heard) for it in some], withdrawn=withdrawn)
        for scan, order, fulfillment in some:
            row = kept.pop((fulfillment.id, scan.external_id), None)
            if row is not None and row.doubt is None:
                _move(session, order, scan, row)


def _whose(
    session: Session, shop_id: int, scan: purchases.Scan, heard_at: datetime
) -> tuple[Order, Fulfillment]:
    order_ref = scan.order_id or _order_of(session, shop_id, scan.fulfillment_id)
    if not order_ref:
        raise Unreadable("a scan names neither an order nor a fulfillment that we know")
    order = orders.lock(session, shop_id, order_ref, heard_at=heard_at)
    fulfillment = fulfillments.of(session, order, scan.fulfillment_id)
    fulfillments.hear(session, fulfillment)
    return order, fulfillment


def _shared_row(scan: purchases.Scan, order: Order, fulfillment: Fulfillment, heard: _Heard) -> Row:
    is_ahead = scan.happened_at > heard.at + CLOCKS_DIFFER
    is_erased = order.erased_at is not None
    why = Doubt.FUTURE if scan.happened_at > heard.at + A_DAY else None
    return {
        "shop_id": order.shop_id,
        "fulfillment_id": fulfillment.id,
        "source": heard.source,
        "external_id": scan.external_id,
        "status": scan.status,
        "detail": scan.detail,
        "raw_status": scan.raw_status,
        "text": None if is_erased else scan.text,
        "happened_at": heard.at if is_ahead and why is None else scan.happened_at,  # local time labeled UTC
        "city": None if is_erased else scan.city,
        "region": None if is_erased else scan.region,
        "country": scan.country,
        "recorded_at": heard.at,
        "withdrawn_at": heard.at if scan.withdrawn or why else None,
        "doubt": why,
    }


def _keep_shared(
    session: Session, rows: Sequence[Row], *, withdrawn: bool
) -> dict[tuple[int, str], TrackingEvent]:
    """Keep scans that all parcels of their fulfillments share; returns those that are news."""
    different = {(row["fulfillment_id"], row["external_id"]): row for row in reversed(rows)}
    if not different:
        return {}
    add = insert(TrackingEvent)
    if withdrawn:
        add = add.on_conflict_do_update(
            index_elements=("fulfillment_id", "source", "external_id"),
            index_where=TrackingEvent.shipment_id.is_(None),
            set_={"withdrawn_at": add.excluded.withdrawn_at},
        )
    else:
        add = add.on_conflict_do_nothing()
    kept = session.scalars(
        add.returning(TrackingEvent), list(different.values()), execution_options={"populate_existing": True}
    )
    return {(row.fulfillment_id, row.external_id): row for row in kept}


def _move(session: Session, order: Order, scan: purchases.Scan, kept: TrackingEvent) -> None:
    """Let the parcels of a fulfillment stand where one more scan of it puts them."""
    for shipment in held.parcels(session, order):
        if shipment.fulfillment_id != kept.fulfillment_id:
            continue
        if scan.withdrawn:
            standing.move(session, order, shipment, standing.of_shipment(session, shipment))
        else:
            known_before = progress.read(shipment.progress)
            standing.move(
                session, order, shipment, progress.merge(known_before, standing.mark_of(kept, kept.source))
            )
            shipment.expected_at = scan.expected_at or shipment.expected_at


def _order_of(session: Session, shop_id: int, fulfillment_id: str) -> str | None:
    mine = select(Order.external_id).join(Fulfillment, Fulfillment.order_id == Order.id)
    return session.scalar(
        mine.where(Fulfillment.shop_id == shop_id, Fulfillment.external_id == fulfillment_id)
    )
