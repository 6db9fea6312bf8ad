"""A store's lists by their last change, oldest first, so that nothing is passed over while others change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.lib import reading
from app.lib.http import Unreachable
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence
from app.platforms.woocommerce.api import PER_PAGE, Store, answer_in

A_SECOND = timedelta(seconds=1)
"""As fine as WooCommerce's times are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a list to go on: on a page of what changed after a moment; None: of all there is."""

    since: datetime | None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some of what the store lists."""

    rows: list[Json]
    begins: Place
    then: Place
    """Where the next begins."""
    is_last: bool
    total: int | None
    """How many there are from `begins.since` on, where the store says."""

    @property
    def is_whole(self) -> bool:
        """Whether all that changed in it is in it: the next holds nothing of the same moments."""
        return self.is_last or self.then.page == 1


def walk(store: Store, endpoint: str, since: datetime, **params: str) -> Iterator[Stretch]:
    """Return all that changed after a moment, page by page; raises as `stretch` does."""
    place = Place(since=since)
    while True:
        some = stretch(store, endpoint, place, **params)
        yield some
        if some.is_last:
            return
        place = some.then


def stretch(store: Store, endpoint: str, place: Place, **params: str) -> Stretch:
    """Return one page; the next begins where this one ended, as what changes meanwhile moves to the end.

    It may hold fewer rows than it should, where a plug-in hides some: the headers say whether it is the last.
    Raises as `Store.read` does.
    """
    moment = {} if place.since is None else {"modified_after": gmt(place.since)}
    asked = {**moment, "dates_are_gmt": "true", "orderby": "modified", "order": "asc", **params}
    response = store.hear("GET", endpoint, params={**asked, "per_page": PER_PAGE, "page": place.page})
    listed = answer_in(response)
    if not isinstance(listed, list):
        raise Unreachable(merchant_sentence("the store's list is none"))
    pages, total = (response.headers.get(f"X-WP-Total{of}", "") for of in ("Pages", ""))
    rows = [row for row in listed if isinstance(row, dict) and reading.text(row, "id")]
    return Stretch(
        rows=rows,
        begins=place,
        then=_after(rows, place),
        is_last=place.page >= int(pages) if pages.isdecimal() else len(listed) < PER_PAGE,
        total=int(total) if total.isdecimal() else None,
    )


def modified(row: Json) -> datetime | None:
    """Return when something last changed, where that can be read."""
    try:
        return reading.moment(row, "date_modified_gmt")
    except Unreadable:
        return None


def gmt(at: datetime) -> str:
    """Return a moment as the store is asked for it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _after(rows: list[Json], place: Place) -> Place:
    """Return where what follows some rows begins: several may have changed in the second of the last."""
    newest = max((at for row in rows if (at := modified(row))), default=None)
    if newest is not None and (place.since is None or newest - A_SECOND > place.since):
        return Place(since=newest - A_SECOND)
    return Place(since=place.since, page=place.page + 1)
