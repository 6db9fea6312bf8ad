"""The parcels of locked orders, read once in a transaction: nobody else changes them meanwhile."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce import orders
from app.commerce.models import Order
from app.lib.db import memory
from app.tracking.models import Shipment


def read(session: Session, locked: Sequence[Order]) -> None:
    """Read the parcels of locked orders at once, for `parcels` to return."""
    known: dict[int, tuple[Shipment, ...]] = dict.fromkeys((order.id for order in locked), ())
    if known:
        theirs = select(Shipment).where(Shipment.order_id.in_(known)).order_by(Shipment.id)
        for shipment in session.scalars(theirs.execution_options(populate_existing=True)):
            known[shipment.order_id] += (shipment,)
    memory(session)["parcels"] = known


def parcels(session: Session, order: Order) -> Sequence[Shipment]:
    """Return the parcels of a locked order, the oldest first."""
    known = _known(session)
    if known is not None and orders.is_new(session, order):
        known.setdefault(order.id, ())
    if known is not None and order.id in known:
        return known[order.id]
    return session.scalars(select(Shipment).filter_by(order_id=order.id).order_by(Shipment.id)).all()


def add(session: Session, order: Order, made: Sequence[Shipment]) -> None:
    """Remember parcels that were made since."""
    known = _known(session)
    if known is not None and order.id in known:
        known[order.id] = (*known[order.id], *made)


def _known(session: Session) -> dict[int, tuple[Shipment, ...]] | None:
    known: dict[int, tuple[Shipment, ...]] | None = memory(session).get("parcels")
    return known
