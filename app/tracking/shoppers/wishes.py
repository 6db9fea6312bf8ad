"""What shoppers ask to be told of their orders, beyond what everybody is told.

A choice is a row that stays, and the latest one holds; the words that were agreed to are kept as consent.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.audience.models import ConsentRow
from app.commerce.models import Order
from app.lib import clock, crypto
from app.lib.db import Base, OfShop, key, word
from app.vocabulary import ConsentSource, Medium


class UpdateWish(OfShop, Base):
    """A shopper's choice to be told every step of one order on one medium, or no longer to be."""

    __tablename__ = "update_wish"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    medium: Mapped[Medium] = word(Medium)
    every_step: Mapped[bool]
    is_stop: Mapped[bool] = mapped_column(default=False, server_default="false")
    """It ended with everything else to this address, and comes back with it."""
    at: Mapped[datetime]

    __table_args__ = (Index("ix_update_wish_order_id", "order_id", "medium", "id"),)


def keep(session: Session, order: Order, medium: Medium, *, every_step: bool, is_stop: bool = False) -> bool:
    """Remember a choice of a locked order's shopper; False where it says nothing new."""
    if every_step == (medium in of_orders(session, [order.id]).get(order.id, ())):
        return False
    wish = UpdateWish(
        shop_id=order.shop_id,
        order_id=order.id,
        medium=medium,
        every_step=every_step,
        is_stop=is_stop,
        at=clock.now(),
    )
    session.add(wish)
    return True


def stop(session: Session, shop_id: int, medium: Medium, address: str) -> None:
    """Take back what was asked for to an address whose owner wants nothing more there.

    Orders are locked before whatever else the transaction keeps of their shopper.
    """
    for order in _asked_for(session, shop_id, medium, address):
        keep(session, order, medium, every_step=False, is_stop=True)


def resume(session: Session, shop_id: int, medium: Medium, address: str) -> None:
    """Let what ended so be wished for again."""
    for order in _asked_for(session, shop_id, medium, address):
        mine = select(UpdateWish.is_stop).filter_by(order_id=order.id, medium=medium)
        if session.scalar(mine.order_by(UpdateWish.id.desc()).limit(1)):
            keep(session, order, medium, every_step=True)


def _asked_for(session: Session, shop_id: int, medium: Medium, address: str) -> list[Order]:
    """Return the orders on whose pages something was asked for to an address, locked in one order always."""
    asked = select(ConsentRow.proof["order"].astext.cast(BigInteger)).filter_by(
        shop_id=shop_id,
        address_hash=crypto.fingerprint(address),
        medium=medium,
        source=ConsentSource.TRACKING_PAGE,
    )
    rows = select(Order).where(Order.shop_id == shop_id, Order.id.in_(asked)).order_by(Order.id)
    return list(session.scalars(rows.with_for_update()))


def of_orders(session: Session, order_ids: Iterable[int]) -> dict[int, frozenset[Medium]]:
    """Return on which media the shopper of each order wants every step; without the orders where on none."""
    latest = (
        select(UpdateWish.order_id, UpdateWish.medium, UpdateWish.every_step)
        .ext(distinct_on(UpdateWish.order_id, UpdateWish.medium))
        .where(UpdateWish.order_id.in_(set(order_ids)))
        .order_by(UpdateWish.order_id, UpdateWish.medium, UpdateWish.id.desc())
    )
    found: dict[int, frozenset[Medium]] = {}
    for order_id, medium, every_step in session.execute(latest):
        if every_step:
            found[order_id] = found.get(order_id, frozenset()) | {medium}
    return found
