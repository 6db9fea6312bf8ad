"""What shoppers say of a delivery: a grade for each parcel that arrived, and a few words if they like."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.commerce.models import Order
from app.lib import clock
from app.lib.db import Base, OfShop, key
from app.tracking.models import Shipment
from app.vocabulary import ShipmentStatus

WORST, BEST = 1, 5
BAD = 2
"""A grade so low, or lower, is a complaint."""
LONGEST = 1000
"""Characters of what is written."""
COUNTED = timedelta(days=30)


class Feedback(OfShop, Base):
    """How the delivery of one parcel went, in its shopper's eyes; the last word counts."""

    __tablename__ = "feedback"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"), unique=True)
    grade: Mapped[int]
    """From 1, very bad, to 5, very good."""
    words: Mapped[str | None]
    """None: nothing was written, or the shopper's data was erased."""
    said_at: Mapped[datetime]

    __table_args__ = (Index("ix_feedback_recent", "shop_id", "said_at"),)

    @property
    def is_bad(self) -> bool:
        """Tell whether it is a complaint."""
        return self.grade <= BAD


@dataclass(frozen=True, slots=True)
class Figure:
    """What a shop's deliveries of the last 30 days were graded."""

    count: int
    mean: float
    """0 where there is none."""
    bad: int


def grade(session: Session, shipment_id: int, given: int, words: str | None = None) -> bool:
    """Keep a grade, and the words where there are any (empty ones take the old ones back).

    False where the parcel has not arrived, its shopper was erased meanwhile, or there is no such grade.
    """
    shipment = session.get_one(Shipment, shipment_id)
    order = session.get_one(Order, shipment.order_id, with_for_update=True)
    session.refresh(shipment)
    has_arrived = shipment.status is ShipmentStatus.DELIVERED
    if not has_arrived or order.erased_at is not None or not WORST <= given <= BEST:
        return False
    said: dict[str, object] = {"grade": given, "said_at": clock.now()}
    if words is not None:
        said["words"] = words.strip()[:LONGEST] or None
    mine = {"shop_id": shipment.shop_id, "order_id": shipment.order_id, "shipment_id": shipment.id}
    put = insert(Feedback).values({**mine, **said})
    session.execute(put.on_conflict_do_update(index_elements=("shipment_id",), set_=said))
    return True


def of_shipments(session: Session, shipment_ids: Iterable[int]) -> Mapping[int, Feedback]:
    """Return what was said of each of these parcels of which something was."""
    wanted = list(shipment_ids)
    if not wanted:
        return {}
    said = select(Feedback).where(Feedback.shipment_id.in_(wanted))
    return {row.shipment_id: row for row in session.scalars(said)}


def figure(session: Session, shop_id: int) -> Figure:
    """Return what a shop's deliveries were graded lately."""
    lately = select(func.count(), func.avg(Feedback.grade), func.count().filter(Feedback.grade <= BAD))
    count, mean, bad = session.execute(
        lately.where(Feedback.shop_id == shop_id, Feedback.said_at >= clock.now() - COUNTED)
    ).one()
    return Figure(count, float(mean or 0), bad)
