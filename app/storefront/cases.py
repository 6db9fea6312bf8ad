"""A shopper reports a problem: a form that works without script, for whoever holds the order's link.

The page says that something was reported, never what: the link may be in other hands than the words' author.
"""

from typing import TypeVar

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug import Response as BaseResponse

from app.lib import clock, limits
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.shops import brand as brands
from app.storefront import advice, bought, look
from app.storefront.bought import Bought
from app.storefront.page import label
from app.tracking.page import links
from app.tracking.shoppers import cases
from app.vocabulary import CaseKind, CaseWish, ShipmentStatus

pages = Blueprint("cases", __name__)

Word = TypeVar("Word", CaseKind, CaseWish)

TRIES, WINDOW = 5, 3600
"""Reports of one visitor, and of one order, in how many seconds."""


@pages.get("/t/<token>/problem")
def ask(token: str) -> Response:
    """Return the form, or that a report is being looked into."""
    found = _find(token)
    return _page(token, found) if found else _nothing()


@pages.post("/t/<token>/problem")
def report(token: str) -> BaseResponse:
    """Keep a report, and say so; what is missing is said beside its field, and nothing typed is lost."""
    found = _find(token)
    if found is None:
        return _nothing()
    words = request.form.get("words", "").strip()
    if not words or len(words) > cases.LONGEST:
        return _page(token, found, status=422, is_lacking=not words)
    if not _may_try(found.order.id):
        return _page(token, found, status=429, must_wait=True)
    with transaction() as session:
        kept = cases.report(
            session,
            found.order.id,
            kind=_chosen(CaseKind, "kind", CaseKind.PROBLEM),
            wish=_chosen(CaseWish, "wish", CaseWish.ANSWER),
            words=words,
        )
    if kept is None:
        return _page(token, found, status=429, must_wait=True)
    return redirect(url_for("storefront.cases.ask", token=token, said="yes"), 303)


def _find(token: str) -> Bought | None:
    """Return the order that a link leads to, while its page is shown."""
    try:
        order_id = links.order_of(token)
    except Forged:
        return None
    with transaction() as session:
        found = bought.read(session, order_id)
    return None if found is None or found.has_ended(clock.now()) else found


def _may_try(order_id: int) -> bool:
    visitor = limits.allows("case", request.remote_addr or "", times=TRIES, seconds=WINDOW)
    return visitor and limits.allows("case-order", str(order_id), times=TRIES, seconds=WINDOW)


def _chosen(kind: type[Word], name: str, otherwise: Word) -> Word:
    given = request.form.get(name, "")
    return kind(given) if given in list(kind) else otherwise


def _page(
    token: str, found: Bought, *, status: int = 200, is_lacking: bool = False, must_wait: bool = False
) -> Response:
    brand, words = brands.of(found.shop), look.reader(found.shop, found.order.locale)
    with transaction() as session:
        is_open = cases.open_of(session, found.order.id) is not None
    arrived = any(shipment.status is ShipmentStatus.DELIVERED for shipment in found.shipments)
    return look.page(
        "case",
        brand,
        words,
        status=status,
        shop=found.shop.domain,
        order=label(found.order.name, words),
        back=links.tracking_url(found.shop, found.order.id),
        address=url_for("storefront.cases.report", token=token),
        is_open=is_open,
        is_said=is_open and "said" in request.args,
        arrived=arrived or request.args.get("kind") == CaseKind.NOT_RECEIVED,
        typed=request.form.get("words", ""),
        chosen={"kind": request.form.get("kind", ""), "wish": request.form.get("wish", "")},
        is_lacking=is_lacking,
        must_wait=must_wait,
        longest=cases.LONGEST,
        contact=advice.contact(brand, words.say(advice.WRITE), label(found.order.name, words), words),
    )


def _nothing() -> Response:
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link in your mail again, or look your order up."),
    )
