"""Walks through a store on Shopify: its orders, shoppers and products that changed in a window.

`ask` asks one store: an operation and its variables → its data; what it raises ends the walk, which goes on
from the page that was asked for last. Things come oldest change first, so that one that changes while we walk
comes once more at the end, and none is passed over.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from app.lib import reading
from app.lib.reading import Json
from app.platforms.base import Record
from app.platforms.shopify import answers, listed
from app.platforms.walking import Found, Page, Wanted, Window, everything, read

Ask = Callable[[str, Json], Json]


def orders(ask: Ask, window: Window, after: str | None = None, *, wanted: Wanted = everything) -> Page:
    """Return a page of orders, with their fulfillments, scans and refunds where they are wanted.

    The page itself lists ids and times only: a whole order costs most of what one question may cost.
    """
    data = ask("OrdersUpdatedSince", {"since": search(window), "after": after})
    changed, next_page = answers.changed(data)
    chosen = set(wanted(changed))
    rows = [
        _order(ask, external_id, at)
        if external_id in chosen
        else Found(external_id=external_id, updated_at=at)
        for external_id, at in changed.items()
    ]
    return Page(rows=tuple(row for row in rows if row), after=next_page)


def customers(ask: Ask, window: Window, after: str | None = None) -> Page:
    """Return a page of shoppers, with what they said about offers and what they bought in all."""
    nodes, next_page = _listed(ask("Customers", {"search": search(window), "after": after}), "customers")
    rows = (
        read(listed.ident(node), reading.moment(node, "updatedAt"), partial(listed.customer, node))
        for node in nodes
    )
    return Page(rows=tuple(rows), after=next_page)


def products(ask: Ask, currency: str, window: Window, after: str | None = None) -> Page:
    """Return a page of products with all their variants; prices are in the shop's currency."""
    nodes, next_page = _listed(ask("Products", {"search": search(window), "after": after}), "products")
    rows = (
        read(
            listed.ident(node),
            reading.moment(node, "updatedAt"),
            partial(_product, ask, node, currency),
        )
        for node in nodes
    )
    return Page(rows=tuple(rows), after=next_page)


def search(window: Window) -> str:
    """Return a window as Shopify's search is asked for it."""
    ends = ((">=", window.since), ("<=", window.until))
    return " ".join(f"updated_at:{sign}'{_written(at)}'" for sign, at in ends if at is not None)


def _order(ask: Ask, external_id: str, at: datetime) -> Found | None:
    """Return an order; None where it is gone by the time that it is asked for."""
    node = reading.object_(ask("Order", {"id": f"gid://shopify/Order/{external_id}"}), "order")
    return read(external_id, at, partial(answers.order, node)) if node else None


def _product(ask: Ask, node: Json, currency: str) -> tuple[Record, ...]:
    """Return a product, and those of its variants that did not fit on its page."""
    product = listed.product(node, currency)
    found: list[Record] = [product]
    after = _next(reading.object_(node, "variants"))
    while after:
        asked = {"id": reading.required(node, "id"), "after": after}
        more = reading.object_(ask("Variants", asked), "product")
        found += listed.variants(more, product.external_id, currency)
        after = _next(reading.object_(more, "variants"))
    return tuple(found)


def _listed(data: Json, name: str) -> tuple[list[Json], str | None]:
    connection = reading.object_(data, name)
    return reading.objects(connection, "nodes"), _next(connection)


def _next(connection: Json) -> str | None:
    page = reading.object_(connection, "pageInfo")
    return reading.text(page, "endCursor") if page.get("hasNextPage") is True else None


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
