"""Which messages a shopper gets: looking changes nothing, one click or one button does (RFC 8058)."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.audience import choices, consent, whereabouts
from app.audience.choices import Choice, Reach
from app.audience.models import Profile
from app.audience.suppression import UNSUBSCRIBED
from app.commerce.models import Order
from app.lib import crypto
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.messages.letters import links
from app.messages.models import Message
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import advice, hosts, look
from app.tracking.shoppers import browsers, wishes
from app.vocabulary import Category, ConsentSource, ConsentState, Medium

pages = Blueprint("preferences", __name__)


class Topic(NamedTuple):
    """What a category is called by its readers, and what still comes without it."""

    name: str
    comes: str
    about: str
    stopped: str
    stop: str
    still: tuple[tuple[str, str], ...]


RECEIPTS = (sentence("Receipts"), sentence("From the shop’s checkout, not from us."))
TOPICS = {
    Category.TRANSACTIONAL: Topic(
        sentence("Delivery updates"),
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
        sentence("News and offers"),
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


MEDIA = {
    Medium.EMAIL: sentence("E-mail"),
    Medium.SMS: sentence("Text message"),
    Medium.WHATSAPP: "WhatsApp",
    Medium.PUSH: sentence("Browser notification"),
}
TEXTS = (Medium.SMS, Medium.WHATSAPP)


class Reader(NamedTuple):
    """Whom a link was sent to."""

    shop: Shop
    message: Message
    profile: Profile | None
    offered: list[Choice]

    @property
    def own(self) -> Choice:
        """The choice that the message with the link was about."""
        return next(it for it in self.offered if it.reach.is_own and it.category is self.message.category)


@pages.get("/u/<token>")
def show(token: str) -> BaseResponse:
    """Return the page behind every message's last link: what comes where, and the buttons that change it."""
    with transaction() as session:
        reader = _find(session, token)
    if reader is None:
        return _nowhere()
    shop = reader.shop
    brand, words = brands.of(shop), look.reader(shop)
    say = words.say
    return look.page(
        "preferences",
        brand,
        words,
        shop=shop.domain,
        topic=TOPICS[reader.message.category],
        topics=TOPICS,
        media=MEDIA,
        address=masked(reader.message.to or ""),
        stopped=not reader.own.is_on,
        can_resume=reader.own.suppressed in (None, UNSUBSCRIBED),
        reaches=_by_reach(reader.offered),
        masked=masked,
        receipts=url_for("storefront.preferences.receipts", token=token),
        contact=advice.contact(brand, say(advice.WRITE), say("What you send me"), words),
    )


@pages.post("/u/<token>")
def change(token: str) -> BaseResponse:
    """Do what was chosen; a mailbox's one click gets a line of text, no cookie and no redirect."""
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    choice = "stop" if is_one_click else request.form.get("choice")
    if choice not in ("stop", "resume", "save", "nothing"):
        return look.notice(
            400, sentence("Nothing was changed"), sentence("Please use the button on the page.")
        )
    with transaction() as session:
        reader = _find(session, token)
        if reader is not None:
            source = ConsentSource.ONE_CLICK if is_one_click else ConsentSource.PREFERENCES
            words = look.reader(reader.shop)
            for changed, on in _wanted(reader, choice):
                if not on and _has_said_no(session, reader, changed):  # a mailbox may click more than once
                    continue
                topic, reach = TOPICS[changed.category], changed.reach
                if reach.medium in TEXTS and changed.category is Category.TRANSACTIONAL:
                    (wishes.resume if on else wishes.stop)(
                        session, reader.shop.id, reach.medium, reach.address
                    )
                choices.change(
                    session,
                    reader.shop.id,
                    reader.profile,
                    changed,
                    on=on,
                    source=source,
                    wording=None if is_one_click else f"{words.say(topic.name)}: {words.say(topic.about)}",
                    proof={"message": str(reader.message.id)},
                )
    if is_one_click:
        known = "You are unsubscribed.\n", 200
        answer, status = known if reader else ("This link leads nowhere.\n", 404)
        return Response(answer, status, mimetype="text/plain")
    return redirect(url_for("storefront.preferences.show", token=token), 303)


