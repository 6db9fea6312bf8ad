"""The tracking page: one order, for whoever holds its link."""

from datetime import datetime, timedelta

import psycopg
import structlog
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from app.lib import clock
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.shops import brand as brands
from app.storefront import bought, look
from app.storefront.bought import Bought
from app.storefront.page import draw
from app.storefront.press import Print, press
from app.tracking import drawn, links

pages = Blueprint("tracking", __name__)

HOLDS_AT_MOST = timedelta(days=1)
HOLDS_WITHOUT_PICTURES = timedelta(minutes=10)
"""A product's picture is no part of the order: nobody counts its changes."""
MOST_PARCELS = 50
"""Parcels of one order whose pages are kept."""

log = structlog.get_logger()


@pages.get("/t/<token>")
def show(token: str) -> Response:
    """Return an order's page; `?parcel=2` shows one of several parcels by itself."""
    try:
        order_id = links.order_of(token)
    except Forged:
        return not_found()
    now = clock.now()
    variant = _variant(request.args)
    kept = drawn.find(order_id, variant, press=press(), now=now) if variant is not None else None
    if kept is not None:
        return look.printed(Print(*kept))
    with transaction() as session:
        found = bought.read(session, order_id)
    if found is None:
        return not_found()
    if found.has_ended(now):
        return look.notice(
            410,
            sentence("This link has ended"),
            sentence("Tracking pages close 90 days after the delivery. The shop still has your order."),
            brands.of(found.shop),
            found.shop,
        )
    return look.printed(_draw(found, variant, now))


def not_found() -> Response:
    """Return that a link leads nowhere."""
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link in your mail again, or look your order up."),
    )


def _variant(asked: MultiDict[str, str]) -> str | None:
    """Return which of an order's pages is asked for; None for one that is drawn each time."""
    if not asked:
        return ""
    parcel = asked.get("parcel", type=int)
    known = set(asked) == {"parcel"} and parcel is not None and 0 < parcel <= MOST_PARCELS
    return str(parcel) if known else None


def _draw(found: Bought, variant: str | None, now: datetime) -> Print:
    parcel = request.args.get("parcel", type=int)
    page = draw(found, now, shown=parcel - 1 if parcel and parcel > 0 else None)
    pressed = Print.of(look.html("track", page.brand, page.words, page=page, shop=found.shop.domain))
    if variant is None:
        return pressed
    pictured = all(item.picture for item in (*page.items, *page.other_items))
    page.horizon.note(now + (HOLDS_AT_MOST if pictured else HOLDS_WITHOUT_PICTURES))
    page.horizon.note(found.ends_at)
    stamp, holds_until = found.stamp(press()), page.horizon.until or now
    try:
        drawn.keep(stamp, variant, holds_until=holds_until, tag=pressed.tag, body=pressed.body)
    except psycopg.Error as error:  # a database that only reads shows pages nevertheless
        log.warning("page.not_kept", error=type(error).__name__)
    return pressed
