"""The tracking page: one order, for whoever holds its link."""

from flask import Blueprint, Response, request

from app.lib import clock
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.shops import brand as brands
from app.storefront import bought, look
from app.storefront.page import draw
from app.tracking import links

pages = Blueprint("tracking", __name__)


@pages.get("/t/<token>")
def show(token: str) -> Response:
    """Return an order's page; `?parcel=2` shows one of several parcels by itself."""
    try:
        order_id = links.order_of(token)
    except Forged:
        return not_found()
    with transaction() as session:
        found = bought.read(session, order_id)
    if found is None:
        return not_found()
    if found.has_ended(clock.now()):
        return look.notice(
            410,
            sentence("This link has ended"),
            sentence("Tracking pages close 90 days after the delivery. The shop still has your order."),
            brands.of(found.shop),
            found.shop,
        )
    parcel = request.args.get("parcel", type=int)
    drawn = draw(found, clock.now(), shown=parcel - 1 if parcel and parcel > 0 else None)
    return look.page("track", drawn.brand, drawn.words, page=drawn, shop=found.shop.domain)


def not_found() -> Response:
    """Return that a link leads nowhere."""
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link in your mail again, or look your order up."),
    )
