"""Apply what the stores delivered."""

from time import monotonic

import structlog

from app import intake
from app.commerce import inbox
from app.lib import queue
from app.lib.db import transaction
from jobs import FAULTS, SLICE

log = structlog.get_logger()


def drain() -> None:
    """Apply due deliveries, one transaction each, for a few seconds at most."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        if not _drain_one():
            return
    queue.wake_now("jobs.inbox.drain")


def _drain_one() -> bool:
    try:
        with transaction() as session:
            context = session.info
            return inbox.drain_one(session, intake.apply) is not None
    except FAULTS as error:
        if "delivery" not in context:
            raise
        failure = type(error).__name__
    log.warning("inbox.failed", delivery=context["delivery"], error=failure)
    with transaction() as session:
        inbox.put_back(session, context["delivery"], failure)
    return True
