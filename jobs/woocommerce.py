"""Errands to stores on WooCommerce: ask outside of any transaction, keep the answer inside of one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from time import monotonic
from typing import TypeVar
from urllib.parse import quote

import structlog
from requests import codes

from app import intake
from app.commerce import gaps, orders, pulse
from app.commerce.gaps import GapOutcome
from app.commerce.inbox import REFUSED
from app.imports import history
from app.lib import clock
from app.lib.config import settings
from app.lib.days import Calendar
from app.lib.db import transaction
from app.lib.http import Busy, Outside, Unreachable
from app.lib.reading import Json
from app.platforms import woocommerce
from app.platforms.woocommerce import catalog, changes, tracking, webhooks
from app.platforms.woocommerce.api import KeysRefused, NoRoute, Store
from app.platforms.woocommerce.orders import DRAFT
from app.privacy import erasure
from app.shops import calls, checkups, errands, install
from app.shops.errands import Due
from app.shops.models import Shop
from app.tracking.parcels import register
from jobs import SLICE

HEALTH_EVERY = 15 * 60
CATCH_UP_EVERY = 10 * 60
NUDGE_EVERY = 3 * 60
"""Seconds."""
QUIET = timedelta(minutes=3)
"""How long a store must have told us nothing before it is woken."""
STOCK_EVERY = 30 * 60
BACKFILL = timedelta(days=30)
"""How far a store is read back when it connects: long enough for every parcel still on its way."""
OVERLAP = timedelta(minutes=2)
"""How much of the time before it every catch-up reads again, for changes that came out late."""
A_DAY = timedelta(days=1)
CUT_OFF = "Your store refuses the keys that Doorstep was given: they were revoked, or their owner left."

Handler = Callable[[Due], str | None]
D = TypeVar("D", Due, calls.Due)
R = TypeVar("R")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Connection:
    """What it takes to ask one store."""

    store: Store
    address: webhooks.Address
    currency: str
    zone: tzinfo
    broken_reason: str | None


def says_when_cut_off(handler: Callable[[D], R]) -> Callable[[D], R]:
    """Let a handler show the merchant that the store refuses us, before it is tried again."""

    @wraps(handler)
    def run(due: D) -> R:
        try:
            return handler(due)
        except KeysRefused:
            with transaction() as session:
                install.mark_broken(session, session.get_one(Shop, due.shop_id), CUT_OFF)
            raise

    return run


@says_when_cut_off
def setup(due: Due) -> None:
    """Make our webhooks in a store that has just connected, and begin to look after them."""
    shop = connection(due.shop_id)
    webhooks.mend(shop.store, shop.address, anew=True)
    with transaction() as session:
        later = clock.now() + timedelta(seconds=HEALTH_EVERY)
        errands.add(session, due.shop_id, "woocommerce.health", due_at=later, every=HEALTH_EVERY)
        errands.add(session, due.shop_id, "woocommerce.catch_up", every=CATCH_UP_EVERY)
        errands.add(session, due.shop_id, "woocommerce.nudge", due_at=later, every=NUDGE_EVERY)
        errands.add(session, due.shop_id, "woocommerce.compare", due_at=later, every=gaps.DAILY)
        checkups.ask(session, due.shop_id)
        errands.add(session, due.shop_id, "woocommerce.stock_catch_up", every=STOCK_EVERY)
        history.begin(session, session.get_one(Shop, due.shop_id))


@says_when_cut_off
def health(due: Due) -> str | None:
    """Mend our webhooks; a store that cut us off and lets us in again gets new ones, and is asked at once.

    Returns when it was last asked to tell of carts: daily, for without our plug-in it refuses.
    """
    shop = connection(due.shop_id)
    asks_for_carts = due.cursor is None or datetime.fromisoformat(due.cursor) < clock.now() - A_DAY
    is_back = shop.broken_reason is not None
    mended = webhooks.mend(shop.store, shop.address, anew=is_back, carts=asks_for_carts or is_back)
    with transaction() as session:
        row = session.get_one(Shop, due.shop_id, with_for_update=True)
        if row.broken_reason == shop.broken_reason:
            row.broken_reason = None
        if mended:
            log.info("woocommerce.webhooks_mended", shop=due.shop_id, topics=mended)
            errands.add(session, due.shop_id, "woocommerce.catch_up", every=CATCH_UP_EVERY)
            errands.add(session, due.shop_id, "woocommerce.compare", every=gaps.DAILY)
    return clock.now().isoformat() if asks_for_carts else due.cursor


@says_when_cut_off
def fulfillments(due: Due) -> None:
    """Fetch the store's own fulfillments of an order; none, or no such order, is an answer."""
    shop = connection(due.shop_id)
    try:
        rows = shop.store.read(f"orders/{quote(due.subject, safe='')}/fulfillments")
    except NoRoute:
        return
    if not isinstance(rows, list):
        return
    read = (tracking.core_fulfillment(row, due.subject, shop.zone) for row in rows if isinstance(row, dict))
    found = [fulfillment for fulfillment in read if fulfillment]
    with transaction() as session:
        register.keep_whole_list(
            session, due.shop_id, due.subject, found, prefix=tracking.CORE, heard_at=clock.now()
        )


