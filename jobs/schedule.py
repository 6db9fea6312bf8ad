"""The tick: says "look now" every few seconds, and does the looking itself while Redis is away."""

import signal
from datetime import timedelta
from threading import Event

import structlog
from rq.utils import import_attribute

from app.commerce import bodies, gaps
from app.flows import news
from app.imports import uploads
from app.insights import days, outcomes
from app.lib import clock, queue
from app.lib.db import transaction
from app.messages.dispatch import bulletins
from app.privacy import copies, unpermitted
from app.shops import calls
from app.shops.models import Shop
from app.stock import waiting
from app.storefront import endings
from app.tracking.forecast import transits
from app.tracking.page import drawn
from app.tracking.shoppers import own_orders

EVERY = 2.0
"""Seconds between two ticks: the longest that anything due waits for a lost wake-up."""
KEEP_BODIES = KEEP_COPIES = timedelta(days=30)
KEEP_COMPARISONS = timedelta(days=90)
KEEP_UPLOADS = KEEP_DRAFTS = timedelta(days=7)
PURGE_EVERY_TICKS = 1800

log = structlog.get_logger()


def tick_forever() -> None:
    """Tick until SIGTERM or SIGINT."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ticks = 0
    while not stop.is_set():
        tick()
        if ticks % PURGE_EVERY_TICKS == 0:
            purge()
        ticks += 1
        stop.wait(EVERY)


def tick() -> None:
    """Wake every job; run it here where the alarm clock does not answer."""
    for name in queue.QUEUES:
        if not queue.wake_now(name):
            import_attribute(name)()


def purge() -> None:
    """Empty what is older than we keep it, drop pages that nobody looks at, forget ways of long ago."""
    with transaction() as session:
        emptied = bodies.purge(session, before=clock.now() - KEEP_BODIES)
    with transaction() as session:
        dropped = drawn.purge(session, now=clock.now())
    with transaction() as session:
        let_go = copies.purge(session, before=clock.now() - KEEP_COPIES)
    with transaction() as session:
        calls.purge(session, before=clock.now() - KEEP_BODIES)
    with transaction() as session:
        transits.forget_old(session)
    with transaction() as session:
        own_orders.purge(session, now=clock.now())
    with transaction() as session:
        gaps.purge(session, before=clock.now() - KEEP_COMPARISONS)
    with transaction() as session:
        waiting.purge(session, now=clock.now())
    with transaction() as session:
        uploads.purge(session, before=clock.now() - KEEP_UPLOADS)
    with transaction() as session:
        bulletins.purge(session, before=clock.now() - KEEP_DRAFTS)
    forget_unpermitted()
    count_outcomes()
    forget_who_was_told()
    keep_days()
    more = True
    while more:
        with transaction() as session:
            more = endings.look(session)
    log.info("purged", bodies=emptied, pages=dropped, copies=let_go)


def forget_unpermitted() -> None:
    """Erase the addresses of carts that lay for a day and that nobody may write to, in batches."""
    while True:
        with transaction() as session:
            if unpermitted.forget(session) < unpermitted.BATCH:
                return


def count_outcomes() -> None:
    """Count what was bought by those who are compared, in batches."""
    while True:
        with transaction() as session:
            if outcomes.settle(session) < outcomes.AT_ONCE:
                return


def forget_who_was_told() -> None:
    """Forget whom flows of news told of what is long over, in batches."""
    while True:
        with transaction() as session:
            if news.forget_old(session) < news.AT_ONCE:
                return


def keep_days() -> None:
    """Keep what the days of every shop came to, in batches; one that changes just now has its turn later."""
    with transaction() as session:
        shop_ids = days.shops(session)
    for shop_id in shop_ids:
        more = True
        while more:
            with transaction() as session:
                shop = session.get(Shop, shop_id)
                more = shop is not None and days.keep(session, shop)
