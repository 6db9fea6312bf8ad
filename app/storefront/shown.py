"""An order's page as bytes: as it was kept while it is right, else drawn of its rows and kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg
import structlog

from app.lib import clock
from app.lib.db import transaction
from app.shops.models import Shop
from app.storefront import bought
from app.storefront.bought import Bought
from app.storefront.gift import for_receiver
from app.storefront.page import Page, draw
from app.storefront.press import Print, press
from app.tracking.page import drawn

HOLDS_AT_MOST = timedelta(days=1)
HOLDS_WITHOUT_PICTURES = timedelta(minutes=10)
"""A product's picture is no part of the order: nobody counts its changes."""
MOST_PARCELS = 50
"""Parcels of one order whose pages are kept."""

GIFT = "gift "
"""The place of a page that somebody else than the shopper looks at: it tells no price and no name."""

Dress = Callable[[Page, Bought], str]
"""Makes a page's HTML."""

log = structlog.get_logger()


class Missing(Exception):
    """There is no such order, or it is another shop's."""


class Ended(Exception):
    """The order's page is no longer shown."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop = shop


def printed(
    order_id: int, parcel: int | None, dress: Dress, *, place: str = "", of_shop: int | None = None
) -> Print:
    """Return the page of an order, or of its nth parcel, as `dress` makes it for a place.

    Raises Missing, Ended. Where `of_shop` is given, orders of other shops are missing.
    """
    now = clock.now()
    is_kept = parcel is None or 0 < parcel <= MOST_PARCELS
    variant = f"{place}{parcel or ''}"
    kept = drawn.find(order_id, variant, press=press(), now=now) if is_kept else None
    if kept is not None and of_shop in (None, kept[2]):
        return Print(kept[0], kept[1])
    with transaction() as session:
        found = bought.read(session, order_id)
    if found is None or of_shop not in (None, found.shop.id):
        raise Missing
    if found.has_ended(now):
        raise Ended(found.shop)
    page = draw(found, now, shown=parcel - 1 if parcel and parcel > 0 else None, is_gift=place == GIFT)
    page = for_receiver(page) if place == GIFT else page
    made = Print.of(dress(page, found))
    if is_kept:
        _keep(found, page, made, variant, now)
    return made


def _keep(found: Bought, page: Page, made: Print, variant: str, now: datetime) -> None:
    pictured = all(item.picture for item in (*page.items, *page.other_items))
    page.horizon.note(now + (HOLDS_AT_MOST if pictured else HOLDS_WITHOUT_PICTURES))
    page.horizon.note(found.ends_at)
    holds_until = page.horizon.until or now
    try:
        drawn.keep(found.stamp(press()), variant, holds_until=holds_until, tag=made.tag, body=made.body)
    except psycopg.Error as error:  # a database that only reads shows pages nevertheless
        log.warning("page.not_kept", error=type(error).__name__)
