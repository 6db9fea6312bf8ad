"""Do on the outside what the shops want done there: a few lanes, each on one line of a shop at a time."""

from collections.abc import Callable, Mapping
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
from jobs import FAULTS, SLICE, consent, discounts, hooks, marking, reviews, telling, texts
from jobs.hooks import Unheard

LANES = 8
"""Lines that one process may wait for at once, of stores and of others each: neither takes the other's."""

HANDLERS: dict[str, Callable[[Due], Outcome]] = {
    **telling.HANDLERS,
    **consent.HANDLERS,
    **marking.HANDLERS,
    **discounts.HANDLERS,
    **reviews.HANDLERS,
}
"""Who does what in stores. No transaction is open while a handler speaks; beginning anew does no harm."""
OTHERS: Mapping[str, Callable[[Due], Outcome]] = {**hooks.HANDLERS, **texts.HANDLERS}
"""Who does what elsewhere."""

CUT_OFF = (TokenDead, KeysRefused)
"""What the merchant mends by connecting again; until then nothing of the shop is claimed."""

log = structlog.get_logger()
_lanes: list[Thread] = []
_other_lanes: list[Thread] = []


def run() -> None:
    """Do due calls for a few seconds at most; never wait for a lane that hangs."""
    ends = monotonic() + SLICE
    opened = [*_open(_lanes, HANDLERS, ends), *_open(_other_lanes, OTHERS, ends)]
    for lane in opened:
        lane.join(max(0.0, ends - monotonic()))


def step(handlers: Mapping[str, Callable[[Due], Outcome]] = HANDLERS) -> bool:
    """Do one call that is due; False when there is none."""
    with transaction() as session:
        due = calls.claim(session, list(handlers))
    if due is None:
        return False
    try:
        outcome = handlers[due.kind](due)
    except Unheard as error:
        log.warning("call.unheard", kind=due.kind, shop=due.shop_id, reason=str(error))
        with transaction() as session:
            error.note(session, due)
    except Unreachable as error:
        log.warning("call.failed", kind=due.kind, shop=due.shop_id, reason=str(error))
        is_for_good = error.permanent and not isinstance(error, CUT_OFF)
        with transaction() as session:
            calls.fail(session, due, str(error), permanent=is_for_good, wait=error.wait)
    except FAULTS as error:
        log.error("call.failed", kind=due.kind, shop=due.shop_id, **trail(error))
        with transaction() as session:
            calls.fail(session, due, type(error).__name__)
    else:
        with transaction() as session:
            calls.end(session, due, outcome)
    return True


def _open(lanes: list[Thread], handlers: Mapping[str, Callable[[Due], Outcome]], ends: float) -> list[Thread]:
    lanes[:] = [lane for lane in lanes if lane.is_alive()]
    with transaction() as session:
        wanted = calls.free_lines(session, list(handlers), LANES - len(lanes))
    opened = [Thread(target=_run, args=(handlers, ends), daemon=True) for _ in range(wanted)]
    lanes.extend(opened)
    for lane in opened:
        lane.start()
    return opened


def _run(handlers: Mapping[str, Callable[[Due], Outcome]], ends: float) -> None:
    while monotonic() < ends:
        if not step(handlers):
            return
    queue.wake_now("jobs.calls.run")
