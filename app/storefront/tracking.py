"""The tracking page: one order, for whoever holds its link."""

from flask import Blueprint, Response, request

from app.lib.signing import Forged
from app.lib.words import sentence
from app.shops import brand as brands
from app.storefront import look, shown
from app.storefront.bought import Bought
from app.storefront.page import Page
from app.storefront.shown import Ended, Missing
from app.tracking import links

pages = Blueprint("tracking", __name__)


@pages.get("/t/<token>")
def show(token: str) -> Response:
    """Return an order's page; `?parcel=2` shows one of several parcels by itself."""
    try:
        order_id = links.order_of(token)
        return look.printed(shown.printed(order_id, request.args.get("parcel", type=int), _whole))
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
