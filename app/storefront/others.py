"""Another recipient of an order's updates: named on its page, asked by mail, told after their own yes."""

from typing import NamedTuple

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.audience import profiles
from app.audience.address import readable_email
from app.commerce.models import Order
from app.lib import clock, crypto, limits
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.messages.dispatch import withdrawn
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import hearing, hosts, look, updates
from app.tracking.page import links
from app.tracking.shoppers import recipients
from app.tracking.shoppers.recipients import Recipient
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, ShopState

pages = Blueprint("others", __name__)

LONGEST = 254
ADDRESS, A_DAY = 3, 86_400
"""How often one address may be asked in all of a shop's orders, in how many seconds."""
AGREED = sentence("Yes, send me the delivery updates of this order by e-mail. I can stop them at any time.")
"""What is agreed to by the button."""


class Asked(NamedTuple):
    """Who is asked, by which shop, about which order."""

    shop: Shop
    order: Order
    recipient: Recipient


@pages.post("/t/<token>/others")
def name(token: str) -> BaseResponse:
    """Have an address asked; what is answered does not depend on whose it is."""
    found = updates.find(token)
    if found is None:
        return updates.nothing()
    address = readable_email(request.form.get("address", "").strip()[:LONGEST])
    if address is None or not hearing.can_name(found):
        return updates.unchanged(found)
    if not updates.may_try(found.order.id) or not _may_be_asked(found.shop, address):
        return updates.wait(found)
    with transaction() as session:
        order = session.get_one(Order, found.order.id, with_for_update=True)
        recipients.name(session, order, address.lower())
    return updates.back(token, "others")


@pages.post("/t/<token>/others/<int:place>")
def remove(token: str, place: int) -> BaseResponse:
    """Let the shopper take an address back."""
    found = updates.find(token)
    if found is None:
        return updates.nothing()
    with transaction() as session:
        session.get_one(Order, found.order.id, with_for_update=True)
        theirs = recipients.of_order(session, found.order.id)
        withdrawn.end(session, [it.id for it in theirs if it.place == place])
    return updates.back(token, "others")


@pages.get("/w/<token>")
def show(token: str) -> BaseResponse:
    """Return what a recipient is asked, or gets, with the buttons that change it; looking changes nothing."""
    with transaction() as session:
        asked = _find(session, token)
    if asked is None:
        return _over()
    words = look.reader(asked.shop, asked.order.locale)
    return look.page(
        "recipient",
        brands.of(asked.shop),
        words,
        shop=asked.shop.domain,
        address=f"/w/{token}",
        is_told=asked.recipient.is_told,
        agreed=words.say(AGREED),
        page=links.gift_url(asked.shop, asked.order.id),
    )


@pages.post("/w/<token>")
def change(token: str) -> BaseResponse:
    """Keep their yes with its wording, or let them go; a mailbox's one click gets no page."""
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    choice = "stop" if is_one_click else request.form.get("choice")
    with transaction() as session:
        asked = _find(session, token) if choice in ("confirm", "stop") else None
        if asked and choice == "confirm" and asked.recipient.confirmed_at is None:
            recipients.confirm(asked.recipient)
            _said(session, asked, ConsentState.SUBSCRIBED)
        elif asked and choice == "stop":
            _said(session, asked, ConsentState.NOT_SUBSCRIBED)
            withdrawn.end(session, [asked.recipient.id])
    if is_one_click:
        return Response("You are unsubscribed.\n", mimetype="text/plain")
    return redirect(url_for("storefront.others.show", token=token), 303) if asked else _over()


def _may_be_asked(shop: Shop, address: str) -> bool:
    who = f"{shop.id} {crypto.fingerprint(address).hex()}"
    return limits.allows("recipient", who, times=ADDRESS, seconds=A_DAY)


def _find(session: Session, token: str) -> Asked | None:
    """Return who a link was made for, while they are asked or told."""
    try:
        shop_id, recipient_id = recipients.recipient_of(token)
    except Forged:
        return None
    if hosts.of_shop() not in (None, shop_id):
        return None
    recipient = recipients.find(session, shop_id, recipient_id)
    shop = session.get(Shop, shop_id)
    if recipient is None or recipient.left_at or shop is None or shop.state is not ShopState.INSTALLED:
        return None
    return Asked(shop, session.get_one(Order, recipient.order_id), recipient)


def _said(session: Session, asked: Asked, state: ConsentState) -> None:
    """Keep what they said; who declines to be told at all is not asked about another order either."""
    declines = state is ConsentState.NOT_SUBSCRIBED and asked.recipient.confirmed_at is None
    words = look.reader(asked.shop, asked.order.locale)
    said = Consent(
        person=Person(),
        medium=Medium.EMAIL,
        category=Category.TRANSACTIONAL,
        state=state,
        source=ConsentSource.CONFIRMATION,
        at=clock.now(),
        address=asked.recipient.address,
        wording=words.say(AGREED) if state is ConsentState.SUBSCRIBED else None,
        proof={"recipient": str(asked.recipient.id)} | (recipients.DECLINED if declines else {}),
    )
    profiles.keep_consent(session, asked.shop.id, said, heard_at=clock.now())


def _over() -> BaseResponse:
    return look.notice(
        404,
        sentence("No updates come to you"),
        sentence("They were stopped, or the question was not answered within a day. There is nothing to do."),
    )
