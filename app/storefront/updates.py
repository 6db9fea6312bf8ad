"""What a shopper chooses to be told, from their order's page: a button each, and each can be taken back."""

from typing import NamedTuple

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.audience import profiles, suppression
from app.commerce.models import Order
from app.flows import telling
from app.lib import clock, limits
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import of as words_of
from app.lib.words import sentence
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops import brand as brands
from app.storefront import bought, hearing, look
from app.storefront.bought import Bought
from app.tracking.models import Shipment
from app.tracking.page import links
from app.tracking.shoppers import wishes
from app.vocabulary import Category, ConsentSource, ConsentState, Medium

pages = Blueprint("updates", __name__)

TRIES, WINDOW = 20, 3600
"""Choices of one visitor, and for one order, in how many seconds."""


@pages.post("/t/<token>/updates")
def choose(token: str) -> BaseResponse:
    """Keep whether the shopper gets every step on a medium, with the sentence they agreed to."""
    found = find(token)
    if found is None:
        return nothing()
    every_step = {"yes": True, "no": False}.get(request.form.get("every_step", ""))
    medium = next((it for it in hearing.offered(found) if it == request.form.get("medium")), None)
    if every_step is None or medium is None:
        return unchanged(found)
    if not may_try(found.order.id):
        return wait(found)
    with transaction() as session:
        order = session.get_one(Order, found.order.id, with_for_update=True)
        address = (order.email if medium is Medium.EMAIL else order.phone) or ""
        said_no = suppression.is_suppressed(session, order.shop_id, medium, address, Category.TRANSACTIONAL)
        if not (every_step and said_no):
            _keep(session, order, found, Reach(medium, address), every_step=every_step)
    if every_step and said_no:
        return _said_no(found, medium)
    return back(token, "hear")


@pages.post("/t/<token>/late")
def only_if_late(token: str) -> BaseResponse:
    """Keep whether the shopper wants to hear of a parcel only if it is late."""
    found = find(token)
    if found is None:
        return nothing()
    choice = {"yes": True, "no": False}.get(request.form.get("late_only", ""))
    number = request.form.get("parcel", 0, type=int)
    shipment = found.shipments[number - 1] if 0 < number <= len(found.shipments) else None
    if choice is None or shipment is None or not hearing.can_be_late_only(found, shipment):
        return unchanged(found)
    if not may_try(found.order.id):
        return wait(found)
    with transaction() as session:
        order = session.get_one(Order, found.order.id, with_for_update=True)
        row = session.get_one(Shipment, shipment.id)
        row.late_only_at = (row.late_only_at or clock.now()) if choice else None
        if choice:
            telling.set_apart(session, order, row.id)
    return back(token, "late", number if len(found.shipments) > 1 else None)


class Reach(NamedTuple):
    """Where something is to be told."""

    medium: Medium
    address: str


def find(token: str) -> Bought | None:
    """Return the order that a link leads to, while its page is shown."""
    try:
        order_id = links.order_of(token)
    except Forged:
        return None
    with transaction() as session:
        found = bought.read(session, order_id)
    return None if found is None or found.has_ended(clock.now()) else found


def may_try(order_id: int) -> bool:
    """Count a choice, and tell whether its visitor and its order may still make it."""
    visitor = limits.allows("updates", request.remote_addr or "", times=TRIES, seconds=WINDOW)
    return visitor and limits.allows("updates-order", str(order_id), times=TRIES, seconds=WINDOW)


def back(token: str, anchor: str, parcel: int | None = None) -> BaseResponse:
    """Lead back to the page, which shows what is so now; to one parcel's where it was chosen about one."""
    return redirect(url_for("storefront.tracking.show", token=token, parcel=parcel, _anchor=anchor), 303)


def unchanged(found: Bought) -> BaseResponse:
    """Say that there was nothing to do: the page that was looked at is older than what is so."""
    return look.notice(
        400,
        sentence("Nothing was changed"),
        sentence("Please use the button on the page."),
        brands.of(found.shop),
        found.shop,
    )


def wait(found: Bought) -> BaseResponse:
    """Say that it was tried too often."""
    answer = look.notice(
        429,
        sentence("One moment, please"),
        sentence("That was a lot at once. Please try again in an hour."),
        brands.of(found.shop),
        found.shop,
    )
    answer.headers["Retry-After"] = str(WINDOW)
    return answer


def nothing() -> BaseResponse:
    """Say that a link leads nowhere."""
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link in your mail again, or look your order up."),
    )


def _keep(session: Session, order: Order, found: Bought, reach: Reach, *, every_step: bool) -> None:
    words, medium = words_of(order.locale, found.shop.locale), reach.medium
    if not wishes.keep(session, order, medium, every_step=every_step):
        return
    said = Consent(
        person=Person(email=order.email),
        medium=medium,
        category=Category.TRANSACTIONAL,
        state=ConsentState.SUBSCRIBED if every_step else ConsentState.NOT_SUBSCRIBED,
        source=ConsentSource.TRACKING_PAGE,
        at=clock.now(),
        address=reach.address,
        wording=hearing.consent(found.shop, medium, words) if every_step else words.say(hearing.UNDO),
        proof={"order": str(order.id), "choice": "every step"},
    )
    profiles.keep_consent(session, order.shop_id, said, heard_at=clock.now())


def _said_no(found: Bought, medium: Medium) -> BaseResponse:
    by_mail = sentence(
        "They were stopped by the link at the end of a mail. The same link turns them on again."
    )
    by_text = sentence("Reply START to one of our messages to get these again.")
    by_name = sentence(
        "They were stopped by the link at the end of a text. The same link turns them on again."
    )
    if not hearing.hears_replies(found.shop, medium):
        by_text = by_name
    return look.notice(
        409,
        sentence("This address wants no delivery updates"),
        by_mail if medium is Medium.EMAIL else by_text,
        brands.of(found.shop),
        found.shop,
    )
