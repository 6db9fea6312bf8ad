"""The second yes to offers, from the mailbox itself: opening the link changes nothing, its button does."""

from flask import Blueprint, redirect, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response

from app.audience import consent, profiles
from app.lib import clock, crypto
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.messages.letters import links
from app.messages.models import Message
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import hosts, look
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, ShopState

pages = Blueprint("confirming", __name__)

AGREED = sentence("Yes, send me news and offers by e-mail. I can say no at any time, in every mail.")
"""What is agreed to by the button."""


@pages.get("/c/<token>")
def show(token: str) -> Response:
    """Return the page with the button; once it was used, what it did."""
    with transaction() as session:
        found = _find(session, token)
        is_done = found is not None and _is_confirmed(session, found[1])
    if found is None:
        return look.notice(
            404,
            sentence("This link leads nowhere"),
            sentence("Please open the link at the end of your mail again."),
        )
    shop, message = found
    words = look.reader(shop)
    preferences = links.preferences_url(shop.id, message.id)
    return look.page(
        "confirm",
        brands.of(shop),
        words,
        shop=shop.domain,
        is_done=is_done,
        agreed=words.say(AGREED),
        preferences=preferences,
    )


@pages.post("/c/<token>")
def confirm(token: str) -> Response:
    """Keep the second yes with its wording; twice is once."""
    with transaction() as session:
        found = _find(session, token)
        if found is not None and not _is_confirmed(session, found[1]):
            shop, message = found
            said = Consent(
                person=Person(email=message.to),
                medium=Medium.EMAIL,
                category=Category.MARKETING,
                state=ConsentState.SUBSCRIBED,
                source=ConsentSource.CONFIRMATION,
                at=clock.now(),
                wording=look.reader(shop).say(AGREED),
                proof={"message": str(message.id)},
            )
            profiles.keep_consent(session, shop.id, said, heard_at=clock.now())
    return redirect(url_for("storefront.confirming.show", token=token), 303)


def _find(session: Session, token: str) -> tuple[Shop, Message] | None:
    try:
        shop_id, message_id = links.message_of(token, links.CONFIRM)
    except Forged:
        return None
    if hosts.of_shop() not in (None, shop_id):
        return None
    mine = select(Shop, Message).join(Message, Message.shop_id == Shop.id)
    installed = mine.where(Shop.id == shop_id, Shop.state == ShopState.INSTALLED)
    row = session.execute(installed.where(Message.id == message_id, Message.to.is_not(None))).one_or_none()
    return (row[0], row[1]) if row else None


def _is_confirmed(session: Session, message: Message) -> bool:
    subject = message.shop_id, message.profile_id, crypto.fingerprint(message.to or "")
    said = consent.last_said(session, subject, Medium.EMAIL, Category.MARKETING)
    return said is not None and said.state is ConsentState.SUBSCRIBED and said.is_confirmed
