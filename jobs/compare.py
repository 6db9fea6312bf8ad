"""Compare a store's orders with ours, some at a time, and fetch what nobody told us of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import quote

import orjson
from sqlalchemy.orm import Session

from app import intake
from app.commerce import gaps, orders
from app.commerce.gaps import Comparison, GapOutcome
from app.commerce.inbox import REFUSED
from app.imports import history
from app.lib import clock, reading
from app.lib.db import transaction
from app.lib.reading import Json, Unreadable
from app.platforms import woocommerce
from app.platforms.base import Record
from app.platforms.purchases import Order, OrderDeleted, Scan
from app.platforms.shopify import answers, telling
from app.platforms.woocommerce import changes
from app.platforms.woocommerce.orders import DRAFT
from app.shops import errands
from app.shops.errands import Due
from app.shops.models import Shop
from app.tracking.scans import unheard
from jobs import SLICE, shopify
from jobs import woocommerce as woo

WINDOW = timedelta(days=7)
"""How far a comparison looks back: longer than any outage that nobody notices."""
AT_ONCE = 20
"""How many orders are fetched before the clock is looked at."""

Records = tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a store's orders by the time of their last change, oldest first."""

    changed: dict[str, datetime]
    since: datetime
    until: datetime | None
    """All that last changed from `since` on and before `until` is on it; None: this is the last page."""
    cursor: str = ""
    """Where the next one begins."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one platform's stores are asked."""

    pages: Callable[[int, datetime, str | None], Iterator[Page]]
    """Shop, moment, and where to go on (None: at the moment) → pages; raises Unreachable, Unreadable."""
    fetch: Callable[[int, str], Records | None]
    """Shop and order → what the store holds; None: it has no such order. Raises Unreachable, Unreadable."""
    scans: Callable[[int, Mapping[str, str]], tuple[Scan, ...]] | None = None
    """Shop, fulfillments and their orders → their scans; None: stores of this kind know none."""


def compare(due: Due) -> str | None:
    """Walk through the orders of the window, then fetch what was missing; goes on later if it takes long."""
    way, ends = WAYS[due.kind], monotonic() + SLICE
    with transaction() as session:
        at = history.place(session, due.shop_id)
        since = clock.now() - WINDOW if at is None else max(clock.now() - WINDOW, at.asked_at)
        run = gaps.begin(session, due.shop_id, since)  # what its history has not brought yet was not missed
    state = _state(due, run)
    if not state.get("is_walked"):
        for page in way.pages(due.shop_id, run.since, state.get("at")):
            compared = state["compared"] + sum(_is_counted(page, at) for at in page.changed.values())
            _note(run.id, page, compared)
            state |= {"at": page.cursor, "compared": compared, "is_walked": page.until is None}
            if monotonic() > ends:
                return _go_on(due, state)
    while missing := _unmended(run.id):
        for external_id in missing:
            _mend(due.shop_id, external_id, way)
        if monotonic() > ends:
            return _go_on(due, state)
    while way.scans is not None and (last := _hear_scans(due.shop_id, run, way.scans, state.get("heard", 0))):
        state["heard"] = last
        if monotonic() > ends:
            return _go_on(due, state)
    with transaction() as session:
        gaps.finish(session, run.id)
    return None


def _state(due: Due, run: Comparison) -> Json:
    """Return how far a comparison has come; the cursor is of the one before where we died at its end."""
    state: Json = orjson.loads(due.cursor) if due.cursor else {}
    return state if state.get("run") == run.id else {"run": run.id, "compared": 0}


def _is_counted(page: Page, at: datetime) -> bool:
    """Tell whether an order is counted here: pages overlap a little."""
    return page.since <= at and (page.until is None or at < page.until)


def _go_on(due: Due, state: Json) -> str:
    with transaction() as session:
        errands.add(session, due.shop_id, due.kind, every=gaps.DAILY)
    return orjson.dumps(state).decode()


def _note(run_id: int, page: Page, compared: int) -> None:
    with transaction() as session:
        run = session.get_one(Comparison, run_id, with_for_update=True)
        run.compared = compared
        gaps.note(session, run, page.changed, after=page.since, until=page.until or run.began_at)


def _unmended(run_id: int) -> list[str]:
    with transaction() as session:
        return gaps.unmended(session, run_id, AT_ONCE)


def _mend(shop_id: int, external_id: str, way: Way) -> None:
    """Bring one order up to what the store holds, by the same way as what it tells."""
    try:
        _keep(shop_id, external_id, way.fetch(shop_id, external_id))
    except REFUSED as error:
        with transaction() as session:
            gaps.close(session, shop_id, external_id, GapOutcome.UNREADABLE, str(error)[:300])