@says_when_cut_off
def catch_up(due: Due) -> str:
    """Fetch every order that changed and that no delivery told us of, for a few seconds at a time.

    Orders come oldest change first, and every page begins where the last one ended: one that changes while
    we read moves to the end, and none is passed over.
    """
    shop = connection(due.shop_id)
    is_first = due.cursor is None
    with transaction() as session:
        known = history.listened_since(session, due.shop_id, clock.now() - BACKFILL)
    since = known - OVERLAP if due.cursor is None else datetime.fromisoformat(due.cursor)
    ends, newest = monotonic() + SLICE, since
    for some in changes.walk(shop.store, "orders", since, status="any"):
        orders_only = [row for row in some.rows if row.get("status") != DRAFT]
        _keep(due.shop_id, orders_only, shop.currency, is_news=is_first)
        newest = max((at for row in some.rows if (at := changes.modified(row))), default=newest)
        since = some.begins.since or since
        if monotonic() > ends and some.is_whole and not some.is_last:
            with transaction() as session:
                errands.add(session, due.shop_id, due.kind, every=CATCH_UP_EVERY)
            return (some.then.since or since).isoformat()
    for some in changes.walk(shop.store, "orders", since, status="trash"):
        _bin(due.shop_id, some.rows)
    return max(since, newest - OVERLAP).isoformat()


@says_when_cut_off
def erased(due: Due) -> None:
    """Forget a shopper with an account whose order was made anonymous, if their record was emptied as well.

    Stores also make orders anonymous that are merely old; their shopper's record then stays as it is.
    """
    profile_id, _, customer = due.subject.partition(" ")
    row = connection(due.shop_id).store.read(f"customers/{quote(customer, safe='')}")
    if isinstance(row, dict) and not catalog.is_emptied(row):
        return
    with transaction() as session:
        erasure.erase_one(session, due.shop_id, int(profile_id))


def nudge(due: Due) -> None:
    """Call a quiet store's clockwork: WordPress tells of nothing until somebody visits it.

    wp-cron.php is not kept by page caches, runs what is due whoever calls it, and answers at once; calling it
    again within a minute does nothing.
    """
    with transaction() as session:
        shop = session.get_one(Shop, due.shop_id)
        last = pulse.heard_at(session, due.shop_id)
    if last is not None and last > clock.now() - QUIET:
        return
    answer = Outside().get(f"https://{shop.domain}/wp-cron.php?doing_wp_cron", allow_redirects=False)
    if answer.status_code >= codes.bad_request:
        failure = f"the store’s wp-cron.php answers {answer.status_code}"
        raise Busy(failure, answer.headers.get("Retry-After", ""))


def take_out(shop_id: int) -> None:
    """Take our webhooks out of a store, if it lets us."""
    try:
        shop = connection(shop_id)
        webhooks.remove(shop.store, webhooks.ours(shop.store, shop.address))
    except Unreachable as error:
        log.warning("woocommerce.webhooks_left_behind", shop=shop_id, reason=str(error))


def disconnect(due: Due) -> None:
    """Take our webhooks out of a store, if it lets us, and stop working for it."""
    take_out(due.shop_id)
    with transaction() as session:
        install.uninstall(session, session.get_one(Shop, due.shop_id))


HANDLERS: dict[str, Handler] = {
    "woocommerce.setup": setup,
    "woocommerce.health": health,
    "woocommerce.fulfillments": fulfillments,
    "woocommerce.catch_up": catch_up,
    "woocommerce.erased": erased,
    "woocommerce.nudge": nudge,
    "woocommerce.disconnect": disconnect,
}


def connection(shop_id: int, *, version: str = "wc/v3") -> Connection:
    """Return what it takes to ask a store by one of its APIs; raises KeysRefused where we hold no keys."""
    with transaction() as session:
        shop = session.get_one(Shop, shop_id)
        keys = install.secret_of(session, shop_id, "rest_keys")
        secret = install.secret_of(session, shop_id, "webhook_secret")
        if keys is None or secret is None:
            raise KeysRefused("no keys")
        return Connection(
            store=Store(f"https://{shop.domain}", keys, version=version),
            address=webhooks.Address(base=settings().url, key=shop.key, secret=secret),
            currency=shop.currency,
            zone=Calendar.of(clock.now(), shop.timezone, None).zone,
            broken_reason=shop.broken_reason,
        )


def _keep(shop_id: int, rows: list[Json], currency: str, *, is_news: bool) -> None:
    """Keep the orders of which we do not hold this state yet, each in its own transaction.

    `is_news`: nobody was to tell us of them before.
    """
    changed = {str(row["id"]): changes.modified(row) for row in rows}
    with transaction() as session:
        behind = set(orders.behind(session, shop_id, changed))
        if not is_news:
            gaps.found(session, shop_id, gaps.overdue(behind, changed))
    for row in (row for row in rows if str(row["id"]) in behind):
        external_id = str(row["id"])
        try:
            records = woocommerce.parse("order.restored", row, currency)
            with transaction() as session:
                intake.apply(session, session.get_one(Shop, shop_id), records, heard_at=clock.now())
                gaps.close(session, shop_id, external_id, GapOutcome.REPAIRED)
        except REFUSED as error:
            log.warning(
                "woocommerce.order_unreadable", shop=shop_id, order=external_id, reason=str(error)[:300]
            )
            with transaction() as session:
                gaps.close(session, shop_id, external_id, GapOutcome.UNREADABLE, str(error)[:300])


def _bin(shop_id: int, rows: list[Json]) -> None:
    """Note which orders that we hold were thrown away."""
    with transaction() as session:
        ids = {str(row["id"]) for row in rows}
        for external_id in sorted(ids - set(orders.behind(session, shop_id, dict.fromkeys(ids)))):
            orders.keep_deletion(session, shop_id, external_id, heard_at=clock.now())
