"""What is wrong with parcels now, as far as their messages need it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ExceptionKind, ShipmentStatus

LATE = (ExceptionKind.LATE, ExceptionKind.STALLED)
"""What a shopper means by "late"."""


def of_shipments(session: Session, shipment_ids: Iterable[int]) -> Mapping[int, frozenset[ExceptionKind]]:
    """Return what is wrong with each of these parcels that anything is wrong with."""
    ids = set(shipment_ids)
    if not ids:
        return {}
    still_open = select(ExceptionRow).where(
        ExceptionRow.shipment_id.in_(ids), ExceptionRow.cleared_at.is_(None)
    )
    found: dict[int, frozenset[ExceptionKind]] = {}
    for row in session.scalars(still_open):
        if row.shipment_id is not None:
            found[row.shipment_id] = found.get(row.shipment_id, frozenset()) | {row.kind}
    return found


def is_late(shipment: Shipment, alarms: Mapping[int, frozenset[ExceptionKind]]) -> bool:
    """Tell whether a parcel is late by its carrier's word or by our own reckoning."""
    return shipment.status is ShipmentStatus.DELAYED or not alarms.get(shipment.id, frozenset()).isdisjoint(
        LATE
    )
