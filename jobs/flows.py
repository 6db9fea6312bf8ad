"""React to what happened."""

from time import monotonic

import structlog

from app import reactions
from app.lib import queue
from app.lib.db import transaction
from app.lib.logs import trail
from jobs import FAULTS, SLICE

log = structlog.get_logger()


def react() -> None:
    """React to waiting events, one transaction each, for a few seconds at most."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        if not _react_one():
            return
    queue.wake_now("jobs.flows.react")


def _react_one() -> bool:
    try:
        with transaction() as session:
            context = session.info
            return reactions.react_one(session)
    except FAULTS as error:
        if "event" not in context:
            raise
        log.error("event.failed", event_id=context["event"], **trail(error))
    with transaction() as session:
        reactions.put_off(session, context["event"])
    return True
