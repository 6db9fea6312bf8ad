"""React to what happened, and take on whoever is in a flow."""

from collections.abc import Callable
from time import monotonic

import structlog

from app import reactions
from app.flows import engine, seeding, switches
from app.lib import queue
from app.lib.db import transaction
from app.lib.logs import trail
from app.shops import errands
from app.shops.errands import Due
from app.vocabulary import Trigger
from jobs import FAULTS, SLICE

log = structlog.get_logger()


def react() -> None:
    """React to waiting events, one transaction each, for a few seconds at most: each shop in its turn."""
    ends = monotonic() + SLICE
    with transaction() as session:
        after = reactions.any_shop(session)
    while monotonic() < ends:
        reacted = _react_one(after)
        if reacted is None:
            return
        after = reacted
    queue.wake_now("jobs.flows.react")


def _react_one(after: int) -> int | None:
    try:
        with transaction() as session:
            context = session.info
            return reactions.react_one(session, after)
    except FAULTS as error:
        if "event" not in context:
            raise
        log.error("event.failed", event_id=context["event"], **trail(error))
    with transaction() as session:
        reactions.put_off(session, context["event"])
    return int(context["shop"])


def advance() -> None:
    """Take on whoever is due in a flow for a few seconds at most, in batches."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        if not _advance_some():
            return
    queue.wake_now("jobs.flows.advance")


def _advance_some() -> bool:
    """Take on a batch in one transaction; each by themselves, where something of it fails."""
    try:
        with transaction() as session:
            context = session.info
            return engine.run(session) > 0
    except FAULTS as error:
        if not context.get("enrollments"):
            raise
        log.warning("flows.batch_failed", enrollments=len(context["enrollments"]), error=type(error).__name__)
    for enrollment_id in context["enrollments"]:
        _advance_one(enrollment_id)
    return True


def _advance_one(enrollment_id: int) -> None:
    try:
        with transaction() as session:
            engine.run_one(session, enrollment_id)
    except FAULTS as error:
        log.error("flows.failed", enrollment=enrollment_id, **trail(error))
        with transaction() as session:
            engine.put_off(session, enrollment_id)


def seed(due: Due) -> str | None:
    """Let whoever lapses after a flow was switched on into it, for a few seconds at most."""
    ends, after = monotonic() + SLICE, int(due.cursor or 0)
    while monotonic() < ends:
        with transaction() as session:
            last = seeding.seed(session, due.shop_id, Trigger(due.subject), after)
        if last is None:
            return None
        after = last
    with transaction() as session:
        errands.add(session, due.shop_id, due.kind, due.subject)
    return str(after)


HANDLERS: dict[str, Callable[[Due], str | None]] = {switches.SEED: seed}
