"""Do on the outside what the shops want done there: a few lanes, each at one shop's store at a time."""

from collections.abc import Callable
from threading import Thread
from time import monotonic

import structlog

from app.lib import queue
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.lib.logs import trail
from app.platforms.shopify.graphql import TokenDead
from app.platforms.woocommerce.api import KeysRefused
from app.shops import calls
from app.shops.calls import Due, Outcome
from jobs import FAULTS, SLICE, telling

LANES = 8
"""Stores that one process may wait for at once."""

HANDLERS: dict[str, Callable[[Due], Outcome]] = {**telling.HANDLERS}
"""Who does what. No transaction is open while a handler speaks to a store; beginning anew does no harm."""

CUT_OFF = (TokenDead, KeysRefused)
"""What the merchant mends by connecting again; until then nothing of the shop is claimed."""

log = structlog.get_logger()
_lanes: list[Thread] = []


def run() -> None:
    """Do due calls for a few seconds at most; never wait for a lane that hangs."""
    ends = monotonic() + SLICE
    _lanes[:] = [lane for lane in _lanes if lane.is_alive()]
    with transaction() as session:
        wanted = calls.free_shops(session, list(HANDLERS), LANES - len(_lanes))
    opened = [Thread(target=_run, args=(ends,), daemon=True) for _ in range(wanted)]
    _lanes.extend(opened)
    for lane in opened:
        lane.start()
    for lane in opened:
        lane.join(max(0.0, ends - monotonic()))


def step() -> bool:
    """Do one call that is due; False when there is none."""
    with transaction() as session:
        due = calls.claim(session, list(HANDLERS))
    if due is None:
        return False
    try:
        outcome = HANDLERS[due.kind](due)
    except Unreachable as error:
        log.warning("call.failed", kind=due.kind, shop=due.shop_id, reason=str(error))
        _fail(due, str(error), permanent=error.permanent and not isinstance(error, CUT_OFF))
    except FAULTS as error:
        log.error("call.failed", kind=due.kind, shop=due.shop_id, **trail(error))
        _fail(due, type(error).__name__)
    else:
        with transaction() as session:
            calls.end(session, due, outcome)
    return True


def _fail(due: Due, failure: str, *, permanent: bool = False) -> None:
    with transaction() as session:
        calls.fail(session, due, failure, permanent=permanent)


def _run(ends: float) -> None:
    while monotonic() < ends:
        if not step():
            return
    queue.wake_now("jobs.calls.run")
