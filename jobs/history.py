"""Reads what stores sold before they connected: a bit is asked for, and kept together with where it ended.

Say the process dies on any line: what was kept has its cursor, and what was not is asked for again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import intake
from app.commerce import checkouts, orders
from app.commerce.inbox import REFUSED
from app.imports import history, road
from app.imports.history import Place
from app.imports.models import Import
from app.lib import clock
from app.lib.db import attempt, together, transaction
from app.lib.http import Unreachable
from app.lib.words import merchant_sentence
from app.platforms import purchases
from app.platforms.shopify import answers, bulk
from app.platforms.shopify.bulk import NoFile, Trouble
from app.platforms.walking import Found, Page, Step, Window
from app.platforms.woocommerce import pasts, walk
from app.platforms.woocommerce.api import KeysRefused
from app.shops import errands
from app.shops.errands import Due
from app.shops.models import Shop
from app.vocabulary import PlatformKey
from jobs import SLICE, shopify, woocommerce

MOST = 50
"""Things that share a transaction, and so the locks of so many orders."""
DENIED = merchant_sentence("Your store does not let Doorstep see all of it; what it shows is here.")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bit:
    """Some things of a history, and where it goes on after them; `ends` None: this step is over."""

    begins: str | None
    ends: str | None
    rows: Sequence[Found] = ()
    total: int | None = None
    left: int | None = None
    """How many come after these, where the store says: a page may repeat rows of the one before."""
    failure: str | None = None


Reader = Callable[[int, Place], Iterator[Bit]]


def run(reader: Reader, due: Due) -> str | None:
    """Read a shop's history on for a few seconds; asked again until it is over."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        with transaction() as session:
            at = history.place(session, due.shop_id)
            if at is None:
                if history.is_over(session, due.shop_id):
                    errands.drop(session, due.shop_id, due.kind)
                return None
        is_idle = True
        for bit in reader(due.shop_id, at):
            is_idle = False
            if not _keep(due.shop_id, at._replace(cursor=bit.begins), bit) or monotonic() > ends:
                break
        if is_idle:  # the store prepares it: the errand comes back in a few seconds
            return None
    with transaction() as session:
        errands.add(session, due.shop_id, due.kind, every=history.AGAIN)
    return None


def of_shopify(shop_id: int, at: Place) -> Iterator[Bit]:
    """Yield bits of the file that the store wrote of what is to be read; nothing while it writes."""
    operation, _, offset = (at.cursor or "").partition("|")
    try:
        if not operation:
            yield from _begin(shop_id, at)
            return
        file = bulk.written(shopify.ask(shop_id, "BulkPoll", {"id": operation}))
        if file is not None:
            yield from _read(shop_id, at, operation, file, int(offset))
    except NoFile as error:
        log.warning("history.no_file", shop=shop_id, step=at.step, trouble=error.trouble)
        if error.trouble is Trouble.DENIED:
            yield Bit(begins=at.cursor, ends=None, failure=DENIED)
            return
        yield Bit(begins=at.cursor, ends=history.ANEW)
        raise Unreachable("the store did not write its history down") from error


def of_woocommerce(shop_id: int, at: Place) -> Iterator[Bit]:
    """Yield the next page of what is to be read."""
    try:
        page = _pages(shop_id)[at.step](after=at.cursor or None)
    except KeysRefused:
        if at.step is not Step.PASTS:
            raise
        yield Bit(begins=at.cursor, ends=None, failure=DENIED)  # reports have a permission of their own
        return
    total = at.total if at.total is not None else page.total
    yield Bit(begins=at.cursor, ends=page.after, rows=page.rows, total=total, left=page.left)


def _begin(shop_id: int, at: Place) -> Iterator[Bit]:
    """Have the store begin to write, and count the orders meanwhile."""
    total = None
    if at.step is Step.ORDERS and at.total is None:
        total = answers.count(shopify.ask(shop_id, "OrdersCount"))
    asked = {"query": bulk.document(at.step)}
    operation = bulk.begun(shopify.ask(shop_id, "BulkRun", asked))
    if operation is not None:
        yield Bit(begins=at.cursor, ends=f"{operation}|0", total=total)


def _read(shop_id: int, at: Place, operation: str, file: bulk.File, offset: int) -> Iterator[Bit]:
    with transaction() as session:
        currency = session.get_one(Shop, shop_id).currency
    begins = at.cursor
    while True:
        groups = bulk.part(file, offset)
        for chunk in (groups[i : i + MOST] for i in range(0, len(groups), MOST)):
            offset = chunk[-1].ends
            ends = f"{operation}|{offset}"
            rows = [bulk.found(at.step, group.node, currency) for group in chunk]
            yield Bit(begins=begins, ends=ends, rows=rows, total=file.things)
            begins = ends
        if not groups:
            yield Bit(begins=begins, ends=None)
            return


