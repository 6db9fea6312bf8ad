"""Parcels and their scans as stores report them: registered, corrected, withdrawn, announced once."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import events
from app.commerce import orders
from app.commerce.models import Fulfillment, Order
from app.lib import clock
from app.lib.reading import Unreadable
from app.platforms import purchases
from app.platforms.purchases import Parcel
from app.tracking import progress
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.number import normalize
from app.tracking.progress import Mark, Progress
from app.vocabulary import ShipmentStatus


def keep_fulfillment(
    session: Session, shop_id: int, record: purchases.Fulfillment, *, heard_at: datetime
) -> None:
    """Bring a fulfillment and its parcels up to date; an older record changes nothing."""
    order = orders.lock(session, shop_id, record.order_id, heard_at=heard_at)
    fulfillment = _fulfillment(session, order, record.external_id)
    if fulfillment.updated_at is not None and record.updated_at < fulfillment.updated_at:
        return
    fulfillment.updated_at = record.updated_at
    fulfillment.shipped_at = record.shipped_at
    fulfillment.cancelled_at = record.updated_at if record.cancelled else None
    fulfillment.items = [{"item": item, "quantity": quantity} for item, quantity in record.items]
    _keep_parcels(session, order, fulfillment, record)
    announce(session, order)


def keep_scan(
    session: Session, shop_id: int, scan: purchases.Scan, *, source: str, heard_at: datetime
) -> None:
    """Add one scan to every parcel of its fulfillment, or take back one that the store deleted."""
    known = session.scalar(select(Fulfillment).filter_by(shop_id=shop_id, external_id=scan.fulfillment_id))
    order_ref = scan.order_id or (known and _external_id(session, known.order_id))
    if not order_ref:
        raise Unreadable("a scan names neither an order nor a fulfillment that we know")
    order = orders.lock(session, shop_id, order_ref, heard_at=heard_at)
    fulfillment = known or _fulfillment(session, order, scan.fulfillment_id)
    row = {
        "shop_id": shop_id,
        "fulfillment_id": fulfillment.id,
        "source": source,
        "external_id": scan.external_id,
        "status": scan.status,
        "detail": scan.detail,
        "raw_status": scan.raw_status,
        "text": scan.text,
        "happened_at": scan.happened_at,
        "city": scan.city,
        "region": scan.region,
        "country": scan.country,
        "recorded_at": heard_at,
        "withdrawn_at": heard_at if scan.withdrawn else None,
    }
    add = insert(TrackingEvent).values(row)
    if scan.withdrawn:
        add = add.on_conflict_do_update(
            constraint="uq_tracking_event_fulfillment_id_source_external_id", set_={"withdrawn_at": heard_at}
        )
    else:
        add = add.on_conflict_do_nothing()
    if session.scalar(add.returning(TrackingEvent.id)) is None:
        return
    mark = Mark.of(scan.status, scan.happened_at, f"{source}:{scan.external_id}", scan.detail)
    for shipment in session.scalars(select(Shipment).filter_by(fulfillment_id=fulfillment.id)):
        if scan.withdrawn:
            _move(session, order, shipment, _fold(session, fulfillment.id))
        else:
            _move(session, order, shipment, progress.merge(progress.read(shipment.progress), mark))
            shipment.expected_at = scan.expected_at or shipment.expected_at


def keep_list(session: Session, order: Order, record: purchases.Order, *, heard_at: datetime) -> None:
    """Bring the fulfillments in an order's own payload up to date, and cancel those that left it.

    A list older than what we know may name parcels that have left it since: it adds none that live in it.
    """
    if record.fulfillments is None:
        return
    is_old = order.updated_at is not None and record.updated_at < order.updated_at
    for fulfillment in record.fulfillments:
        if not (is_old and fulfillment.external_id.startswith(purchases.IN_ORDER)):
            keep_fulfillment(session, order.shop_id, fulfillment, heard_at=heard_at)
    if not is_old:
        _cancel_missing(session, order, record.fulfillments, prefix=purchases.IN_ORDER, at=record.updated_at)


def keep_whole_list(  # noqa: PLR0913 - whose list, and of what
    session: Session,
    shop_id: int,
    order_id: str,
    records: Sequence[purchases.Fulfillment],
    *,
    prefix: str,
    heard_at: datetime,
) -> None:
    """Bring all of an order's fulfillments of one kind up to date, and cancel those no longer listed."""
    order = orders.lock(session, shop_id, order_id, heard_at=heard_at)
    for record in records:
        keep_fulfillment(session, shop_id, record, heard_at=heard_at)
    _cancel_missing(session, order, records, prefix=prefix, at=heard_at)


def announce(session: Session, order: Order) -> None:
    """Tell of parcels that nobody was told of yet; not before the order itself is known."""
    if not order.is_known:
        return
    waiting = select(Shipment).filter_by(order_id=order.id, announced_at=None, cancelled_at=None)
    for shipment in session.scalars(waiting.order_by(Shipment.id)):
        shipment.announced_at = clock.now()
        registered = events.ShipmentRegistered(
            happened_at=shipment.shipped_at,
            profile_id=order.profile_id,
            order_id=order.id,
            shipment_id=shipment.id,
        )
        events.record(session, order.shop_id, registered, once=f"registered:{shipment.id}")
        if shipment.status_at is not None:
            _tell_status(session, order, shipment, shipment.status_at)


