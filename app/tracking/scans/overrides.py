"""Where a parcel is by the merchant's word: who said it and why, and how it is taken back.

It counts like a scan of that moment: what was scanned before no longer counts, what is scanned later does.
"""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import events
from app.commerce import orders
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import Base, OfShop, key, word
from app.shops.models import Shop
from app.tracking.exceptions import watch
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.scans import progress, standing
from app.tracking.scans.progress import MERCHANT
from app.vocabulary import ShipmentStatus

LONGEST = 500
"""Characters of a reason."""
Choice = Literal[
    ShipmentStatus.IN_TRANSIT,
    ShipmentStatus.OUT_FOR_DELIVERY,
    ShipmentStatus.AVAILABLE_FOR_PICKUP,
    ShipmentStatus.ATTEMPT_FAILED,
    ShipmentStatus.EXCEPTION,
    ShipmentStatus.RETURN_TO_SENDER,
    ShipmentStatus.DELIVERED,
]
CHOICES: tuple[ShipmentStatus, ...] = get_args(Choice)


class Override(OfShop, Base):
    """That somebody in the team said where a parcel is; the scan that it counts as is named by its id."""

    __tablename__ = "status_override"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"), index=True)
    status: Mapped[ShipmentStatus] = word(ShipmentStatus)
    words: Mapped[str | None]
    """Why; None once the shopper's data was erased."""
    who: Mapped[str]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


def declare(  # noqa: PLR0913 - what is so, by whom and why
    session: Session, shop: Shop, shipment: Shipment, status: ShipmentStatus, *, words: str, who: str
) -> None:
    """Let a parcel stand where the merchant says, and tell whoever is told of scans; said again, once."""
    order = _lock(session, shop, shipment)
    before = standing_one(shipment, of_shipment(session, shipment.id))
    if before is not None and before.status is status:
        before.words, before.who = words, who
        return
    now = clock.now()
    row = Override(
        shop_id=shop.id,
        order_id=order.id,
        shipment_id=shipment.id,
        status=status,
        words=words,
        who=who,
        at=now,
    )
    session.add(row)
    session.flush()  # its scan names it
    scan = TrackingEvent(
        shop_id=shop.id,
        fulfillment_id=shipment.fulfillment_id,
        shipment_id=shipment.id,
        source=MERCHANT,
        external_id=str(row.id),
        status=status,
        raw_status=status.value,
        happened_at=now,
        recorded_at=now,
    )
    session.add(scan)
    with events.together(session):
        known = progress.merge(progress.read(shipment.progress), standing.mark_of(scan, MERCHANT))
        standing.move(session, order, shipment, known)
        watch.review(session, [order])


def take_back(session: Session, shop: Shop, shipment: Shipment, override_id: int) -> bool:
    """Let a parcel stand again where its scans put it; False where nothing of this kind was said."""
    order = _lock(session, shop, shipment)
    mine = update(Override).filter_by(id=override_id, shipment_id=shipment.id, undone_at=None)
    taken = session.scalar(mine.values(undone_at=clock.now()).returning(Override.id))
    if taken is None:
        return False
    scan = update(TrackingEvent).filter_by(
        shipment_id=shipment.id, source=MERCHANT, external_id=str(override_id)
    )
    session.execute(scan.values(withdrawn_at=clock.now()))
    with events.together(session):
        standing.move(session, order, shipment, standing.of_shipment(session, shipment))
        watch.review(session, [order])
    return True


def of_shipment(session: Session, shipment_id: int) -> list[Override]:
    """Return what was said of a parcel, the latest first."""
    return list(
        session.scalars(select(Override).filter_by(shipment_id=shipment_id).order_by(Override.id.desc()))
    )


def standing_one(shipment: Shipment, said: list[Override]) -> Override | None:
    """Return the word that a parcel's status rests on; None where a scan does, or nothing."""
    mark = progress.read(shipment.progress).mark
    proofs = {f"{MERCHANT}:{row.id}": row for row in said if row.undone_at is None}
    return proofs.get(mark.id) if mark else None


def _lock(session: Session, shop: Shop, shipment: Shipment) -> Order:
    known = session.get_one(Order, shipment.order_id)
    order = orders.lock(session, shop.id, known.external_id, heard_at=clock.now())
    session.refresh(shipment)
    return order
