"""Errands to stores on WooCommerce: ask outside of any transaction, keep the answer inside of one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from time import monotonic
from typing import TypeVar
from urllib.parse import quote

import structlog

from app import intake
from app.commerce import orders
from app.lib import clock, reading
from app.lib.config import settings
from app.lib.days import Calendar
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.lib.reading import Json, Unreadable
from app.platforms import woocommerce
from app.platforms.woocommerce import tracking, webhooks
from app.platforms.woocommerce.api import PER_PAGE, KeysRefused, Store
from app.platforms.woocommerce.orders import DRAFT
from app.shops import calls, errands, install
from app.shops.errands import Due
from app.shops.models import Shop
from app.tracking import register
from jobs import SLICE

HEALTH_EVERY = 15 * 60
CATCH_UP_EVERY = 10 * 60
"""Seconds. It also wakes a quiet store: WordPress delivers nothing until somebody calls."""
BACKFILL = timedelta(days=30)
"""How far a store is read back when it connects: long enough for every parcel still on its way."""
OVERLAP = timedelta(minutes=2)
"""How much of the time before it every catch-up reads again, for changes that came out late."""
A_SECOND = timedelta(seconds=1)
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


@says_when_cut_off
def health(due: Due) -> None:
    """Mend our webhooks; a store that cut us off and lets us in again gets new ones, and is asked at once."""
    shop = connection(due.shop_id)
    mended = webhooks.mend(shop.store, shop.address, anew=shop.broken_reason is not None)
    with transaction() as session:
        row = session.get_one(Shop, due.shop_id, with_for_update=True)
        if row.broken_reason == shop.broken_reason:
            row.broken_reason = None
        if mended:
            log.info("woocommerce.webhooks_mended", shop=due.shop_id, topics=mended)
            errands.add(session, due.shop_id, "woocommerce.catch_up", every=CATCH_UP_EVERY)


@says_when_cut_off
def fulfillments(due: Due) -> None:
    """Fetch the store's own fulfillments of an order; none, or no such order, is an answer."""
    shop = connection(due.shop_id)
    rows = shop.store.read(f"orders/{quote(due.subject, safe='')}/fulfillments")
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
    since = datetime.fromisoformat(due.cursor) if due.cursor else clock.now() - BACKFILL
    page, ends = 1, monotonic() + SLICE
    while True:
        rows = _changed(shop.store, since, page=page, status="any")
        _keep(due.shop_id, [row for row in rows if row.get("status") != DRAFT], shop.currency)
        if len(rows) < PER_PAGE:
            break
        last = _modified(rows[-1]) or since
        page = page + 1 if last - A_SECOND <= since else 1
        since = max(since, last - A_SECOND)
        if monotonic() > ends and page == 1:
            with transaction() as session:
                errands.add(session, due.shop_id, due.kind, every=CATCH_UP_EVERY)
            return since.isoformat()
    _bin(due.shop_id, _changed(shop.store, since, page=1, status="trash"))
    newest = max((at for row in rows if (at := _modified(row))), default=since)
    return max(since, newest - OVERLAP).isoformat()


def disconnect(due: Due) -> None:
    """Take our webhooks out of a store, if it lets us, and stop working for it."""
    try:
        shop = connection(due.shop_id)
        webhooks.remove(shop.store, webhooks.ours(shop.store, shop.address))
    except Unreachable as error:
        log.warning("woocommerce.webhooks_left_behind", shop=due.shop_id, reason=str(error))
    with transaction() as session:
        install.uninstall(session, session.get_one(Shop, due.shop_id))


HANDLERS: dict[str, Handler] = {
    "woocommerce.setup": setup,
    "woocommerce.health": health,
    "woocommerce.fulfillments": fulfillments,
    "woocommerce.catch_up": catch_up,
    "woocommerce.disconnect": disconnect,
}


def connection(shop_id: int) -> Connection:
    """Return what it takes to ask a shop's store; raises KeysRefused where we hold no keys."""
    with transaction() as session:
        shop = session.get_one(Shop, shop_id)
        keys = install.secret_of(session, shop_id, "rest_keys")
        secret = install.secret_of(session, shop_id, "webhook_secret")
        if keys is None or secret is None:
            raise KeysRefused("no keys")
        return Connection(
            store=Store(f"https://{shop.domain}", keys),
            address=webhooks.Address(base=settings().url, key=shop.key, secret=secret),
            currency=shop.currency,
            zone=Calendar.of(clock.now(), shop.timezone, None).zone,
            broken_reason=shop.broken_reason,
        )


def _changed(store: Store, since: datetime, *, page: int, status: str) -> list[Json]:
    """Return a page of the orders that changed after a moment, oldest change first."""
    rows = store.read(
        "orders",
        modified_after=since.strftime("%Y-%m-%dT%H:%M:%S"),
        dates_are_gmt="true",
        orderby="modified",
        order="asc",
        status=status,
        per_page=PER_PAGE,
        page=page,
    )
    if not isinstance(rows, list):
        raise Unreachable("the store's list of orders is none")
    return [row for row in rows if isinstance(row, dict) and reading.text(row, "id")]


def _modified(row: Json) -> datetime | None:
    try:
        return reading.moment(row, "date_modified_gmt")
    except Unreadable:
        return None


def _keep(shop_id: int, rows: list[Json], currency: str) -> None:
    """Keep the orders of which we do not hold this state yet, each in its own transaction."""
    changed = {str(row["id"]): _modified(row) for row in rows}
    with transaction() as session:
        behind = set(orders.behind(session, shop_id, changed))
    for row in (row for row in rows if str(row["id"]) in behind):
        try:
            records = woocommerce.parse("order.updated", row, currency)
        except Unreadable as error:
            log.warning("woocommerce.order_unreadable", shop=shop_id, order=row["id"], reason=str(error))
            continue
        with transaction() as session:
            intake.apply(session, session.get_one(Shop, shop_id), records, heard_at=clock.now())


def _bin(shop_id: int, rows: list[Json]) -> None:
    """Note which orders that we hold were thrown away."""
    with transaction() as session:
        ids = {str(row["id"]) for row in rows}
        for external_id in sorted(ids - set(orders.behind(session, shop_id, dict.fromkeys(ids)))):
            orders.keep_deletion(session, shop_id, external_id, heard_at=clock.now())
