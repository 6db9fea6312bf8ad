"""Calls: effects on the outside that must happen once, however often they are asked for, and are no messages.

Say the process dies on any line. Before the claim has committed nothing was begun. After it, the lease ends
and the call is begun again with `attempt` above 1: its handler then asks the other side whether it is done,
or repeats it under the same key where the other side knows keys. What came of it is one more commit, which an
old fence cannot make.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform

from sqlalchemy import ColumnElement, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.lib import clock, crypto, queue
from app.lib.reading import Json
from app.shops.models import Call
from app.vocabulary import CallReason, CallState

LEASE = timedelta(minutes=10)
"""Longer than any handler takes: a renewed token and a few questions of 90 seconds each."""
RETRIES = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440)]
NOW = timedelta(0)
DIED = "whoever tried it was cut off each time"


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed call; `fence` shows later that it is still ours."""

    id: int
    fence: int
    attempt: int
    """From 1 on; above 1 it may have been done before."""
    shop_id: int
    kind: str
    payload: Json


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to: what was made, or why nothing had to be."""

    result: str | None = None
    reason: CallReason | None = None


def ask(  # noqa: PLR0913 - the columns of one row
    session: Session,
    shop_id: int,
    kind: str,
    key: str,
    payload: Json,
    *,
    order_id: int | None = None,
    profile_id: int | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Have something done on the outside after this transaction; False when its key was there before."""
    now = clock.now()
    row = {
        "shop_id": shop_id,
        "key": key,
        "kind": kind,
        "order_id": order_id,
        "profile_id": profile_id,
        "payload": crypto.seal(json.dumps(payload)),
        "state": CallState.WAITING,
        "due_at": due_at or now,
        "asked_at": now,
        "attempts": 0,
        "fence": 0,
    }
    put = insert(Call).values(row).on_conflict_do_nothing(constraint="uq_call_shop_id_key")
    if session.scalar(put.returning(Call.id)) is None:
        return False
    queue.wake(session, "jobs.calls.run")
    return True


def claim(session: Session, kinds: list[str]) -> Due | None:
    """Lease the next call of any shop that has one due: one at a time for each shop, in their order.

    So a slow store holds up only itself, and what is told of one thing is told in turn. A shop whose
    connection is broken waits until it is mended.
    """
    now = clock.now()
    shop_id = session.scalar(NEXT_SHOP, {"now": now, "kinds": kinds})
    if shop_id is None:
        return None
    leased = exists().where(Call.shop_id == shop_id, Call.state == CallState.WAITING, Call.lease_until > now)
    mine = select(Call).where(Call.shop_id == shop_id, Call.state == CallState.WAITING)
    due = mine.where(Call.due_at <= now, Call.kind.in_(kinds), ~leased).order_by(Call.due_at, Call.id)
    row = session.scalar(due.limit(1).with_for_update())
    if row is None:
        return None
    if row.attempts > len(RETRIES):
        _park(row, DIED)
        return claim(session, kinds)
    row.lease_until, row.fence, row.attempts = now + LEASE, row.fence + 1, row.attempts + 1
    return Due(row.id, row.fence, row.attempts, row.shop_id, row.kind, read(row.payload))


FREE = """
    WITH RECURSIVE shops AS (
        (SELECT shop_id FROM call WHERE state = 'waiting' ORDER BY shop_id LIMIT 1)
        UNION ALL
        SELECT (SELECT c.shop_id FROM call c WHERE c.state = 'waiting' AND c.shop_id > shops.shop_id
                ORDER BY c.shop_id LIMIT 1)
        FROM shops WHERE shops.shop_id IS NOT NULL
    )
    SELECT id FROM shop
    WHERE id IN (SELECT shop_id FROM shops) AND state = 'installed' AND broken_reason IS NULL
        AND EXISTS (SELECT 1 FROM call c WHERE c.shop_id = shop.id AND c.state = 'waiting'
            AND c.due_at <= :now AND c.kind = ANY(:kinds))
        AND NOT EXISTS (SELECT 1 FROM call c WHERE c.shop_id = shop.id AND c.state = 'waiting'
            AND c.lease_until > :now)
"""
"""The shops with something due and nobody at it; found by a loose index scan, as fair shares are (ADR 9)."""
NEXT_SHOP = text(f"{FREE} ORDER BY random() LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED")
"""One of them, locked until its call is claimed."""
FREE_SHOPS = text(f"{FREE} LIMIT :most")


def free_shops(session: Session, kinds: list[str], most: int) -> int:
    """Return how many shops have something due and nobody at it; no more than `most`."""
    asked = {"now": clock.now(), "kinds": kinds, "most": most}
    return len(session.scalars(FREE_SHOPS, asked).all())


def end(session: Session, due: Due, outcome: Outcome) -> None:
    """Note what a call came to."""
    row = _still_ours(session, due)
    if row is not None:
        row.state = CallState.SKIPPED if outcome.reason else CallState.DONE
        row.reason, row.result = outcome.reason, outcome.result
        row.payload = row.failure = row.lease_until = None
        row.ended_at = clock.now()


def fail(session: Session, due: Due, failure: str, *, permanent: bool = False, wait: timedelta = NOW) -> None:
    """Note that a call failed: it is tried again later and later, and parked after the last try.

    `wait`: the other side asks to be left alone for so long.
    """
    row = _still_ours(session, due)
    if row is None:
        return
    if permanent or row.attempts > len(RETRIES):
        _park(row, failure)
        return
    row.failure, row.lease_until = failure, None
    row.due_at = clock.now() + max(RETRIES[row.attempts - 1] * uniform(0.8, 1.2), wait)


def parked() -> ColumnElement[bool]:
    """Say in SQL which calls the merchant has to look at."""
    return Call.state == CallState.PARKED


def retry(session: Session, shop_id: int, call_id: int | None = None) -> int:
    """Have a parked call of a shop tried again (None: all of them); returns how many."""
    again = update(Call).where(Call.shop_id == shop_id, parked())
    if call_id is not None:
        again = again.where(Call.id == call_id)
    begun = {"attempts": 1, "due_at": clock.now(), "ended_at": None}  # it may have been done all the same
    again = again.values(state=CallState.WAITING, **begun)
    count = len(session.scalars(again.returning(Call.id)).all())
    queue.wake(session, "jobs.calls.run")
    return count


def drop(session: Session, chosen: ColumnElement[bool], reason: CallReason) -> None:
    """Do nothing more of what is chosen, and forget what it was to say; what is under way ends unheard."""
    session.execute(update(Call).where(chosen).values(payload=None))
    left = update(Call).where(chosen, Call.state.in_((CallState.WAITING, CallState.PARKED)))
    gone = {"state": CallState.SKIPPED, "reason": reason, "lease_until": None, "ended_at": clock.now()}
    session.execute(left.values(**gone, fence=Call.fence + 1))


def read(payload: bytes | None) -> Json:
    """Return what a call's row seals; nothing where it was emptied."""
    found: Json = json.loads(crypto.unseal(payload)) if payload else {}
    return found


def _park(row: Call, failure: str) -> None:
    row.state, row.failure, row.lease_until, row.ended_at = CallState.PARKED, failure, None, clock.now()


def _still_ours(session: Session, due: Due) -> Call | None:
    mine = select(Call).filter_by(id=due.id, fence=due.fence, state=CallState.WAITING)
    return session.scalar(mine.with_for_update().execution_options(populate_existing=True))
