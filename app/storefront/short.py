"""Short links for text messages: they lead to a page of ours or a cart in its store, and change nothing."""

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.commerce.models import Order
from app.lib import limits
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.messages.letters import carts, leads, material
from app.messages.letters import links as links_of_messages
from app.messages.models import Message
from app.reviews import links as review_links
from app.shops.models import Shop
from app.storefront import hosts, look
from app.tracking.page import links

pages = Blueprint("short", __name__)

TRIES, WINDOW = 60, 60
"""Links that one visitor may open, and in how many seconds: they are short, and could be guessed at."""
LONGEST = 30


@pages.get("/s/<code>")
def follow(code: str) -> BaseResponse:
    """Lead on to the page that a link was made for."""
    if not limits.allows("short", request.remote_addr or "", times=TRIES, seconds=WINDOW):
        answer = look.notice(
            429,
            sentence("One moment, please"),
            sentence("That was more tries than we allow in a minute. Wait one, then try again."),
        )
        answer.headers["Retry-After"] = str(WINDOW)
        return answer
    with transaction() as session:
        target = _target(session, code[:LONGEST])
    if target is None:
        return look.notice(
            404,
            sentence("This link leads nowhere"),
            sentence("Please open the link in your mail again, or look your order up."),
        )
    response = redirect(target, 302)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _target(session: Session, code: str) -> str | None:
    """Return the address that a code stands for; None: for none, or for one of an erased shopper."""
    try:
        order = session.get(Order, links.order_of_short(code))
    except Forged:
        return _to_review(session, code) or _of_message(session, code)
    if order is None or order.erased_at or hosts.of_shop() not in (None, order.shop_id):
        return None
    return links.tracking_url(session.get_one(Shop, order.shop_id), order.id)


def _to_review(session: Session, code: str) -> str | None:
    try:
        order = session.get(Order, review_links.order_of_short(code))
    except Forged:
        return None
    if order is None or order.erased_at or hosts.of_shop() not in (None, order.shop_id):
        return None
    return review_links.review_url(session.get_one(Shop, order.shop_id), order.id)


def _of_message(session: Session, code: str) -> str | None:
    for purpose, leads_to in OF_MESSAGES.items():
        try:
            message = session.get(Message, links_of_messages.message_of_short(code, purpose))
        except Forged:
            continue
        if message is None or message.to is None or hosts.of_shop() not in (None, message.shop_id):
            return None
        return leads_to(session, message)
    return None


def _way_out(session: Session, message: Message) -> str:
    del session
    return links_of_messages.preferences_url(message.shop_id, message.id)


def _survey(session: Session, message: Message) -> str:
    del session
    return links_of_messages.survey_url(message.shop_id, message.id)


def _cart(session: Session, message: Message) -> str:
    """Return where a cart is found again as its store has things now; its shop, where it is gone."""
    shop = session.get_one(Shop, message.shop_id)
    found = carts.gather(session, {message.checkout_id} - {None}, {shop.id: shop})
    return next((cart.url for cart in found.values() if cart.url), shop.url)


def _lead(session: Session, message: Message) -> str:
    """Return where in its store a message leads."""
    stuff = material.gather(session, [message])
    order = stuff.orders.get(message.order_id) if message.order_id else None
    return leads.away(stuff, stuff.shops[message.shop_id], message, order)


OF_MESSAGES: Mapping[str, Callable[[Session, Message], str]] = {
    links_of_messages.PURPOSE: _way_out,
    links_of_messages.CART: _cart,
    links_of_messages.SURVEY: _survey,
    links_of_messages.LEAD: _lead,
}
"""Where the short links of a message lead, by what they are for."""
