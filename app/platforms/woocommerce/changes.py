"""A store's orders by their last change, oldest first, so that none is passed over while others change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.lib import reading
from app.lib.http import Unreachable
from app.lib.reading import Json, Unreadable
from app.platforms.woocommerce.api import PER_PAGE, Store, answer_in

A_SECOND = timedelta(seconds=1)
"""As fine as WooCommerce's times are."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the store's orders."""

    rows: list[Json]
    since: datetime
    """Where it began."""
    then: datetime
    """Where the next begins."""
    is_last: bool
    is_whole: bool
    """Whether all that changed in it is in it: the next holds nothing of the same moments."""


def walk(store: Store, since: datetime, **params: str) -> Iterator[Stretch]:
    """Return all orders that changed after a moment, page by page; raises as `Store.read` does.

    Every page begins where the last one ended: an order that changes while we read moves to the end. A page
    may hold fewer rows than it should, where a plug-in hides some: the headers say whether it is the last.
    """
    page = 1
    while True:
        rows, is_last = _page(store, since, page, params)
        newest = max((at for row in rows if (at := modified(row))), default=since)
        moves = newest - A_SECOND > since
        then = newest - A_SECOND if moves else since
        yield Stretch(rows, since, then, is_last, is_whole=is_last or moves)
        if is_last:
            return
        page = 1 if moves else page + 1
        since = then


def modified(row: Json) -> datetime | None:
    """Return when an order last changed, where that can be read."""
    try:
        return reading.moment(row, "date_modified_gmt")
    except Unreadable:
        return None


def _page(store: Store, since: datetime, page: int, params: dict[str, str]) -> tuple[list[Json], bool]:
    asked: dict[str, str | int] = {
        "modified_after": since.strftime("%Y-%m-%dT%H:%M:%S"),
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "per_page": PER_PAGE,
        "page": page,
        **params,
    }
    response = store.hear("GET", "orders", params=asked)
    rows = answer_in(response)
    if not isinstance(rows, list):
        raise Unreachable("the store's list of orders is none")
    pages = response.headers.get("X-WP-TotalPages", "")
    is_last = page >= int(pages) if pages.isdecimal() else len(rows) < PER_PAGE
    return [row for row in rows if isinstance(row, dict) and reading.text(row, "id")], is_last
