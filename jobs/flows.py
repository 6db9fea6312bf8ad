"""React to what happened."""

from time import monotonic

from app import reactions
from app.lib import queue
from app.lib.db import transaction
from jobs import SLICE


def react() -> None:
    """React to waiting events, one transaction each, for a few seconds at most."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        with transaction() as session:
            if not reactions.react_one(session):
                return
    queue.wake_now("jobs.flows.react")
