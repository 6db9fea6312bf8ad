"""Which deliveries are being applied, committed beside the transaction that applies them (ADR 17).

That transaction takes the note back with its effects. One that is left behind says that whoever applied these
deliveries was cut off: they are then applied one by one, and the one that cuts off a worker again and again
is parked. One worker drains a shop at a time: whoever finds its note while draining it knows that the note's
writer is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.commerce.models import Delivery, InHand
from app.lib import clock
from app.lib.db import among
from app.vocabulary import InboxState

TRIES = 6
FIRST_RETRY = timedelta(seconds=5)
CUT_OFF = "CutOff"
"""What is noted of a delivery whose worker was cut off each time."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Deliveries that one transaction is about to apply."""

    shop_id: int
    delivery_ids: tuple[int, ...]


def note(session: Session, hand: Hand) -> bool:
    """Say what is about to be applied, in its own transaction; False where somebody was cut off before."""
    session.execute(text("SET LOCAL synchronous_commit = off"))  # the database's own crash blames nobody
    row = {"shop_id": hand.shop_id, "delivery_ids": list(hand.delivery_ids)}
    put = insert(InHand).values(row).on_conflict_do_nothing().returning(InHand.id)
    return session.scalar(put) is not None


def let_go(session: Session, hand: Hand) -> None:
    """Take the note back: what it names was applied, or failed while we were looking."""
    mine = InHand.shop_id == hand.shop_id, InHand.delivery_ids == list(hand.delivery_ids)
    session.execute(delete(InHand).where(*mine))


def blame(session: Session, shop_id: int) -> None:
    """Count what was in hand when a worker was cut off; call it while draining that shop."""
    left = session.scalar(select(InHand).filter_by(shop_id=shop_id).with_for_update())
    if left is None:
        return
    rows = session.scalars(
        select(Delivery)
        .where(among(Delivery.id, left.delivery_ids), Delivery.state == InboxState.WAITING)
        .order_by(Delivery.id)
        .with_for_update()
    )
    for row in rows:
        if len(left.delivery_ids) > 1:  # any of them may be to blame: each is applied alone from now on
            row.attempts, row.failure = row.attempts + 1, CUT_OFF
        else:
            _put_off(row, CUT_OFF)
    session.delete(left)


def put_back(session: Session, delivery_id: int, failure: str) -> None:
    """Note that applying a delivery failed; parked after the last try."""
    _put_off(session.get_one(Delivery, delivery_id, with_for_update=True), failure)


def alone_first(rows: Sequence[Delivery]) -> Sequence[Delivery]:
    """Return those that may be applied together: who was tried before goes alone."""
    if rows and rows[0].attempts:
        return rows[:1]
    return [row for row in rows if not row.attempts]


def _put_off(row: Delivery, failure: str) -> None:
    row.attempts += 1
    row.failure = failure
    row.due_at = clock.now() + FIRST_RETRY * 4 ** (row.attempts - 1)
    if row.attempts >= TRIES:
        row.state = InboxState.PARKED