@pages.get("/u/<token>/receipts.json")
def receipts(token: str) -> BaseResponse:
    """Return all that was said of the link's own address, each sealed: a change since would show."""
    with transaction() as session:
        reader = _find(session, token)
        if reader is None:
            return _nowhere()
        said = choices.spoken(session, reader.shop.id, reader.message.to or "")
        copies = [consent.receipt(row) | {"unchanged": consent.is_unchanged(row)} for row in said]
    headers = {"Content-Disposition": 'attachment; filename="receipts.json"', "Cache-Control": "no-store"}
    return Response(
        json.dumps(copies, indent=1, ensure_ascii=False), mimetype="application/json", headers=headers
    )


def _nowhere() -> BaseResponse:
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link at the end of your mail again."),
    )


def _find(session: Session, token: str) -> Reader | None:
    """Return whom a link was sent to; None for a forged link, and where its shopper was erased."""
    try:
        shop_id, message_id = links.message_of(token)
    except Forged:
        return None
    if hosts.of_shop() not in (None, shop_id):
        return None
    mine = (
        select(Shop, Message, Profile, Order)
        .join(Message, Message.shop_id == Shop.id)
        .outerjoin(Profile, Profile.id == Message.profile_id)
        .outerjoin(Order, Order.id == Message.order_id)
        .where(Shop.id == shop_id, Message.id == message_id, Message.to.is_not(None))
    )
    row = session.execute(mine).one_or_none()
    if row is None:
        return None
    shop, message, profile, order = row
    place = (order.ship_to if order else None) or {}
    country = whereabouts.country_of(place, order.phone if order else None, shop.country)
    told = [row.endpoint for row in browsers.of_order(session, order.id)] if order else []
    reaches = [*_reaches(message, profile, order), *_browsers(message, told)]
    offered = choices.offered(session, shop.id, profile, reaches, country)
    return Reader(shop, message, profile, offered)


def _reaches(message: Message, profile: Profile | None, order: Order | None) -> Iterator[Reach]:
    """Return the address that the link was sent to, and the others that its shopper has typed."""
    at = (order.placed_at or order.first_heard_at) if order else None
    typed = [(Medium.EMAIL, it.email) for it in (order, profile) if it and it.email]
    typed += [(medium, it.phone) for it in (order, profile) if it and it.phone for medium in TEXTS]
    own = message.medium, message.to or ""
    told_at = message.occasion_at if order is None else at if own in typed else None
    yield Reach(*own, is_own=True, ordered_at=told_at)
    for medium, address in dict.fromkeys(typed):
        if (medium, address) != own:
            yield Reach(medium, address, is_own=False, ordered_at=at)


def _browsers(message: Message, told: Iterable[str]) -> Iterator[Reach]:
    """Return the browsers that are told of the order which the link's message was about."""
    for endpoint in told:
        if endpoint != message.to:
            yield Reach(Medium.PUSH, endpoint, is_own=False, ordered_at=None)


def _wanted(reader: Reader, choice: str) -> Iterator[tuple[Choice, bool]]:
    """Return what is to be changed, and to what."""
    if choice in ("stop", "resume"):
        yield reader.own, choice == "resume"
        return
    shown, ticked = (set(request.form.getlist(name)) for name in ("shown", "on"))
    for it in reader.offered:
        on = choice == "save" and it.name in ticked
        is_meant = choice == "nothing" or it.name in shown  # what came to be offered since was not read
        if it.may_change and is_meant and on != it.is_on:
            yield it, on


def _has_said_no(session: Session, reader: Reader, choice: Choice) -> bool:
    """Tell whether the last word about something was a no that holds."""
    profile, address = reader.profile, crypto.fingerprint(choice.reach.address)
    subject = reader.shop.id, profile.id if profile else None, address
    said = consent.last_said(session, subject, choice.reach.medium, choice.category)
    holds = choice.suppressed == UNSUBSCRIBED
    return holds and said is not None and said.state is ConsentState.UNSUBSCRIBED


def _by_reach(offered: list[Choice]) -> dict[Reach, list[Choice]]:
    found: dict[Reach, list[Choice]] = {}
    for it in offered:
        found.setdefault(it.reach, []).append(it)
    return found


def masked(address: str) -> str:
    """Return an address that its owner recognizes and nobody else can use."""
    local, at, domain = address.rpartition("@")
    if not at:
        return f"•••{address[-2:]}"
    return f"{local[:1]}•••{local[-1:] if len(local) > 2 else ''}@{domain}"  # noqa: PLR2004 - first and last
