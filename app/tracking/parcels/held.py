"""The parcels of locked orders, read once in a transaction: nobody else changes them meanwhile."""

from collections.abc import Sequence

from sqlalchemy import func, select
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


def number(session: Session, most: int) -> None:
    """Draw the ids of so many parcels at once: with `next_id` they have names before they are written."""
    mine = func.pg_get_serial_sequence(Shipment.__tablename__, "id")
    drawn = select(func.nextval(mine)).select_from(func.generate_series(1, most))
    memory(session)["parcel_ids"] = list(session.scalars(drawn)) if most else []


def next_id(session: Session) -> int | None:
    """Return the id of a parcel that is about to be made; None where the database is to give it one."""
    ids: list[int] = memory(session).get("parcel_ids", [])
    return ids.pop(0) if ids else None


def _known(session: Session) -> dict[int, tuple[Shipment, ...]] | None:
    known: dict[int, tuple[Shipment, ...]] | None = memory(session).get("parcels")
    return known
