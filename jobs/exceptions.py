"""Notice what went wrong by nothing happening, and learn how long is usual."""

from time import monotonic

from app.lib import queue
from app.lib.db import transaction
from app.tracking import lanes, watch
from jobs import SLICE


def look() -> None:
    """Review what is due, some orders a transaction, for a few seconds at most."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        with transaction() as session:
            if not watch.look(session):
                return
    queue.wake_now("jobs.exceptions.look")


def learn() -> None:
    """Learn the lanes of shops that are due, one transaction each, for a few seconds at most."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        with transaction() as session:
            if not lanes.learn_next(session):
                return
    queue.wake_now("jobs.exceptions.learn")
