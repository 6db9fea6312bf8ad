"""Calls: effects on the outside that must happen once, however often they are asked for, and are no messages.

Say the process dies on any line. Before the claim has committed nothing was begun. After it, the lease ends
and the call is begun again with `attempt` above 1: its handler then asks the other side whether it is done,
or repeats it under the same key where the other side knows keys. What came of it is one more commit, which an
old fence cannot make.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from app.lib import clock, crypto, queue
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.shops import lines
from app.shops.models import Call, Shop
from app.vocabulary import CallReason, CallState, ShopState

LEASE = timedelta(minutes=10)
"""Longer than any handler takes: a renewed token and a few questions of 90 seconds each."""
RETRIES = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440)]
TELL = "hook.tell"
"""Kind of a call that tells somebody whom the merchant named of what happened."""
FORGET = "hook.forget"
"""Kind of a call that asks them to forget a shopper: a certificate says that they were."""
SVIX = [timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 36000)]
"""How webhooks are repeated by those who do nothing else (docs.svix.com/retries)."""
SCHEDULES = {TELL: SVIX, FORGET: SVIX}
STORE = ""
"""The line of whatever is done in a shop's own store."""
KEPT_TRIES = 20
LOST_AT_MOST = 50
"""How often one look for work may find that others were faster, or what nobody survives."""
NOW = timedelta(0)
DIED = merchant_sentence("whoever tried it was cut off each time")


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
    key: str
    """For whoever knows idempotency keys."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to: what was made, or why nothing had to be."""

    result: str | None = None
    reason: CallReason | None = None
    tried: Json | None = None
    """How the try went, to be shown beside it."""
    keeps: bool = False
    """What was said is kept for a while, so that it can be said again."""


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
    line: str = STORE,
) -> bool:
    """Have something done on the outside after this transaction; False when its key was there before.

    `line`: who is spoken to. Each line of a shop is served one call at a time, and waits for no other.
    """
    now = clock.now()
    row = {
        "shop_id": shop_id,
        "key": key,
        "kind": kind,
        "line": line,
        "order_id": order_id,
        "profile_id": profile_id,
        "payload": crypto.seal(json.dumps(payload)),
        "state": CallState.WAITING,
        "due_at": due_at or now,
        "asked_at": now,
        "attempts": 0,
        "fence": 0,
        "tries": [],
    }
    put = insert(Call).values(row).on_conflict_do_nothing(constraint="uq_call_shop_id_key")
    if session.scalar(put.returning(Call.id)) is None:
        return False
    queue.wake(session, "jobs.calls.run")
    return True


def claim(session: Session, kinds: list[str]) -> Due | None:
    """Lease the next call of any line that has one due: one at a time for each line, in their order.

    So whoever is slow holds up only themselves, and what is told of one thing is told in turn. What is to be
    done in a store whose connection is broken waits until it is mended. For a shop that is being deleted
    only those are asked who are to forget a shopper.
    """
    for _ in range(LOST_AT_MOST):
        now = clock.now()
        shop_id = session.scalar(lines.NEXT_SHOP, _wanted(kinds, now))
        if shop_id is None:
            return None
        row = session.scalar(_next(shop_id, kinds, now))
        if row is None:  # another was faster, between our look at the lines and our lock
            continue
        if row.attempts <= len(_retries(row)):
            row.lease_until, row.fence, row.attempts = now + LEASE, row.fence + 1, row.attempts + 1
            return Due(row.id, row.fence, row.attempts, row.shop_id, row.kind, read(row.payload), row.key)
        _park(row, DIED)
    return None


def _next(shop_id: int, kinds: list[str], now: datetime) -> Select[Call]:
    other = aliased(Call)
    leased = exists().where(
        other.shop_id == shop_id,
        other.state == CallState.WAITING,
        other.line == Call.line,
        other.lease_until > now,
    )
    is_cut_off = exists().where(Shop.id == shop_id, Shop.broken_reason.is_not(None))
    is_there = exists().where(Shop.id == shop_id, Shop.state == ShopState.INSTALLED)
    mine = select(Call).where(Call.shop_id == shop_id, Call.state == CallState.WAITING, Call.due_at <= now)
    free = mine.where(Call.kind.in_(kinds), ~leased, or_(Call.line != STORE, ~is_cut_off))
    free = free.where(or_(Call.kind == FORGET, is_there))
    return free.order_by(Call.due_at, Call.id).limit(1).with_for_update(of=Call)


def free_lines(session: Session, kinds: list[str], most: int) -> int:
    """Return how many lines have something due and nobody at it; no more than `most`."""
    asked = _wanted(kinds, clock.now()) | {"most": most}
    return len(session.scalars(lines.FREE_LINES, asked).all())


