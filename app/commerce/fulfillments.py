"""Fulfillments: read and made once in a transaction, for their orders are locked meanwhile."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.commerce.models import Fulfillment, Order
from app.lib.db import among, memory


def read(session: Session, orders: Iterable[Order]) -> None:
    """Read the fulfillments of locked orders at once."""
    theirs = select(Fulfillment).where(Fulfillment.order_id.in_([order.id for order in orders]))
    for row in session.scalars(theirs.execution_options(populate_existing=True)):
        _known(session)[row.shop_id, row.external_id] = row


def make(session: Session, wanted: Mapping[str, Order]) -> None:
    """Make the rows of fulfillments, by what their store calls them, that are not there; at once."""
    rows = [
        _stub(order, external_id)
        for external_id, order in sorted(wanted.items())
        if (order.shop_id, external_id) not in _known(session)
    ]
    if rows:
        add = insert(Fulfillment).on_conflict_do_nothing().returning(Fulfillment)
        for made in session.scalars(add, rows):
            _remember(session, made)


def of(session: Session, order: Order, external_id: str) -> Fulfillment:
    """Return a fulfillment's row; a stub where we have only heard of a scan. The order is locked."""
    found = held(session, order.shop_id, external_id)
    if found is not None:
        return found
    add = insert(Fulfillment).values(_stub(order, external_id)).on_conflict_do_nothing()
    made: Fulfillment | None = session.scalar(add.returning(Fulfillment))
    if made is not None:
        _remember(session, made)
        return made
    mine = select(Fulfillment).filter_by(shop_id=order.shop_id, external_id=external_id)
    return session.scalars(mine).one()


def held(session: Session, shop_id: int, external_id: str) -> Fulfillment | None:
    """Return a fulfillment that was read or made here; None where it was not."""
    return _known(session).get((shop_id, external_id))


def of_before(session: Session, shop_id: int, external_ids: Collection[str]) -> dict[str, int]:
    """Return the ids of those fulfillments that were here before this transaction, or were heard of in it."""
    here = {ident: row for ident in external_ids if (row := held(session, shop_id, ident)) is not None}
    found = {ident: row.id for ident, row in here.items() if not is_unheard(session, row)}
    others = among(Fulfillment.external_id, set(external_ids) - set(here))
    mine = select(Fulfillment.external_id, Fulfillment.id).where(Fulfillment.shop_id == shop_id, others)
    return found if len(here) == len(external_ids) else found | dict(session.execute(mine).all())


def is_unheard(session: Session, fulfillment: Fulfillment) -> bool:
    """Tell whether a fulfillment was made in this transaction, and no scan of it told since."""
    return fulfillment.id in _unheard(session)


def hear(session: Session, fulfillment: Fulfillment) -> None:
    """Note that a scan of a fulfillment is told."""
    _unheard(session).discard(fulfillment.id)


def _remember(session: Session, made: Fulfillment) -> None:
    _known(session)[made.shop_id, made.external_id] = made
    _unheard(session).add(made.id)


def _known(session: Session) -> dict[tuple[int, str], Fulfillment]:
    known: dict[tuple[int, str], Fulfillment] = memory(session).setdefault("fulfillments", {})
    return known


def _unheard(session: Session) -> set[int]:
    unheard: set[int] = memory(session).setdefault("unheard", set())
    return unheard


def _stub(order: Order, external_id: str) -> dict[str, object]:
    return {"shop_id": order.shop_id, "order_id": order.id, "external_id": external_id, "items": []}
