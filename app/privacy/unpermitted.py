"""Addresses typed into a cart that nobody bought: kept for a day, then only where they may be used."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from app import events
from app.audience import consent, grants, whereabouts
from app.audience.models import ConsentRow, Profile
from app.commerce import bodies
from app.commerce.models import Checkout, Order
from app.lib import clock, crypto
from app.messages.models import Message
from app.shops.models import Shop
from app.stock import waiting
from app.vocabulary import Category, ConsentState, Medium

KEPT_FOR = timedelta(hours=24)
BATCH = 100
CLOCKS_DIFFER = timedelta(hours=24)
"""How much earlier than a cart was begun, by its store's clock, a delivery about it may have come."""


def forget(session: Session) -> int:
    """Judge a batch of carts that have lain for a day, and erase what may not be kept; returns how many.

    A cart that changes again is judged again a day later.
    """
    idle = (
        select(Checkout)
        .where(
            Checkout.completed_at.is_(None),
            Checkout.updated_at < clock.now() - KEPT_FOR,
            or_(Checkout.email.is_not(None), Checkout.phone.is_not(None)),
            or_(Checkout.judged_at.is_(None), Checkout.judged_at < Checkout.updated_at),
        )
        .order_by(Checkout.updated_at)
        .limit(BATCH)
    )
    found = list(session.scalars(idle.with_for_update(skip_locked=True)))
    by_shop: dict[int, list[Checkout]] = {}
    for checkout in found:
        checkout.judged_at = clock.now()
        by_shop.setdefault(checkout.shop_id, []).append(checkout)
    for shop_id, carts in by_shop.items():
        _forget_of(session, session.get_one(Shop, shop_id), carts)
    return len(found)


def _forget_of(session: Session, shop: Shop, carts: Sequence[Checkout]) -> None:
    typed = {address for cart in carts for address in (cart.email, cart.phone) if address}
    known = {address for address in typed if _is_known(session, shop, address)}
    gone = typed - known
    if not gone:
        return
    strangers = session.scalars(_strangers(shop.id, gone)).all()
    theirs = [cart for cart in carts if {cart.email, cart.phone} & gone]
    first_seen = min([*(cart.started_at for cart in theirs), *(it.first_seen_at for it in strangers)])
    for cart in carts:
        cart.email = None if cart.email in gone else cart.email
        cart.phone = None if cart.phone in gone else cart.phone
        cart.url = cart.url if cart.email or cart.phone else None
    for profile in strangers:
        profile.email = profile.phone = profile.first_name = profile.last_name = profile.locale = None
        profile.erased_at = clock.now()
        erased = events.ProfileErased(happened_at=clock.now(), profile_id=profile.id)
        events.record(session, shop.id, erased)
    # A shop's bodies are many; these addresses stand in those of about a day ago, or since we knew of them.
    bodies.empty(session, shop.id, gone, after=first_seen - CLOCKS_DIFFER, before=clock.now() - KEPT_FOR)


def _is_known(session: Session, shop: Shop, address: str) -> bool:
    """Tell whether an address may be kept: its owner agreed, waits, bought, or has an account."""
    medium = Medium.EMAIL if "@" in address else Medium.SMS
    subject = shop.id, None, crypto.fingerprint(address)
    said = consent.last_said(session, subject, medium, Category.MARKETING)
    permission = grants.permission(
        said,
        said,
        medium=medium,
        category=Category.MARKETING,
        country=whereabouts.country_of({}, address, shop.country),
        ordered_at=None,
        now=clock.now(),
    )
    if (
        permission.is_given
        or permission.wants_confirmation
        or waiting.is_waited_for(session, shop.id, address)
    ):
        return True
    bought = exists().where(Order.shop_id == shop.id, or_(Order.email == address, Order.phone == address))
    customer = exists().where(
        Profile.shop_id == shop.id,
        or_(Profile.email == address, Profile.phone == address),
        Profile.external_id.is_not(None),
    )
    agreed = exists().where(
        ConsentRow.shop_id == shop.id,
        ConsentRow.address_hash == subject[2],
        ConsentRow.state == ConsentState.SUBSCRIBED,
    )
    return bool(session.scalar(select(or_(bought, customer, agreed))))


def _strangers(shop_id: int, addresses: set[str]) -> Select[Profile]:
    """Find the profiles that stand for nothing but these addresses."""
    used = [exists().where(table.profile_id == Profile.id) for table in (Order, Message)]
    return select(Profile).where(
        Profile.shop_id == shop_id, Profile.email.in_(addresses), Profile.external_id.is_(None), ~or_(*used)
    )
