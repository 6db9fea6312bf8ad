"""The day of arrival, for the shopper's own calendar."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from app.lib import clock
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.shops.models import Shop
from app.storefront import bought, ics, look
from app.storefront.page import draw
from app.tracking.page import links

pages = Blueprint("calendar", __name__)


@pages.get("/t/<token>/calendar.ics")
def arrival(token: str) -> Response:
    """Return the arrival of an order, or of its nth parcel, as a calendar's entry, where a day is named."""
    return _arrival(token, links.order_of, links.tracking_url)


@pages.get("/g/<token>/calendar.ics")
def arrival_of_gift(token: str) -> Response:
    """Return the same for whoever has the link to the page without prices, and leads back to that one."""
    return _arrival(token, links.order_of_gift, links.gift_url)


def _arrival(token: str, order_of: Callable[[str], int], url: Callable[[Shop, int], str]) -> Response:
    parcel, now = request.args.get("parcel", type=int), clock.now()
    try:
        order_id = order_of(token)
    except Forged:
        return _nothing()
    with transaction() as session:
        found = bought.read(session, order_id)
    if found is None or found.has_ended(now):
        return _nothing()
    page = draw(found, now, shown=parcel - 1 if parcel and parcel > 0 else None)
    if page.story.days is None:
        return _nothing()
    entry = ics.entry(
        uid=f"order-{order_id}-{parcel or 0}@{urlsplit(settings().url).hostname}",
        days=page.story.days,
        summary=page.words.say("Parcel from %(shop)s", shop=page.brand.name),
        link=url(found.shop, order_id),
        now=now,
    )
    answer = Response(entry, headers=look.HEADERS)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=parcel.ics"
    return answer


def _nothing() -> Response:
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link in your mail again, or look your order up."),
    )
