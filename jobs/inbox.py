"""Apply what the stores delivered."""

from time import monotonic

import structlog

from app import intake
from app.commerce import in_hand, inbox
from app.commerce.in_hand import Hand
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


def _drain_some(only: int | None = None) -> bool:
    """Apply some deliveries in one transaction; each in its own, where something of it fails."""
    try:
        with transaction() as session:
            context = session.info
            return inbox.drain(session, intake, _note, only=only) > 0
    except FAULTS as error:
        hand: Hand | None = context.get("hand")
        if hand is None:
            raise
        failure = type(error).__name__
    _put_back(hand, failure)
    if len(hand.delivery_ids) > 1:
        for delivery_id in hand.delivery_ids:
            _drain_some(delivery_id)
    return True


def _note(hand: Hand) -> bool:
    with transaction() as session:
        return in_hand.note(session, hand)


def _put_back(hand: Hand, failure: str) -> None:
    """Let go of what failed; put it off where it failed alone."""
    with transaction() as session:
        in_hand.let_go(session, hand)
        if len(hand.delivery_ids) == 1:
            log.warning("inbox.failed", delivery=hand.delivery_ids[0], error=failure)
            in_hand.put_back(session, hand.delivery_ids[0], failure)
