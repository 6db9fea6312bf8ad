"""Goes through a shop's past with a flow, because a merchant asked.

Say the process dies on any line: nothing was written but how far it had come, and the errand begins it again.
"""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from zoneinfo import ZoneInfo

import structlog

from app import reactions
from app.flows import published
from app.flows.models import Rehearsal
from app.flows.rehearsal import asked, run
from app.lib.db import apart, transaction
from app.lib.logs import trail
from app.lib.words import merchant_sentence
from app.shops.errands import Due
from app.shops.models import Shop
from app.vocabulary import Trigger
from jobs import FAULTS

LONGEST = 200.0
"""Seconds, well within an errand's lease; what was come to by then is shown."""
TOLD_EVERY = 1.0
FAILED = merchant_sentence(
    "It came to nothing, through a fault of ours. Whoever runs Doorstep for you finds it in the log."
)
UNREADABLE = merchant_sentence(
    "It is written as this version of Doorstep no longer reads it. Go through it again."
)

log = structlog.get_logger()


def rehearse(due: Due) -> None:
    """Go through it, and keep what it came to."""
    trigger = Trigger(due.subject)
    with transaction() as session:
        row = asked.look(session, due.shop_id, trigger)
        if row is None or row.ended_at is not None:
            return
        asked.reach(session, row.id, row.since)
        zone = ZoneInfo(session.get_one(Shop, due.shop_id).timezone)
    flow = published.readable(row.file)
    if flow is None:
        with transaction() as session:
            asked.end(session, row.id, failed=UNREADABLE)
        return
    try:
        with apart() as session:
            found = run.go(
                session,
                due.shop_id,
                trigger,
                row.file,
                since=row.since,
                until=row.until,
                reactions=reactions.of_flows(),
                go_on=_telling(row, monotonic() + LONGEST),
            )
            came_to = asked.summary(flow, found, zone)
    except FAULTS as error:
        log.error("rehearsal.failed", shop=due.shop_id, flow=trigger, **trail(error))
        with transaction() as session:
            asked.end(session, row.id, failed=FAILED)
        return
    with transaction() as session:
        asked.end(session, row.id, found=came_to)


def _telling(row: Rehearsal, ends: float) -> Callable[[datetime], bool]:
    """Return what notes now and then how far it is, and says no when it has taken long enough."""
    told_at = monotonic()

    def go_on(moment: datetime) -> bool:
        nonlocal told_at
        if monotonic() - told_at > TOLD_EVERY:
            with transaction() as session:
                asked.reach(session, row.id, moment)
            told_at = monotonic()
        return monotonic() < ends

    return go_on


HANDLERS = {asked.REHEARSE: rehearse}
