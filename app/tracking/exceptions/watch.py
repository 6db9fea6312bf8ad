"""Keeps the open exceptions of orders and their parcels true: opened, aged and cleared, each once.

Called whenever something is heard of an order, in the same transaction, and by a job for what becomes due by
itself. Say the process dies on any line: rows, events and the next look share one commit, so nothing of it
has happened, and the moment that was due is due still.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import events
from app.commerce.models import Order
from app.lib import clock
from app.shops.models import Shop
from app.tracking.exceptions import rules
from app.tracking.exceptions.particulars import Judgment, Particulars
from app.tracking.exceptions.rules import Due
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ExceptionKind, ShopState

BATCH = 50
LATER = timedelta(days=1)
"""When to look again at what cannot be judged now: its shop has left, or a date of it is impossible."""

log = structlog.get_logger()


def look(session: Session) -> bool:
    """Review the orders that have been due for longest; False when none is due that is free.

    An order that somebody else has locked is left to them: whoever hears of an order reviews it.
    """
    now = clock.now()
    parcels = select(Shipment.order_id).where(Shipment.exceptions_due_at <= now)
    whole = select(Order.id).where(Order.exceptions_due_at <= now)
    due = {
        *session.scalars(parcels.order_by(Shipment.exceptions_due_at).limit(BATCH)),
        *session.scalars(whole.order_by(Order.exceptions_due_at).limit(BATCH)),
    }
    chosen = select(Order).where(Order.id.in_(sorted(due)[:BATCH])).order_by(Order.id)
    orders = list(session.scalars(chosen.with_for_update(skip_locked=True)))
    review(session, orders)
    return bool(orders)


def review(session: Session, orders: Sequence[Order]) -> None:
    """Bring the exceptions of locked orders up to date; their number does not change the number of reads."""
    if not orders:
        return
    with session.no_autoflush:  # parcels that have moved are written once, with what is judged of them here
        particulars = Particulars.gather(session, orders)
        kept = _open(session, [order.id for order in orders])
    for order in orders:
        for it in _judge(particulars, order):
            subject = it.shipment or order
            subject.exceptions_due_at = it.look_at
            if it.dues is not None:
                shipment_id = it.shipment.id if it.shipment else None
                _settle(session, order, shipment_id, it.dues, kept.get((order.id, shipment_id), {}))


def rearm(session: Session, shop: Shop) -> None:
    """Let everything open of a shop be judged anew: its merchant has changed what counts."""
    now = clock.now()
    still_open = select(ExceptionRow.shipment_id).filter_by(shop_id=shop.id, cleared_at=None)
    unsent = select(ExceptionRow.order_id).filter_by(shop_id=shop.id, cleared_at=None, shipment_id=None)
    for table, held in ((Shipment, still_open), (Order, unsent)):
        waits = or_(table.exceptions_due_at.is_not(None), table.id.in_(held))
        session.execute(update(table).where(table.shop_id == shop.id, waits).values(exceptions_due_at=now))


def _judge(particulars: Particulars, order: Order) -> list[Judgment]:
    """Return the judgment of an order and its parcels; put off where there is none to be had now."""
    if particulars.houses[order.shop_id].shop.state is ShopState.INSTALLED:
        try:
            return particulars.judge(order)
        except (ArithmeticError, ValueError) as error:  # a date that no calendar has
            log.error("exceptions.unjudged", order=order.id, error=type(error).__name__)
    subjects: tuple[Shipment | None, ...] = (None, *particulars.parcels[order.id])
    waiting = [it for it in subjects if (it or order).exceptions_due_at is not None]
    return [Judgment(it, None, clock.now() + LATER) for it in waiting]


def _open(
    session: Session, order_ids: Iterable[int]
) -> dict[tuple[int, int | None], dict[ExceptionKind, ExceptionRow]]:
    rows = select(ExceptionRow).where(ExceptionRow.order_id.in_(order_ids), ExceptionRow.cleared_at.is_(None))
    found: dict[tuple[int, int | None], dict[ExceptionKind, ExceptionRow]] = {}
    for row in session.scalars(rows):
        if row.kind is not ExceptionKind.REPORTED:  # only an answer ends what a shopper told us
            found.setdefault((row.order_id, row.shipment_id), {})[row.kind] = row
    return found


def _settle(
    session: Session,
    order: Order,
    shipment_id: int | None,
    dues: Sequence[Due],
    kept: dict[ExceptionKind, ExceptionRow],
) -> None:
    now = clock.now()
    true_now = {due.kind: due for due in dues if due.at <= now}
    for kind, row in kept.items():
        due = true_now.get(kind)
        if due is None or (kind in rules.ENDED_BY_A_SCAN and due.since != row.since):
            clear(session, order, row, now)
        else:
            row.evidence = due.evidence
            _age(session, order, row, due, now)
            del true_now[kind]
    for due in true_now.values():
        begin(session, order, shipment_id, due, now)


def begin(session: Session, order: Order, shipment_id: int | None, due: Due, now: datetime) -> None:
    """Open an exception, and tell of it; one that is open already stays as it is."""
    values = {
        "shop_id": order.shop_id,
        "kind": due.kind,
        "order_id": order.id,
        "shipment_id": shipment_id,
        "since": due.since,
        "opened_at": due.at,
        "step": 0,
        "evidence": due.evidence,
    }
    put = insert(ExceptionRow).values(values).on_conflict_do_nothing().returning(ExceptionRow)
    row = session.scalar(put)
    if row is None:
        return
    opened = events.ExceptionOpened(happened_at=due.at, profile_id=order.profile_id, **_names(row))
    events.record(session, order.shop_id, opened, once=f"exception:{row.id}:opened")
    _age(session, order, row, due, now)


def _age(session: Session, order: Order, row: ExceptionRow, due: Due, now: datetime) -> None:
    for step in range(row.step + 1, due.step(now) + 1):
        row.step = step
        aged = events.ExceptionAged(
            happened_at=due.steps[step - 1], profile_id=order.profile_id, step=step, **_names(row)
        )
        events.record(session, order.shop_id, aged, once=f"exception:{row.id}:aged:{step}")


def clear(session: Session, order: Order, row: ExceptionRow, now: datetime) -> None:
    """Note that an exception is over, and tell of it."""
    row.cleared_at = now
    session.flush()  # the same kind may open anew, and only one of a kind is open at a time
    cleared = events.ExceptionCleared(happened_at=now, profile_id=order.profile_id, **_names(row))
    events.record(session, order.shop_id, cleared, once=f"exception:{row.id}:cleared")


def _names(row: ExceptionRow) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "shipment_id": row.shipment_id,
        "exception_id": row.id,
        "exception": row.kind,
    }
