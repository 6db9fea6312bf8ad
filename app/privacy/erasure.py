"""Nothing left that says who a shopper was; orders keep goods, money and times."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import events
from app.audience import consent, profiles
from app.audience.models import Profile
from app.commerce import bodies, discounts, orders
from app.commerce.models import Checkout, Order
from app.imports import uploads
from app.lib import clock
from app.lib.db import among
from app.messages.dispatch import withdrawn
from app.messages.models import Message
from app.messages.responses import replies
from app.privacy import copies
from app.reviews import writing as reviews
from app.shops import calls
from app.shops.models import Call
from app.stock import waiting
from app.surveys import answering
from app.tracking.forecast.models import Transit
from app.tracking.models import Shipment
from app.tracking.page import drawn
from app.tracking.parcels import register
from app.tracking.parcels.notes import Note
from app.tracking.scans.overrides import Override
from app.tracking.shoppers import browsers, cases, recipients
from app.tracking.shoppers.cases import CaseEntry
from app.tracking.shoppers.feedback import Feedback
from app.tracking.shoppers.own_orders import OwnOrdersLink
from app.vocabulary import CallReason, MessageState, Reason


def erase(session: Session, profile: Profile) -> None:
    """Leave nothing that says who a shopper was; orders keep goods, money and times."""
    for order in session.scalars(select(Order).filter_by(profile_id=profile.id)):
        erase_order(session, order)
    for checkout in session.scalars(select(Checkout).filter_by(profile_id=profile.id)):
        checkout.email = checkout.phone = checkout.url = None
    bodies.empty(session, profile.shop_id, {profile.email, profile.phone, profile.external_id} - {None, ""})
    _silence(session, select(Message.id).filter_by(profile_id=profile.id))
    calls.drop(session, Call.profile_id == profile.id, CallReason.ERASED)
    discounts.end(session, profile.shop_id, profile.id)
    copies.forget_of(session, profile)
    consent.forget(session, profile.shop_id, [profile.id], filter(None, (profile.email, profile.phone)))
    uploads.forget(session, profile.shop_id, filter(None, (profile.email, profile.phone)))
    replies.forget(session, profile.shop_id, [profile.phone] if profile.phone else [])
    waiting.forget(session, profile.shop_id, [profile.id], filter(None, [profile.email]))
    profile.email = profile.phone = profile.first_name = profile.last_name = None
    profile.external_id = profile.locale = None
    if profile.erased_at is None:
        profile.erased_at = clock.now()
        erased = events.ProfileErased(happened_at=clock.now(), profile_id=profile.id)
        events.record(session, profile.shop_id, erased)


def erase_order(session: Session, order: Order) -> None:
    """Empty what an order, its parcels and its messages say of the shopper."""
    bodies.empty(session, order.shop_id, _erase_order(session, order, only_it=False))


def erase_orders_alone(session: Session, shop_id: int, orders: Collection[Order]) -> None:
    """Empty what orders say of shoppers who may still be here: what those said and wait for stays.

    A shop's bodies are looked through once for all of them.
    """
    known_by = {word for order in orders for word in _erase_order(session, order, only_it=True)}
    if known_by:
        bodies.empty(session, shop_id, known_by)


def _erase_order(session: Session, order: Order, *, only_it: bool) -> set[str]:
    """Empty all but the bodies of deliveries; return by which words those are found."""
    place = order.ship_to or {}
    known_by = {order.email, order.phone, place.get("line1"), place.get("last_name")} - {None, ""}
    if only_it:
        known_by.clear()
    numbers = session.scalars(select(Shipment.number).filter_by(order_id=order.id))
    known_by |= {
        number for number in numbers if number and len(number) >= bodies.LONG
    }  # a source tells of each
    replies.forget(session, order.shop_id, [order.phone] if order.phone and not only_it else [], order.id)
    if not only_it:
        consent.forget(session, order.shop_id, [], filter(None, (order.email, order.phone)))
        uploads.forget(session, order.shop_id, filter(None, (order.email, order.phone)))
        waiting.forget(session, order.shop_id, [], filter(None, [order.email]))
    orders.forget_person(order, at=clock.now())
    withdrawn.end(session, recipients.ids_of(session, order.shop_id, order_id=order.id), for_good=True)
    _silence(session, select(Message.id).filter_by(order_id=order.id))
    calls.drop(session, Call.order_id == order.id, CallReason.ERASED)
    reviews.forget(session, order.id)
    register.forget(session, order)
    session.execute(update(Transit).filter_by(order_id=order.id).values(region="", zone=""))
    for written in (CaseEntry, Feedback, Note, Override):
        session.execute(update(written).filter_by(order_id=order.id).values(words=None))
    session.execute(delete(OwnOrdersLink).filter_by(order_id=order.id))
    browsers.forget_order(session, order.id)
    case = cases.open_of(session, order.id)
    if case is not None:  # there is nobody left to answer
        cases.close(session, case)
    drawn.forget(session, order.id)
    return {order.external_id, *map(str, known_by)}


def erase_with_guest(session: Session, order: Order) -> Profile | None:
    """Erase an order that its store made anonymous, and a guest of whom no other order is left.

    Returns whose it was, where they have an account: only the store knows whether that was erased as well.
    """
    erase_order(session, order)
    profile = session.get(Profile, order.profile_id) if order.profile_id else None
    if profile is None or profile.external_id is not None:
        return profile
    _erase_if_nothing_is_left(session, profile)
    return None


def forget_record(session: Session, shop_id: int, external_id: str) -> None:
    """Let go of a platform id that the store deleted; and of a shopper all of whose orders are anonymous."""
    profile = profiles.forget_platform_record(session, shop_id, external_id)
    if profile is None:
        return
    made_anonymous = select(Order.id).filter_by(profile_id=profile.id).where(Order.erased_at.is_not(None))
    if session.scalar(made_anonymous.limit(1)) is not None:
        _erase_if_nothing_is_left(session, profile)


def erase_one(session: Session, shop_id: int, profile_id: int) -> None:
    """Erase a shopper of a shop, if they are still there."""
    profile = session.scalar(select(Profile).filter_by(shop_id=shop_id, id=profile_id))
    if profile is None or profile.erased_at is not None:
        return
    address = profile.email
    erase(session, profile)
    forget_addresses(session, shop_id, [address] if address else [])


def _erase_if_nothing_is_left(session: Session, profile: Profile) -> None:
    left = select(Order.id).filter_by(profile_id=profile.id, erased_at=None).limit(1)
    if profile.erased_at is None and session.scalar(left) is None:
        erase(session, profile)


def forget_addresses(session: Session, shop_id: int, addresses: Collection[str]) -> None:
    """Empty what is kept of addresses beside their shopper's own rows: in carts, and on others' pages."""
    for address in addresses:
        withdrawn.end(session, recipients.ids_of(session, shop_id, address=address), for_good=True)
    carts = update(Checkout).where(Checkout.shop_id == shop_id, Checkout.email.in_(addresses))
    session.execute(carts.values(email=None, phone=None, url=None))
    waiting.forget(session, shop_id, [], addresses)
    _silence(session, select(Message.id).where(Message.shop_id == shop_id, Message.to.in_(addresses)))
    replies.forget(session, shop_id, addresses)
    uploads.forget(session, shop_id, addresses)
    bodies.empty(session, shop_id, set(addresses))


def _silence(session: Session, chosen: Any) -> None:  # noqa: ANN401 - a select of ids
    ids = session.scalars(chosen.order_by(Message.id).with_for_update()).all()  # nobody answers one meanwhile
    theirs = among(Message.id, ids)
    waiting = update(Message).where(theirs, Message.state == MessageState.QUEUED)
    session.execute(waiting.values(state=MessageState.SKIPPED, reason=Reason.ERASED))
    session.execute(update(Message).where(theirs).values(to=None, subject=None))
    answering.forget(session, ids)