def _pages(shop_id: int) -> dict[Step, Callable[..., Page]]:
    shop = woocommerce.connection(shop_id)
    reports = woocommerce.connection(shop_id, version=pasts.REPORTS).store
    always = Window()
    return {
        Step.ORDERS: partial(walk.orders, shop.store, shop.currency, always),
        Step.SHOPPERS: partial(walk.customers, shop.store, always),
        Step.PASTS: partial(pasts.pasts, reports, shop.currency, shop.zone),
        Step.PRODUCTS: partial(walk.products, shop.store, shop.currency, always),
    }


def _keep(shop_id: int, at: Place, bit: Bit) -> bool:
    """Keep a bit together with where it ended; False where somebody else did so meanwhile."""
    try:
        with transaction() as session:
            row = history.hold(session, at)
            if row is None:
                return False
            shop = session.get_one(Shop, shop_id)
            odd = _take(session, shop, row, bit.rows)
            made = [
                record.created_at
                for found in bit.rows
                for record in found.records or ()
                if isinstance(record, purchases.Order)
            ]
            history.count(row, done=len(bit.rows), odd=odd, total=bit.total, left=bit.left, made=made)
            if bit.failure is not None:
                history.miss(session, row, bit.failure)
            else:
                history.go_on(session, row, bit.ends)
    except OperationalError:  # a shopper's own doing and this one waited for each other: once more
        return False
    return True


def _take(session: Session, shop: Shop, row: Import, rows: Sequence[Found]) -> int:
    """Keep what we do not hold yet, as the past; returns how many could not be read."""
    wanted = _behind(session, shop, rows)
    news = [found.records for found in rows if found.records and found.external_id in wanted]
    said = [records for records in news if not _is_erased(records)]
    apart = [records for records in news if _is_erased(records)]
    intake.hold(session, shop, news)
    odd = sum(found.failure is not None for found in rows)
    with history.as_past(session, row), together(session):
        try:
            with attempt(session):
                intake.take_together(session, shop, said, clock.now())
                _mark(session, row, said)
        except REFUSED:
            odd += _take_one_by_one(session, shop, said)
        odd += _take_one_by_one(session, shop, apart)
        _mark(session, row, news)
        checkouts.close(session, shop.id, orders.held(session))
        _settle(session, shop)
    return odd


def _is_erased(records: intake.Records) -> bool:
    return any(isinstance(record, purchases.Order) and record.erased for record in records)


def _take_one_by_one(session: Session, shop: Shop, said: Sequence[intake.Records]) -> int:
    """Keep what can be kept of things one of which cannot; returns how many cannot."""
    odd = 0
    for records in said:
        try:
            with attempt(session):
                intake.take(session, shop, records, clock.now())
        except REFUSED:
            odd += 1
    return odd


def _behind(session: Session, shop: Shop, rows: Sequence[Found]) -> set[str]:
    """Return which of these are news: all that are no orders, and orders of which we hold no such state."""
    sold = {
        found.external_id: found.updated_at
        for found in rows
        if any(isinstance(record, purchases.Order) for record in found.records or ())
    }
    known = set(sold) - set(orders.behind(session, shop.id, sold))
    return {found.external_id for found in rows} - known


def _mark(session: Session, row: Import, said: Sequence[intake.Records]) -> None:
    """Mark the orders that came as history."""
    made = {
        record.external_id
        for records in said
        for record in records
        if isinstance(record, purchases.Order) and record.created_at <= row.asked_at
    }
    for order in orders.held(session):
        if orders.is_new(session, order) and order.external_id in made:
            order.imported_at = row.asked_at


def _settle(session: Session, shop: Shop) -> None:
    """Have what is still on the road followed at once."""
    held = orders.held(session)
    parcels = road.open_parcels(session, held)
    road.set_out(session, shop, parcels)
    road.learn(session, held)
    unseen = {parcel.order_id for parcel in parcels} if shop.platform is PlatformKey.SHOPIFY else set()
    for order in held:
        if order.id in unseen:  # the file tells of no scans
            errands.add(session, shop.id, "shopify.whole_order", order.external_id)
    road.review(session, [order for order in held if order.id not in unseen])


HANDLERS: dict[str, Callable[[Due], str | None]] = {
    "shopify.history": partial(run, of_shopify),
    "woocommerce.history": woocommerce.says_when_cut_off(partial(run, of_woocommerce)),
}
