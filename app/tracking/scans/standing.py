"""Where a parcel stands: what its scans amount to, written on its row, and told when it is news."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app import events
from app.carriers.base import Scan
from app.commerce import fulfillments
from app.commerce.models import Fulfillment, Order
from app.lib import clock
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.scans import progress
from app.tracking.scans.progress import Mark, Progress
from app.vocabulary import ShipmentStatus


def move(session: Session, order: Order, shipment: Shipment, known: Progress) -> None:
    """Let a parcel stand where these scans put it; a status that is new is told, once it is announced."""
    before = shipment.status
    write(shipment, known)
    if known.mark is not None and shipment.status is not before and shipment.announced_at is not None:
        tell(session, order, shipment, known.mark.at)


def write(shipment: Shipment, known: Progress) -> None:
    """Write on a parcel's row what is known of it."""
    mark = known.mark
    shipment.progress = progress.write(known)
    shipment.status = known.status
    shipment.detail = mark.detail or None if mark else None
    shipment.status_at = mark.at if mark else None
    shipment.delivered_at = shipment.status_at if known.status is ShipmentStatus.DELIVERED else None
    shipment.updated_at = clock.now()


def tell(session: Session, order: Order, shipment: Shipment, at: datetime) -> None:
    """Record that a parcel has reached its status, the first time that it has."""
    reached = events.ShipmentReached(
        happened_at=at,
        profile_id=order.profile_id,
        order_id=order.id,
        shipment_id=shipment.id,
        status=shipment.status,
    )
    events.record(session, order.shop_id, reached, once=f"reached:{shipment.id}:{shipment.status}")


def of_shipment(session: Session, shipment: Shipment) -> Progress:
    """Return what all scans of a parcel amount to: its own, and those of its whole fulfillment."""
    return _fold(session.scalars(select(TrackingEvent).where(scans_of(shipment), _believed())))


def of_fulfillment(session: Session, fulfillment: Fulfillment) -> Progress:
    """Return what the scans that a fulfillment's parcels share amount to."""
    if fulfillments.is_unheard(session, fulfillment):
        return Progress()
    shared = select(TrackingEvent).filter_by(fulfillment_id=fulfillment.id, shipment_id=None)
    return _fold(session.scalars(shared.where(_believed())))


def is_proof(shipment: Shipment, scan: TrackingEvent) -> bool:
    """Tell whether a parcel's status rests on this scan of it."""
    return progress.read(shipment.progress).mark == mark_of(scan, scan.source)


def told_by(shipment: Shipment) -> str | None:
    """Return who told the scan that a parcel's status rests on; None while nothing is known of it."""
    mark = progress.read(shipment.progress).mark
    return mark.id.partition(":")[0] if mark else None


def mark_of(scan: TrackingEvent | Scan, source: str) -> Mark:
    """Return a scan as far as progress is concerned; its id leads back to the scan."""
    return Mark.of(scan.status, scan.happened_at, f"{source}:{scan.external_id}", scan.detail)


def forget_scans(session: Session, shipment: Shipment) -> None:
    """Take back what was told of a parcel's own number, which was not its number."""
    own = update(TrackingEvent).filter_by(shipment_id=shipment.id, withdrawn_at=None)
    session.execute(own.values(withdrawn_at=clock.now()))
    write(shipment, of_shipment(session, shipment))
    shipment.expected_at = shipment.expected_until = shipment.pickup = shipment.service = None
    shipment.heard_at = shipment.not_found_at = shipment.followed_by = shipment.follow_failure = None


def scans_of(shipment: Shipment) -> ColumnElement[bool]:
    """Say in SQL which scans were made of a parcel, alone or among those of its fulfillment."""
    shared = and_(
        TrackingEvent.fulfillment_id == shipment.fulfillment_id, TrackingEvent.shipment_id.is_(None)
    )
    return or_(shared, TrackingEvent.shipment_id == shipment.id)


def is_shown() -> ColumnElement[bool]:
    """Say in SQL which scans a merchant sees: all that count, and those that are not believed."""
    return or_(_believed(), TrackingEvent.doubt.is_not(None))


def _fold(scans: Iterable[TrackingEvent]) -> Progress:
    return reduce(progress.merge, (mark_of(scan, scan.source) for scan in scans), Progress())


def _believed() -> ColumnElement[bool]:
    return TrackingEvent.withdrawn_at.is_(None)
