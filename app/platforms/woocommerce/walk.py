"""Walks through a store on WooCommerce: its orders, shoppers and products that changed in a window.

Orders and products come oldest change first, and every page begins where the last one ended: one that changes
while we walk moves to the end, and none is passed over. A page may repeat rows of the one before.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple, Self
from urllib.parse import quote

from app.lib import reading
from app.lib.reading import Json
from app.platforms.base import Record
from app.platforms.walking import Page, Window, read
from app.platforms.woocommerce import catalog, changes
from app.platforms.woocommerce import orders as purchases
from app.platforms.woocommerce.api import PER_PAGE, Store
from app.platforms.woocommerce.changes import Place, modified

DIVIDED = ("variable", "variable-subscription")
"""Types of products that are bought as one of their variations."""
AGAIN = 10
"""Rows of a list that are asked for once more with those that follow them."""


class Stand(NamedTuple):
    """How far a list by rising ids was read that can only be asked for by how many are passed over.

    Whoever is deleted meanwhile moves all that follow: some are asked for again each time, and where none of
    those that were read is among them, the list is gone back in.
    """

    passed: int
    last: int
    """The highest id that was read; 0: none."""

    @classmethod
    def read(cls, written: str | None) -> Self:
        """Return what was written down; its first form counted pages."""
        passed, is_new, last = (written or "1").partition("|")
        return cls(int(passed), int(last)) if is_new else cls((int(passed) - 1) * PER_PAGE, 0)

    def write(self) -> str:
        """Return it as text."""
        return f"{self.passed}|{self.last}"

    @property
    def asked(self) -> int:
        """How many are to be passed over."""
        return max(self.passed - AGAIN, 0)

    def past(self, ids: Sequence[int], *, is_full: bool) -> tuple["Stand | None", frozenset[int]]:
        """Return where it goes on after a page of these ids, and which of them are new; None: nowhere."""
        if self.asked and self.last and min(ids, default=self.last + 1) > self.last:
            return Stand(self.asked, self.last), frozenset()
        new = frozenset(ident for ident in ids if ident > self.last)
        then = Stand(self.asked + len(ids), max(ids, default=self.last))
        return (then if is_full else None), new


def orders(store: Store, currency: str, window: Window, after: str | None = None) -> Page:
    """Return a page of orders with their parcels, refunds and consent; checkouts' drafts are left out."""
    rows, next_page, (total, left) = _changed(store, "orders", window, after, status="any")
    found = (
        read(str(row["id"]), modified(row), partial(purchases.order, row, currency))
        for row in rows
        if row.get("status") != purchases.DRAFT
    )
    return Page(rows=tuple(found), after=next_page, total=total, left=left)


def products(store: Store, currency: str, window: Window, after: str | None = None) -> Page:
    """Return a page of products with their variations.

    A product does not change with its variations: a window misses those of a product that is as it was.
    """
    rows, next_page, (total, left) = _changed(store, "products", window, after)
    found = (read(str(row["id"]), modified(row), partial(_product, store, row, currency)) for row in rows)
    return Page(rows=tuple(found), after=next_page, total=total, left=left)


def customers(store: Store, window: Window, after: str | None = None) -> Page:
    """Return a page of shoppers with an account; the store lists all, and the window is looked at here."""
    at = Stand.read(after)
    rows, total = store.after("customers", at.asked, role="all", orderby="id", order="asc")
    then, fresh = at.past([int(row["id"]) for row in with_ids(rows)], is_full=len(rows) == PER_PAGE)
    found = (
        read(str(row["id"]), modified(row), partial(catalog.customer, row, currency=""))
        for row in with_ids(rows)
        if int(row["id"]) in fresh and _is_within(window, modified(row))
    )
    return Page(rows=tuple(found), after=then.write() if then else None, total=total)


def _changed(
    store: Store, endpoint: str, window: Window, after: str | None, **asked: str
) -> tuple[list[Json], str | None, tuple[int | None, int | None]]:
    """Return a page of what changed, oldest change first, where the next begins, and how many there are."""
    ends = {"modified_before": changes.gmt(window.until)} if window.until is not None else {}
    some = changes.stretch(store, endpoint, _resumed(window, after), **ends, **asked)
    left = max(some.total - PER_PAGE * some.begins.page, 0) if some.total is not None else None
    return some.rows, None if some.is_last else _written(some.then), (some.total, left)


def _written(place: Place) -> str:
    return f"{place.since.isoformat() if place.since else ''}|{place.page}"


def _resumed(window: Window, after: str | None) -> Place:
    if after is None:
        return Place(since=window.since)
    since, _, page = after.partition("|")
    return Place(since=datetime.fromisoformat(since) if since else None, page=int(page))


def _product(store: Store, row: Json, currency: str) -> tuple[Record, ...]:
    found = catalog.product(row, currency)
    if reading.text(row, "type") in DIVIDED:
        parent = reading.required(row, "id")
        for variation in store.every(f"products/{quote(parent, safe='')}/variations"):
            found += catalog.product({**variation, "type": "variation", "parent_id": parent}, currency)
    return found


def _is_within(window: Window, at: datetime | None) -> bool:
    if at is None:
        return True
    is_late_enough = window.since is None or at >= window.since
    return is_late_enough and (window.until is None or at <= window.until)


def with_ids(rows: list[Json]) -> list[Json]:
    """Return the rows that have a number."""
    return [row for row in rows if (reading.text(row, "id") or "").isdecimal()]
