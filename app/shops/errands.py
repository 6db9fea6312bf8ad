"""Errands: what the store must be asked or told, kept as leased rows so that two ticks do no harm."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.lib import clock, queue
from app.shops.models import Errand, Shop
from app.vocabulary import ShopState

LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(hours=6)
NOW = timedelta(0)
CLOSE = "shop.close"
"""Take our notices out of a store whose merchant wants its shop deleted, and stop working for it."""
ERASE = "shop.erase"
"""Remove the rows of a shop that we no longer work for."""
ENDS = (CLOSE, ERASE)


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed errand; `fence` shows later that it is still ours."""

    id: int
    fence: int
    asks: int
    shop_id: int
    kind: str
    subject: str
    cursor: str | None


def add(  # noqa: PLR0913 - the columns of one row
    session: Session,
    shop_id: int,
    kind: str,
    subject: str = "",
    *,
    due_at: datetime | None = None,
    every: int | None = None,
) -> None:
    """Ask for an errand; one that waits is made due earlier, one that runs will run again.

    `every` is in seconds; None runs it once.
    """
    asked = insert(Errand).values(
        shop_id=shop_id,
        kind=kind,
        subject=subject,
        due_at=due_at or clock.now(),
        every=every,
        asks=1,
        attempts=0,
        fence=0,
    )
    again = {
        "due_at": func.least(Errand.due_at, asked.excluded.due_at),
        "every": asked.excluded.every,
        "asks": Errand.asks + 1,
    }
    session.execute(asked.on_conflict_do_update(constraint="uq_errand_shop_id_kind_subject", set_=again))
    queue.wake(session, "jobs.sync.run")


def add_anew(session: Session, shop_id: int, kind: str, subject: str) -> None:
    """Ask for an errand from its beginning, however far it is: one that runs changes nothing of it."""
    session.execute(delete(Errand).filter_by(shop_id=shop_id, kind=kind, subject=subject))
    add(session, shop_id, kind, subject)


def claim(session: Session, kinds: list[str]) -> Due | None:
    """Lease the errand that has been due for longest, of the kinds we know how to run.

    For a shop that is being deleted nothing else is done.
    """
    now = clock.now()
    free = or_(Errand.lease_until.is_(None), Errand.lease_until < now)
    closing = exists().where(Shop.id == Errand.shop_id, Shop.state == ShopState.CLOSING)
    row = session.scalar(
        select(Errand)
        .where(Errand.due_at <= now, free, Errand.kind.in_(kinds), or_(Errand.kind.in_(ENDS), ~closing))
        .order_by(Errand.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.lease_until = now + LEASE
    row.fence += 1
    return Due(row.id, row.fence, row.asks, row.shop_id, row.kind, row.subject, row.cursor)


def finish(session: Session, due: Due, cursor: str | None) -> None:
    """Note that an errand was run: a repeated one becomes due again, any other is gone."""
    row = _still_ours(session, due)
    if row is None:
        return
    if row.every is None and row.asks == due.asks:
        session.delete(row)
        return
    row.lease_until, row.attempts, row.failure, row.cursor = None, 0, None, cursor
    again = timedelta(seconds=row.every * uniform(0.9, 1.1)) if row.every and row.asks == due.asks else NOW
    row.due_at = clock.now() + again  # whoever is asked again goes to the end of the line


def fail(session: Session, due: Due, reason: str, *, wait: timedelta = NOW) -> None:
    """Note that an errand failed; it is tried again after twice as long each time, for ever.

    `wait`: the other side asks to be left alone for so long; it waits for whatever the shop has of this kind.
    """
    row = _still_ours(session, due)
    if row is None:
        return
    row.attempts += 1
    row.failure = reason
    row.lease_until = None
    again = min(FIRST_RETRY * 2 ** min(row.attempts, 12), LAST_RETRY) * uniform(0.8, 1.2)
    row.due_at = clock.now() + max(again, wait)
    if wait > NOW:
        others = update(Errand).filter_by(shop_id=row.shop_id, kind=row.kind)
        others = others.where(Errand.due_at < clock.now() + wait)
        session.execute(others.values(due_at=clock.now() + wait))


def drop(session: Session, shop_id: int, kind: str) -> None:
    """Forget an errand of a shop, also one that is being run and would be run again."""
    session.execute(delete(Errand).filter_by(shop_id=shop_id, kind=kind))


def drop_all(session: Session, shop_id: int) -> None:
    """Forget every errand of a shop but those that delete it, as its owner asked."""
    mine = delete(Errand).filter_by(shop_id=shop_id)
    session.execute(mine.where(Errand.kind.not_in(ENDS)))


def _still_ours(session: Session, due: Due) -> Errand | None:
    return session.scalar(select(Errand).filter_by(id=due.id, fence=due.fence).with_for_update())