def _wanted(kinds: list[str], now: datetime) -> Json:
    return {"now": now, "kinds": kinds, "store": STORE, "forget": FORGET}


def rewrite(session: Session, due: Due) -> None:
    """Write down what a call is to say, once that is known: every later try says the same."""
    row = _still_ours(session, due)
    if row is not None:
        row.payload = crypto.seal(json.dumps(due.payload))


def end(session: Session, due: Due, outcome: Outcome) -> None:
    """Note what a call came to."""
    row = _still_ours(session, due)
    if row is not None:
        row.state = CallState.SKIPPED if outcome.reason else CallState.DONE
        row.reason, row.result = outcome.reason, outcome.result
        row.failure = row.lease_until = None
        if not outcome.keeps:
            row.payload = None
        row.ended_at = clock.now()
        _remember(row, outcome.tried)


def fail(  # noqa: PLR0913 - what is known of a failure
    session: Session,
    due: Due,
    failure: str,
    *,
    permanent: bool = False,
    wait: timedelta = NOW,
    tried: Json | None = None,
) -> None:
    """Note that a call failed: it is tried again later and later, and parked after the last try.

    `wait`: the other side asks to be left alone for so long.
    """
    row = _still_ours(session, due)
    if row is None:
        return
    _remember(row, tried)
    retries = _retries(row)
    if permanent or row.attempts > len(retries):
        _park(row, failure)
        return
    row.failure, row.lease_until = failure, None
    row.due_at = clock.now() + max(retries[row.attempts - 1] * uniform(0.8, 1.2), wait)


def parked() -> ColumnElement[bool]:
    """Say in SQL which calls in the shop's own store the merchant has to look at."""
    return and_(Call.state == CallState.PARKED, Call.line == STORE)


def on_line(shop_id: int, line: str) -> ColumnElement[bool]:
    """Say in SQL which calls are those of one line."""
    return and_(Call.shop_id == shop_id, Call.line == line)


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


def repeat(session: Session, chosen: ColumnElement[bool]) -> int:
    """Have what is chosen said again, whatever came of it; returns of how much there was anything to say."""
    ended = update(Call).where(chosen, Call.payload.is_not(None), Call.state != CallState.WAITING)
    begun = {"attempts": 1, "ended_at": None}  # it may have been taken: whoever can be asked is asked first
    anew = {"state": CallState.WAITING, "reason": None, **begun}
    again = ended.values(**anew, due_at=clock.now(), fence=Call.fence + 1)
    count = len(session.scalars(again.returning(Call.id)).all())
    queue.wake(session, "jobs.calls.run")
    return count


def park(session: Session, chosen: ColumnElement[bool], failure: str) -> None:
    """Do no more of what is chosen by itself; it can be repeated."""
    waiting = update(Call).where(chosen, Call.state == CallState.WAITING)
    given_up = {"state": CallState.PARKED, "failure": failure, "lease_until": None, "ended_at": clock.now()}
    session.execute(waiting.values(given_up))


def purge(session: Session, *, before: datetime) -> int:
    """Empty what was said, and how that went, where it ended before a moment; the store still hears it."""
    old = update(Call).where(Call.ended_at < before, or_(Call.payload.is_not(None), Call.tries != []))
    old = old.where(Call.state.in_((CallState.DONE, CallState.SKIPPED)) | (Call.line != STORE))
    return len(session.scalars(old.values(payload=None, tries=[]).returning(Call.id)).all())


def drop(session: Session, chosen: ColumnElement[bool], reason: CallReason) -> None:
    """Do nothing more of what is chosen, and forget what it was to say; what is under way ends unheard."""
    session.execute(update(Call).where(chosen).values(payload=None, tries=[]))
    left = update(Call).where(chosen, Call.state.in_((CallState.WAITING, CallState.PARKED)))
    gone = {"state": CallState.SKIPPED, "reason": reason, "lease_until": None, "ended_at": clock.now()}
    session.execute(left.values(**gone, fence=Call.fence + 1))


def read(payload: bytes | None) -> Json:
    """Return what a call's row seals; nothing where it was emptied."""
    found: Json = json.loads(crypto.unseal(payload)) if payload else {}
    return found


def _retries(row: Call) -> Sequence[timedelta]:
    return SCHEDULES.get(row.kind, RETRIES)


def _remember(row: Call, tried: Json | None) -> None:
    if tried is not None:
        row.tries = [*row.tries, tried][-KEPT_TRIES:]


def _park(row: Call, failure: str) -> None:
    row.state, row.failure, row.lease_until, row.ended_at = CallState.PARKED, failure, None, clock.now()


def _still_ours(session: Session, due: Due) -> Call | None:
    mine = select(Call).filter_by(id=due.id, fence=due.fence, state=CallState.WAITING)
    return session.scalar(mine.with_for_update().execution_options(populate_existing=True))
