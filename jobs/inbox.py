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
    """Apply due deliveries for a few seconds at most, those of one shop together."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        if not _drain_some():
            return
    queue.wake_now("jobs.inbox.drain")


def _drain_some(most: int = inbox.MOST) -> bool:
    """Apply some deliveries in one transaction; each in its own, where something of it fails."""
    try:
        with transaction() as session:
            context = session.info
            return inbox.drain(session, intake, most) > 0
    except FAULTS as error:
        if not context.get("deliveries"):
            raise
        failure = type(error).__name__
    failed = context["deliveries"]
    if len(failed) > 1:
        for _ in failed:
            _drain_some(1)
        return True
    log.warning("inbox.failed", delivery=failed[0], error=failure)
    with transaction() as session:
        inbox.put_back(session, failed[0], failure)
    return True