def _cancel_missing(
    session: Session, order: Order, records: Sequence[purchases.Fulfillment], *, prefix: str, at: datetime
) -> None:
    gone = select(Fulfillment).where(
        Fulfillment.order_id == order.id,
        Fulfillment.external_id.startswith(prefix, autoescape=True),
        Fulfillment.external_id.not_in([record.external_id for record in records]),
        Fulfillment.cancelled_at.is_(None),
        Fulfillment.updated_at <= at,
    )
    for left in session.scalars(gone):
        left.cancelled_at = at
        for shipment in session.scalars(select(Shipment).filter_by(fulfillment_id=left.id)):
            shipment.cancelled_at = at


def _keep_parcels(
    session: Session, order: Order, fulfillment: Fulfillment, record: purchases.Fulfillment
) -> None:
    mine = {s.slot: s for s in session.scalars(select(Shipment).filter_by(fulfillment_id=fulfillment.id))}
    wanted = {_slot(fulfillment, parcel): parcel for parcel in record.parcels or (Parcel(number=None),)}
    elsewhere = select(Shipment).where(
        Shipment.order_id == order.id,
        Shipment.slot.in_(wanted),
        Shipment.fulfillment_id != fulfillment.id,
    )
    for other in session.scalars(elsewhere):
        if other.cancelled_at is None:  # two plug-ins reported the same number: the first keeps it
            del wanted[other.slot]
        else:  # until it lets go of it
            other.fulfillment_id = fulfillment.id
            mine[other.slot] = other
    known = _fold(session, fulfillment.id)
    left = [s for slot, s in mine.items() if slot not in wanted and s.cancelled_at is None]
    for slot, parcel in wanted.items():
        shipment = mine.get(slot) or (left.pop(0) if left else None)
        if shipment is None:
            shipment = Shipment(
                shop_id=order.shop_id,
                order_id=order.id,
                fulfillment_id=fulfillment.id,
                shipped_at=record.shipped_at,
            )
            _write(shipment, known)
            session.add(shipment)
        shipment.slot = slot  # a corrected number stays the same parcel: nobody is told twice
        shipment.number = normalize(parcel.number) if parcel.number else None
        shipment.carrier = parcel.carrier
        shipment.url = parcel.url
        shipment.cancelled_at = fulfillment.cancelled_at
        shipment.updated_at = clock.now()
    for shipment in left:
        shipment.cancelled_at = record.updated_at
    session.flush()  # announce() below looks for the new rows


def _slot(fulfillment: Fulfillment, parcel: Parcel) -> str:
    return normalize(parcel.number) if parcel.number else f"fulfillment:{fulfillment.id}"


def _write(shipment: Shipment, known: Progress) -> None:
    mark = known.mark
    shipment.progress = progress.write(known)
    shipment.status = known.status
    shipment.detail = mark.detail or None if mark else None
    shipment.status_at = mark.at if mark else None
    shipment.delivered_at = shipment.status_at if known.status is ShipmentStatus.DELIVERED else None
    shipment.updated_at = clock.now()


def _move(session: Session, order: Order, shipment: Shipment, known: Progress) -> None:
    before = shipment.status
    _write(shipment, known)
    if known.mark is not None and shipment.status is not before and shipment.announced_at is not None:
        _tell_status(session, order, shipment, known.mark.at)


def _tell_status(session: Session, order: Order, shipment: Shipment, at: datetime) -> None:
    reached = events.ShipmentReached(
        happened_at=at,
        profile_id=order.profile_id,
        order_id=order.id,
        shipment_id=shipment.id,
        status=shipment.status,
    )
    events.record(session, order.shop_id, reached, once=f"reached:{shipment.id}:{shipment.status}")


def _fold(session: Session, fulfillment_id: int) -> Progress:
    scans = session.scalars(select(TrackingEvent).filter_by(fulfillment_id=fulfillment_id, withdrawn_at=None))
    marks = (Mark.of(s.status, s.happened_at, f"{s.source}:{s.external_id}", s.detail) for s in scans)
    return reduce(progress.merge, marks, Progress())


def _fulfillment(session: Session, order: Order, external_id: str) -> Fulfillment:
    find = select(Fulfillment).filter_by(shop_id=order.shop_id, external_id=external_id)
    fulfillment = session.scalar(find)
    if fulfillment is None:
        stub = {"shop_id": order.shop_id, "order_id": order.id, "external_id": external_id, "items": []}
        session.execute(insert(Fulfillment).values(stub).on_conflict_do_nothing())
        fulfillment = session.scalars(find).one()
    return fulfillment


def _external_id(session: Session, order_id: int) -> str | None:
    return session.scalar(select(Order.external_id).filter_by(id=order_id))
