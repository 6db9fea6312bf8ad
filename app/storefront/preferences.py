"""Which mails a shopper gets: looking changes nothing, one click or one button does (RFC 8058)."""

from typing import NamedTuple

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import Row, select
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.audience import suppression
from app.audience.suppression import UNSUBSCRIBED
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.messages import links
from app.messages.models import Message
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import advice, hosts, look
from app.vocabulary import Category

pages = Blueprint("preferences", __name__)


class Topic(NamedTuple):
    """What a category is called by its readers, and what still comes without it."""

    comes: str
    about: str
    stopped: str
    stop: str
    still: tuple[tuple[str, str], ...]


RECEIPTS = (sentence("Receipts"), sentence("From the shop’s checkout, not from us."))
TOPICS = {
    Category.TRANSACTIONAL: Topic(
        sentence("You get our delivery updates"),
        sentence("A few for each order, about what you bought. Never advertising."),
        sentence("No more delivery updates"),
        sentence("Stop delivery updates"),
        (
            (
                sentence("News and offers"),
                sentence("Only if you said yes to them. Each has its own way out."),
            ),
            RECEIPTS,
            (
                sentence("Your order’s page"),
                sentence("It always shows where your order is. The link in your mails stays open."),
            ),
        ),
    ),
    Category.MARKETING: Topic(
        sentence("You get our news and offers"),
        sentence("You said yes to them once. You can say no as easily."),
        sentence("No more news and offers"),
        sentence("Stop news and offers"),
        (
            (
                sentence("Delivery updates"),
                sentence("About what you bought. Never advertising."),
            ),
            RECEIPTS,
        ),
    ),
}


@pages.get("/u/<token>")
def show(token: str) -> BaseResponse:
    """Return the page behind every mail's last link: what comes, and the button that stops it."""
    with transaction() as session:
        found = _find(session, token)
        stopped = _why_stopped(session, found[1]) if found else None
    if found is None:
        return look.notice(
            404,
            sentence("This link leads nowhere"),
            sentence("Please open the link at the end of your mail again."),
        )
    shop, message = found
    brand, words = brands.of(shop), look.reader(shop)
    say = words.say
    return look.page(
        "preferences",
        brand,
        words,
        shop=shop.domain,
        topic=TOPICS[message.category],
        address=_masked(message.to or ""),
        stopped=stopped is not None,
        can_resume=stopped == UNSUBSCRIBED,
        contact=advice.contact(brand, say(advice.WRITE), say("What you send me"), words),
    )


@pages.post("/u/<token>")
def change(token: str) -> BaseResponse:
    """Stop the mails of this kind to this address, or send them again; a mailbox's one click gets no page."""
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    choice = "stop" if is_one_click else request.form.get("choice")
    if choice not in ("stop", "resume"):
        return look.notice(
            400, sentence("Nothing was changed"), sentence("Please use the button on the page.")
        )
    with transaction() as session:
        found = _find(session, token)
        if found and choice == "stop":
            _stop(session, found[1])
        elif found:
            _resume(session, found[1])
    if is_one_click:
        known = "You are unsubscribed.\n", 200
        answer, status = known if found else ("This link leads nowhere.\n", 404)
        return Response(answer, status, mimetype="text/plain")
    return redirect(url_for("storefront.preferences.show", token=token), 303)


def _find(session: Session, token: str) -> Row[Shop, Message] | None:
    """Return the message that a link stands in; None for a forged link, and where its shopper was erased."""
    try:
        shop_id, message_id = links.message_of(token)
    except Forged:
        return None
    if hosts.of_shop() not in (None, shop_id):
        return None
    mine = select(Shop, Message).join(Message, Message.shop_id == Shop.id)
    return session.execute(
        mine.where(Shop.id == shop_id, Message.id == message_id, Message.to.is_not(None))
    ).one_or_none()


def _stop(session: Session, message: Message) -> None:
    suppression.suppress(
        session,
        message.shop_id,
        message.medium,
        message.to or "",
        message.category,
        reason=UNSUBSCRIBED,
    )


def _resume(session: Session, message: Message) -> None:
    suppression.lift(session, message.shop_id, message.medium, message.to or "", message.category)


def _why_stopped(session: Session, message: Message) -> str | None:
    return suppression.is_suppressed(
        session, message.shop_id, message.medium, message.to or "", message.category
    )


def _masked(address: str) -> str:
    """Return an address that its owner recognizes and nobody else can use."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••{local[-1:] if len(local) > 2 else ''}@{domain}"  # noqa: PLR2004 - first and last
