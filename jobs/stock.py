"""Errands about stock: ask the stores what there is, and judge what has come back once it has settled."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import quote

import orjson

from app import intake
from app.flows import restocks
from app.lib import clock
from app.lib.db import transaction
from app.lib.reading import Json
from app.platforms import woocommerce
from app.platforms.base import Record
from app.platforms.shopify import stock
from app.platforms.walking import Window
from app.platforms.woocommerce import walk
from app.platforms.woocommerce.api import PER_PAGE
from app.shops import errands
from app.shops.errands import Due
from app.shops.models import Shop
from app.stock import shelves, waiting
from jobs import SLICE, shopify
from jobs.woocommerce import Connection, connection, says_when_cut_off

EVERY = 1800
"""Seconds between two looks at what no delivery told us of."""
BACKFILL = timedelta(days=30)
"""How far back the first look goes; what somebody waits for is asked for by itself."""
OVERLAP = timedelta(minutes=10)


def judge(due: Due) -> None:
    """Judge whether a thing that had been sold out is truly back."""
    with transaction() as session:
        shelves.judge(session, due.shop_id, int(due.subject))


def call(due: Due) -> None:
    """Tell the next of those who wait for a thing that it is back."""
    with transaction() as session:
        restocks.call_next(session, due.shop_id, due.subject)


def places(due: Due) -> None:
    """Keep which places of a store on Shopify sell online."""
    _keep(due.shop_id, [stock.places(shopify.ask(due.shop_id, "Places"))])


def item(due: Due) -> None:
    """Keep all that a store on Shopify knows of one thing."""
    asked = {"id": f"gid://shopify/InventoryItem/{due.subject}"}
    _keep(due.shop_id, [stock.of_item(shopify.ask(due.shop_id, "StockOfItem", asked))])


def shopify_catch_up(due: Due) -> str | None:
    """Ask place by place for what changed and no delivery told us of, one page at a time."""
    with transaction() as session:
        granted = set(session.get_one(Shop, due.shop_id).scopes.split())
    if not granted.issuperset(stock.SCOPES):
        return due.cursor
    sweep = orjson.loads(due.cursor) if due.cursor else {"since": (clock.now() - BACKFILL).isoformat()}
    if "left" not in sweep:
        found = stock.places(shopify.ask(due.shop_id, "Places"))
        _keep(due.shop_id, [found])
        sweep |= {"began": clock.now().isoformat(), "left": [place.external_id for place in found]}
    elif sweep["left"]:
        sweep = _look_into(due.shop_id, sweep)
    if sweep["left"]:
        return _go_on(due, sweep)
    next_since = datetime.fromisoformat(sweep["began"]) - OVERLAP
    return orjson.dumps({"since": next_since.isoformat()}).decode()


@says_when_cut_off
def woocommerce_catch_up(due: Due) -> str:
    """Ask for every product that changed and that no delivery told us of, with its variations, page by page.

    A variation that changes leaves its product as it was: those that somebody waits for are asked for anyway.
    """
    shop, ends, sweep = connection(due.shop_id), monotonic() + SLICE, _sweep(due.cursor)
    window = Window(since=datetime.fromisoformat(sweep["since"]))
    while not sweep.get("is_walked"):
        page = walk.products(shop.store, shop.currency, window, sweep.get("after"))
        _keep(due.shop_id, (row.records for row in page.rows if row.records))
        sweep |= {"after": page.after, "is_walked": page.after is None}
        if monotonic() > ends:
            return _go_on(due, sweep)
    with transaction() as session:
        waited_for = sorted(waiting.products_waited_for(session, due.shop_id))
    for product in (it for it in waited_for if it > sweep.get("asked", "")):
        _keep(due.shop_id, (_variation(row, product, shop) for row in _variations(shop, product)))
        sweep["asked"] = product
        if monotonic() > ends:
            return _go_on(due, sweep)
    return (datetime.fromisoformat(sweep["began"]) - OVERLAP).isoformat()


HANDLERS: dict[str, Callable[[Due], str | None]] = {
    shelves.JUDGE: judge,
    restocks.CALL: call,
    stock.PLACES: places,
    stock.ITEM: item,
    stock.CATCH_UP: shopify_catch_up,
    "woocommerce.stock_catch_up": woocommerce_catch_up,
}


def _sweep(cursor: str | None) -> Json:
    """Return where a look at a store's products goes on: amid the last one, or from a moment on."""
    if cursor is not None and cursor.startswith("{"):
        found: Json = orjson.loads(cursor)
        return found
    now = clock.now()
    return {"since": cursor or (now - BACKFILL).isoformat(), "began": now.isoformat()}


def _go_on(due: Due, sweep: Json) -> str:
    with transaction() as session:
        errands.add(session, due.shop_id, due.kind, every=EVERY)
    return orjson.dumps(sweep).decode()


def _look_into(shop_id: int, sweep: Json) -> Json:
    """Keep a page of what changed in the place at hand; returns what is left to be asked."""
    place, *others = sweep["left"]
    asked = {
        "place": f"gid://shopify/Location/{place}",
        "since": f"updated_at:>='{sweep['since']}'",
        "after": sweep.get("after"),
    }
    found, after = stock.changed(shopify.ask(shop_id, "StockChanged", asked))
    _keep(shop_id, found)
    return sweep | {"after": after, "left": sweep["left"] if after else others}


def _variations(shop: Connection, product: str) -> Iterator[Json]:
    """Yield the variations of a product; none of one that is gone."""
    page, rows = 1, None
    while rows is None or len(rows) == PER_PAGE:
        asked = {"per_page": PER_PAGE, "page": page}
        rows = shop.store.read(f"products/{quote(product, safe='')}/variations", **asked)
        if not isinstance(rows, list):
            return
        yield from (row for row in rows if isinstance(row, dict))
        page += 1


def _variation(row: Json, product: str, shop: Connection) -> tuple[Record, ...]:
    whole = row | {"type": "variation", "parent_id": product}
    return woocommerce.parse("product.updated", whole, shop.currency)


def _keep(shop_id: int, told: Iterable[tuple[Record, ...]]) -> None:
    """Keep what was told, each thing in its own transaction: deliveries lock them one by one, too."""
    for records in told:
        with transaction() as session:
            intake.apply(session, session.get_one(Shop, shop_id), records, clock.now())