def _keep(shop_id: int, external_id: str, records: Records | None) -> None:
    with transaction() as session:
        if records is not None and not _is_news(session, shop_id, records):
            gaps.take_back(session, shop_id, external_id)
            return
        gone: Records = (OrderDeleted(external_id=external_id),)
        is_gone = records is None or any(isinstance(it, OrderDeleted) for it in records)
        shop = session.get_one(Shop, shop_id)
        intake.apply(session, shop, gone if records is None else records, clock.now())
        gaps.close(session, shop_id, external_id, GapOutcome.GONE if is_gone else GapOutcome.REPAIRED)


def _hear_scans(
    shop_id: int, run: Comparison, ask: Callable[[int, Mapping[str, str]], tuple[Scan, ...]], after: int
) -> int | None:
    """Fetch the scans of some fulfillments; returns the last of them, None where there are no more."""
    with transaction() as session:
        rows = unheard.fulfillments(session, shop_id, after=after, arrived_since=run.since)
    if not rows:
        return None
    told = ask(shop_id, {external_id: order_id for _, external_id, order_id in rows})
    with transaction() as session:
        shop = session.get_one(Shop, shop_id)
        new = unheard.new(session, shop, told)
        intake.apply(session, shop, new, clock.now())
        session.get_one(Comparison, run.id, with_for_update=True).scans += len(new)
    return rows[-1][0]


def _is_news(session: Session, shop_id: int, records: Records) -> bool:
    """Tell whether the store holds an order otherwise than we do."""
    whole = {it.external_id: it.updated_at for it in records if isinstance(it, Order)}
    is_behind = orders.behind(session, shop_id, whole) or gaps.deleted_here(session, shop_id, whole)
    return bool(is_behind) or any(isinstance(it, OrderDeleted) for it in records)


def _woocommerce_pages(shop_id: int, since: datetime, at: str | None) -> Iterator[Page]:
    store = woo.connection(shop_id).store
    begin = datetime.fromisoformat(at) if at else since
    gathered: dict[str, datetime] = {}
    for some in changes.walk(store, "orders", begin, status="any", _fields="id,status,date_modified_gmt"):
        placed = (row for row in some.rows if row.get("status") != DRAFT)
        gathered |= {str(row["id"]): moment for row in placed if (moment := changes.modified(row))}
        if some.is_whole:
            moved = some.then.since or begin
            until = None if some.is_last else moved + changes.A_SECOND
            yield Page(gathered, (some.begins.since or begin) + changes.A_SECOND, until, moved.isoformat())
            gathered = {}


def _woocommerce_order(shop_id: int, external_id: str) -> Records | None:
    shop = woo.connection(shop_id)
    row = shop.store.read(f"orders/{quote(external_id, safe='')}")
    if row is None:
        return None
    if not isinstance(row, dict) or not reading.text(row, "id"):
        raise Unreadable("it is no order")
    return woocommerce.parse("order.restored", row, shop.currency)


def _shopify_pages(shop_id: int, since: datetime, at: str | None) -> Iterator[Page]:
    """Several orders may have changed in one moment, some of them on the next page."""
    edge, _, after = at.partition(" ") if at else (since.isoformat(), "", None)
    begin, last = datetime.fromisoformat(edge), dict[str, datetime]()
    while True:
        asked = {"since": f"updated_at:>='{since.isoformat()}'", "after": after}
        changed, after = answers.changed(shopify.ask(shop_id, "OrdersUpdatedSince", asked))
        changed = last | changed
        newest = max(changed.values(), default=begin)
        yield Page(changed, begin, newest if after else None, f"{newest.isoformat()} {after}")
        if after is None:
            return
        begin, last = newest, {ident: moment for ident, moment in changed.items() if moment == newest}


def _shopify_scans(shop_id: int, fulfillments: Mapping[str, str]) -> tuple[Scan, ...]:
    return answers.scans_of(
        shopify.ask(shop_id, "FulfillmentScans", telling.asked_of(fulfillments)), fulfillments
    )


WAYS = {
    "shopify.compare": Way(_shopify_pages, shopify.fetch, _shopify_scans),
    "woocommerce.compare": Way(_woocommerce_pages, _woocommerce_order),
}

HANDLERS: dict[str, Callable[[Due], str | None]] = {
    "shopify.compare": compare,
    "woocommerce.compare": woo.says_when_cut_off(compare),
}
