"""Tell those who wait for a thing that it is back: who asked first first, no more at once than it may serve.

Say the process dies on any line: a batch is one commit, under a lock on the thing's shelf. Whoever is in the
flow, or whose mail waits, is not called again; who was kept waiting because it was sold out again keeps their
place, and is called with the next batch.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import BackInStock, OrderPlaced
from app.flows import published, starts, switches
from app.flows.models import Enrollment
from app.flows.starts import Subject
from app.lib import clock
from app.messages.models import Message
from app.shops import errands
from app.shops.models import Shop
from app.stock import batches, shelves, waiting
from app.stock.models import Shelf, Waiting
from app.vocabulary import MessageState, Trigger

BACK = Trigger.BACK_IN_STOCK
CALL = "stock.call"
"""The errand that tells the next who wait; its subject: the variant, which batch, and what is left of it."""
PAUSE = timedelta(minutes=45)
"""How long those who were told have the thing to themselves."""
AT_ONCE = 500
"""How many are called in one transaction."""


def on_back_in_stock(session: Session, shop_id: int, event: BackInStock) -> None:
    """Call the first batch, if the flow was on when the thing came back."""
    since = switches.switched_on(session, shop_id).get(BACK)
    if since is not None and since <= event.happened_at >= clock.now() - starts.FRESH:
        call(session, shop_id, event.variant_id)


def on_order_placed(session: Session, shop_id: int, event: OrderPlaced) -> None:
    """Let go of whoever waited for what they have just bought."""
    del shop_id
    waiting.leave_what_was_bought(session, session.get_one(Order, event.order_id))


def go_on(session: Session, shop: Shop) -> None:
    """Call who still waits in a shop that comes back for what is there: the next batch never came."""
    since = switches.switched_on(session, shop.id).get(BACK)
    if since is None:
        return
    still = Waiting.told_at.is_(None), Waiting.left_at.is_(None), Waiting.counts_since.is_not(None)
    waited_for = exists().where(
        Waiting.variant_id == Shelf.variant_id, Waiting.asked_at <= Shelf.back_at, *still
    )
    back = select(Shelf.variant_id).where(Shelf.shop_id == shop.id, Shelf.back_at >= since, waited_for)
    for variant_id in session.scalars(back):
        errands.add(session, shop.id, CALL, f"{variant_id} 1")


def call_next(session: Session, shop_id: int, subject: str) -> int:
    """Call the next batch, or the rest of one, of what an errand names."""
    variant_id, number, *rest = map(int, subject.split())
    return call(session, shop_id, variant_id, number, rest=rest[0] if rest else None)


def call(session: Session, shop_id: int, variant_id: int, number: int = 1, *, rest: int | None = None) -> int:
    """Let a batch of those who wait for a variant into the flow; returns how many.

    `number`: the how manieth batch it is, from 1; `rest`: what is left of one too large for one transaction.
    """
    shelf = shelves.lock_if_back(session, shop_id, variant_id)
    if shelf is None or BACK not in switches.switched_on(session, shop_id):
        return 0
    most = rest
    if most is None and shelf.quantity is not None:
        told, bought = waiting.told_and_bought(session, shop_id)
        most = batches.size(shelf.quantity, told=told, bought=bought, is_first=number == 1)
    line = waiting.waiting(session, variant_id, AT_ONCE + 1, besides=_under_way())
    called = line[: AT_ONCE if most is None else min(most, AT_ONCE)]
    version = published.current(session, shop_id, BACK)
    for row in called:
        starts.enroll(session, shop_id, BACK, version, Subject("waiting", row.id, row.profile_id))
    if len(line) > len(called):
        _go_on(session, shop_id, (variant_id, number), None if most is None else most - len(called))
    return len(called)


def _go_on(session: Session, shop_id: int, batch: tuple[int, int], left: int | None) -> None:
    """Have the rest of a batch called at once, or the next one in a while; None: there is no end to it.

    Each errand has a name of its own: one that asks for itself again would run at once.
    """
    variant_id, number = batch
    if left:
        errands.add(session, shop_id, CALL, f"{variant_id} {number} {left}")
    else:
        due_at = clock.now() + (PAUSE if left == 0 else timedelta(0))
        errands.add(session, shop_id, CALL, f"{variant_id} {number + 1}", due_at=due_at)


def _under_way() -> ColumnElement[bool]:
    """Say in SQL whose turn has come, and who has not been told yet."""
    inside = select(Enrollment.id).where(
        Enrollment.shop_id == Waiting.shop_id,
        Enrollment.trigger == BACK,
        and_(Enrollment.about == "waiting", Enrollment.about_id == Waiting.id),
        Enrollment.over.is_(None),
    )
    queued = select(Message.id).where(
        Message.waiting_id == Waiting.id, Message.state.in_((MessageState.QUEUED, MessageState.SENDING))
    )
    return or_(inside.exists(), queued.exists())
