"""The tracking page: one order, for whoever holds its link."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from app.lib.signing import Forged
from app.lib.words import sentence
from app.shops import brand as brands
from app.storefront import look, shown, visitors
from app.storefront.bought import Bought
from app.storefront.page import Page
from app.storefront.shown import Ended, Missing
from app.tracking.page import links

pages = Blueprint("tracking", __name__)


@pages.get("/t/<token>")
def show(token: str) -> Response:
    """Return an order's page; `?parcel=2` shows one of several parcels by itself."""
    answer = _show(links.order_of, token)
    if answer.status_code in (200, 304):
        visitors.note(links.order_of(token), request.headers.get)
    return answer


@pages.get("/g/<token>")
def show_gift(token: str) -> Response:
    """Return the page for somebody else: no price, no name, and no way from here to the shopper's own."""
    return _show(links.order_of_gift, token, shown.GIFT)


def _show(order_of: Callable[[str], int], token: str, place: str = "") -> Response:
    parcel = request.args.get("parcel", type=int)
    try:
        return look.printed(shown.printed(order_of(token), parcel, _whole, place=place))
    except (Forged, Missing):
        return look.notice(
            404,
            sentence("This link leads nowhere"),
            sentence("Please open the link in your mail again, or look your order up."),
        )
    except Ended as ended:
        return look.notice(
            410,
            sentence("This link has ended"),
            sentence("Tracking pages close 90 days after the delivery. The shop still has your order."),
            brands.of(ended.shop),
            ended.shop,
        )


def _whole(page: Page, found: Bought) -> str:
    return look.html("track", page.brand, page.words, page=page, shop=found.shop.domain)
