"""Notice what went wrong by nothing happening, and learn how long is usual."""

from time import monotonic

from app.commerce import reorders
from app.lib import queue
from app.lib.db import transaction
from app.tracking.exceptions import lanes, watch
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
    """Learn of shops that are due how their parcels travel, and when their things are bought again."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        with transaction() as session:
            shop_id = lanes.learn_next(session)
        if shop_id is None:
            return
        with transaction() as session:  # by itself: what fails here keeps no other shop from its lanes
            reorders.learn(session, shop_id)
    queue.wake_now("jobs.exceptions.learn")
