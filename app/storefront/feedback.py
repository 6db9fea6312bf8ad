"""How a delivery went: one tap on the order's page, then a few words if the shopper likes; it can be changed.

Whoever holds the order's link sees the grade, and never the words.
"""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug import Response as BaseResponse

from app.lib import clock, limits
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.shops import brand as brands
from app.storefront import bought, faces, look
from app.storefront.bought import Bought
from app.storefront.page import label
from app.tracking.models import Shipment
from app.tracking.page import links
from app.tracking.shoppers import feedback
from app.vocabulary import CaseKind, ShipmentStatus

pages = Blueprint("feedback", __name__)

TRIES, WINDOW = 20, 3600
"""Answers of one visitor, and about one order, in how many seconds."""


@pages.get("/t/<token>/feedback")
def ask(token: str) -> Response:
    """Return the faces of `?parcel=`, and room for a few words once one of them was tapped."""
    found = _find(token)
    return _page(token, *found) if found else _nothing()


@pages.post("/t/<token>/feedback")
def answer(token: str) -> BaseResponse:
    """Keep an answer, and offer to add to it; asked for a grade that there is not, ask again."""
    found = _find(token)
    if found is None:
        return _nothing()
    order, shipment = found
    if not _may_try(order.order.id):
        return _page(token, order, shipment, status=429, must_wait=True)
    with transaction() as session:
        words = request.form.get("words")
        kept = feedback.grade(session, shipment.id, request.form.get("grade", 0, int), words)
    if not kept:
        return _page(token, order, shipment, status=422)
    said = None if words is None else "yes"
    return redirect(url_for("storefront.feedback.ask", token=token, parcel=shipment.id, said=said), 303)


def _find(token: str) -> tuple[Bought, Shipment] | None:
    """Return the order that a link leads to and the parcel that is spoken of; None unless it has arrived."""
    try:
        order_id = links.order_of(token)
    except Forged:
        return None
    with transaction() as session:
        found = bought.read(session, order_id)
    if found is None or found.has_ended(clock.now()):
        return None
    wanted = request.values.get("parcel", type=int)
    arrived = (row for row in found.shipments if row.status is ShipmentStatus.DELIVERED)
    shipment = next((row for row in arrived if row.id == wanted), None)
    return (found, shipment) if shipment else None


def _may_try(order_id: int) -> bool:
    visitor = limits.allows("feedback", request.remote_addr or "", times=TRIES, seconds=WINDOW)
    return visitor and limits.allows("feedback-order", str(order_id), times=TRIES, seconds=WINDOW)


def _page(
    token: str, found: Bought, shipment: Shipment, *, status: int = 200, must_wait: bool = False
) -> Response:
    brand, words = brands.of(found.shop), look.reader(found.shop, found.order.locale)
    with transaction() as session:
        said = feedback.of_shipments(session, [shipment.id]).get(shipment.id)
    path = url_for("storefront.feedback.answer", token=token)
    return look.page(
        "feedback",
        brand,
        words,
        status=status,
        shop=found.shop.domain,
        order=label(found.order.name, words),
        back=links.tracking_url(found.shop, found.order.id),
        problem_url=url_for("storefront.cases.ask", token=token, kind=CaseKind.PROBLEM),
        faces=faces.of(shipment.id, path, said.grade if said else None, words),
        has_words=said is not None and said.words is not None,
        is_said="said" in request.args,
        must_wait=must_wait,
        longest=feedback.LONGEST,
    )


def _nothing() -> Response:
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link in your mail again, or look your order up."),
    )
