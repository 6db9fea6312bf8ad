"""What each shopper of a store on WooCommerce has bought in all, guests too, as its own reports say.

The report has no order in which nobody changes place: guests have no date at all, and stand elsewhere each
time that it is asked for. So it is asked for by its own numbers, a hundred at a time, and whoever comes or
goes meanwhile moves nobody else. Numbers may be missing: where so many are that the end cannot be told, it is
read page by page.
"""

from datetime import tzinfo
from functools import partial
from typing import NamedTuple, Self

from app.lib import reading
from app.lib.reading import Json
from app.platforms.base import Record
from app.platforms.purchases import Past, Person
from app.platforms.walking import Page, read
from app.platforms.woocommerce.api import PER_PAGE, NoRoute, Store
from app.platforms.woocommerce.walk import with_ids

REPORTS = "wc-analytics"
"""The API in which a store says what each shopper has bought; it takes the same keys."""
LIST = "reports/customers"
BY_DATE = {"orderby": "date_registered", "order": "asc"}
MOST_MISSING = 50
"""Hundreds of numbers without a shopper, in a row, after which the list is read page by page."""


class Place(NamedTuple):
    """How far the list was read."""

    begins: int = 1
    """The first number that is asked for next."""
    seen: int = 0
    missing: int = 0
    """How many times in a row nobody was found."""

    @classmethod
    def read(cls, written: str | None) -> Self | int:
        """Return what was written down; a page, where the list is read page by page."""
        if written is None:
            return cls()
        return cls(*map(int, written.split("|"))) if "|" in written else int(written)

    def write(self) -> str:
        """Return it as text."""
        return "|".join(map(str, self))


def pasts(store: Store, currency: str, zone: tzinfo, after: str | None = None) -> Page:
    """Return some of what shoppers have bought in all; `store` is one asked for REPORTS.

    A store that has no such report is answered by an empty page. Its times are the store's local ones.
    """
    at = Place.read(after)
    try:
        if isinstance(at, int):
            return _page(store, currency, zone, at)
        return _some(store, currency, zone, at)
    except NoRoute:
        return Page(rows=())


def _some(store: Store, currency: str, zone: tzinfo, at: Place) -> Page:
    numbers = range(at.begins, at.begins + PER_PAGE)
    listed, _ = store.page(LIST, 1, customers=",".join(map(str, numbers)), **BY_DATE)
    rows = with_ids(listed)
    if any(int(row["id"]) not in numbers for row in rows):  # it does not look at what it is asked for
        return _page(store, currency, zone, 1)
    then = Place(numbers.stop, at.seen + len(rows), 0 if rows else at.missing + 1)
    if rows:
        return _told(rows, currency, zone, then.write())
    total = _total(store)
    if total is None or then.seen >= total:
        return Page(rows=(), total=total)
    goes_on = then.missing < MOST_MISSING
    return Page(rows=(), after=then.write() if goes_on else "1", total=total)


def _page(store: Store, currency: str, zone: tzinfo, page: int) -> Page:
    rows, total = store.page(LIST, page, **BY_DATE)
    after = str(page + 1) if len(rows) == PER_PAGE else None
    return _told(with_ids(rows), currency, zone, after, total)


def _total(store: Store) -> int | None:
    """Return how many there are, where the store says so."""
    return store.page(LIST, 1, **BY_DATE)[1]


def _told(rows: list[Json], currency: str, zone: tzinfo, after: str | None, total: int | None = None) -> Page:
    found = (read(str(row["id"]), None, partial(_past, row, currency, zone)) for row in rows)
    return Page(rows=tuple(found), after=after, total=total)


def _past(row: Json, currency: str, zone: tzinfo) -> tuple[Record, ...]:
    count, email = reading.whole(row, "orders_count"), reading.text(row, "email")
    user = reading.text(row, "user_id")
    if count is None or not (email or user):
        return ()
    return (
        Past(
            person=Person(
                external_id=None if user == "0" else user,
                email=email,
                first_name=reading.text(row, "first_name"),
                last_name=reading.text(row, "last_name"),
            ),
            orders=count,
            spent=reading.amount(row, "total_spend", currency),
            currency=currency,
            last_order_at=reading.moment(row, "date_last_order", zone),
        ),
    )
