"""What a merchant's team notes about a parcel for itself; shoppers never see it."""

from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib import clock
from app.lib.db import Base, OfShop, key
from app.tracking.models import Shipment

LONGEST = 2000
"""Characters of one note."""


class Note(OfShop, Base):
    """Something that somebody in the team wrote about a parcel."""

    __tablename__ = "note"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"), index=True)
    words: Mapped[str | None]
    """None once the shopper's data was erased."""
    who: Mapped[str]
    written_at: Mapped[datetime]


def write(session: Session, shipment: Shipment, words: str, who: str) -> None:
    """Keep a note about a parcel."""
    row = Note(
        shop_id=shipment.shop_id,
        order_id=shipment.order_id,
        shipment_id=shipment.id,
        words=words,
        who=who,
        written_at=clock.now(),
    )
    session.add(row)


def of_shipment(session: Session, shipment_id: int) -> list[Note]:
    """Return what was noted about a parcel, the latest first."""
    mine = select(Note).filter_by(shipment_id=shipment_id).where(Note.words.is_not(None))
    return list(session.scalars(mine.order_by(Note.id.desc())))


def remove(session: Session, shop_id: int, shipment_id: int, note_id: int) -> bool:
    """Remove a note for good; False where there is no such note of this parcel."""
    mine = delete(Note).filter_by(id=note_id, shop_id=shop_id, shipment_id=shipment_id)
    return session.scalar(mine.returning(Note.id)) is not None
