"""Send what may be sent."""

from functools import cache
from time import monotonic

from app.flows import facts
from app.lib import queue
from app.lib.db import transaction
from app.messages import outbox, sending
from app.messages.journal import Journal
from jobs import SLICE


def send() -> None:
    """Settle what the dead left behind, then send due messages in chunks for a few seconds at most."""
    ends = monotonic() + SLICE
    journal = _journal()
    with transaction() as session:
        outbox.recover(session, journal.name)
    journal.settle()
    while monotonic() < ends:
        with transaction() as session:
            ready = sending.prepare(session, journal.name, facts.gather)
        if ready is None:
            return
        results = sending.deliver(ready, journal)
        with transaction() as session:
            outbox.record(session, results)
        journal.settle()
    queue.wake_now("jobs.messages.send")


@cache
def _journal() -> Journal:
    return Journal()
