"""Where a yes to offers has to be said again from the mailbox itself (double opt-in), ask for that, once.

The law wants it in some countries; and everywhere it takes more than a box at a checkout to undo a no that
was said from the mailbox.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import consent, grants, whereabouts
from app.audience.models import Profile
from app.commerce.models import Order
from app.events import ConsentChanged, OrderPlaced
from app.flows import switches
from app.lib import clock, crypto
from app.messages.dispatch import outbox
from app.shops.models import Shop
from app.vocabulary import Category, Medium, Trigger

FRESH = timedelta(hours=24)
"""A yes that was older than this when we heard of it is not asked about: nobody remembers saying it."""


def on_consent_changed(session: Session, shop_id: int, event: ConsentChanged) -> None:
    """Ask for the mail with the button, where a yes to offers by mail waits for it and the shop writes mails.

    Its step is the day of that yes: one said again on another day is asked about again.

    It speaks in the language of the shopper's newest order, and is not sent to who never ordered.
    """
    about = event.medium, event.category
    if about != (Medium.EMAIL, Category.MARKETING) or clock.now() - event.happened_at > FRESH:
        return
    if event.profile_id:
        _ask(session, shop_id, session.get(Profile, event.profile_id))


def on_order_placed(session: Session, shop_id: int, event: OrderPlaced) -> None:
    """Ask for it where the yes came before the order that it was said with: stores tell them apart."""
    order = session.get_one(Order, event.order_id)
    if order.profile_id is None:
        return
    country = _country(session.get_one(Shop, shop_id), order)
    ended = order.email and consent.ticked_since_no(session, shop_id, order.email)
    if country in grants.CONFIRMING or ended:
        _ask(session, shop_id, session.get(Profile, order.profile_id))


def _ask(session: Session, shop_id: int, profile: Profile | None) -> None:
    if profile is None or profile.email is None or not switches.switched_on(session, shop_id):
        return
    newest = select(Order).filter_by(shop_id=shop_id, email=profile.email, erased_at=None)
    order = session.scalar(newest.order_by(Order.id.desc()).limit(1))
    said_at = _waits_since(session, session.get_one(Shop, shop_id), profile.email, order) if order else None
    if order is None or said_at is None or clock.now() - said_at > FRESH:
        return
    mail = outbox.Ask(
        subject=f"profile-{profile.id}",
        trigger=Trigger.CONFIRM_OFFERS,
        step=said_at.toordinal(),
        profile_id=profile.id,
        order_id=order.id,
        to=profile.email,
        occasion_at=said_at,
    )
    outbox.ask(session, shop_id, mail)


def _waits_since(session: Session, shop: Shop, address: str, order: Order) -> datetime | None:
    """Return when the yes was said that waits for its second; None where none does."""
    subject = shop.id, order.profile_id, crypto.fingerprint(address)
    said = consent.last_said(session, subject, Medium.EMAIL, Category.MARKETING)
    permission = grants.permission(
        said,
        said,
        medium=Medium.EMAIL,
        category=Category.MARKETING,
        country=_country(shop, order),
        ordered_at=None,
        now=clock.now(),
    )
    if said and permission.wants_confirmation:
        return said.at
    return consent.ticked_since_no(session, shop.id, address)


def _country(shop: Shop, order: Order) -> str | None:
    return whereabouts.country_of(order.ship_to or {}, order.phone, shop.country)
