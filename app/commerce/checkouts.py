"""Checkouts: a cart joins its checkout by cart token, and both end in an order."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import events
from app.audience import profiles
from app.commerce.models import Checkout, Order
from app.lib.db import among
from app.platforms import purchases
from app.platforms.base import Consent
from app.platforms.purchases import OrderState, Person
from app.vocabulary import ConsentSource, ConsentState, Medium

MOST_TOUCHES = 50


def keep(session: Session, shop_id: int, record: purchases.Checkout, *, heard_at: datetime) -> None:
    """Bring a checkout up to date; an older record never changes a newer row."""
    checkout, is_news = _lock(session, shop_id, record, heard_at=heard_at)
    if checkout is None:
        return
    at = record.updated_at or heard_at
    is_cart = record.token is None
    if _is_of_before(checkout, record):
        return
    if at < checkout.updated_at and not is_news:
        return
    had_contact = bool(checkout.email or checkout.phone)
    checkout.updated_at = max(at, checkout.updated_at)
    checkout.touched = [*checkout.touched, checkout.updated_at][-MOST_TOUCHES:]
    checkout.deleted_at = at if record.deleted else None
    if not (is_cart and checkout.token):  # the checkout knows prices; its cart, updated later, does not
        checkout.currency = record.currency or checkout.currency
        checkout.total = record.total if record.total is not None else checkout.total
        checkout.items = [asdict(item) for item in record.items] or checkout.items
    checkout.url = record.url or checkout.url
    checkout.completed_at = record.completed_at or checkout.completed_at or _bought_at(session, checkout)
    if record.person is not None:
        _write_person(session, shop_id, checkout, record, record.person, heard_at=heard_at)
    if (checkout.email or checkout.phone) and not had_contact:
        started = events.CheckoutStarted(
            happened_at=at, profile_id=checkout.profile_id, checkout_id=checkout.id
        )
        events.record(session, shop_id, started, once=f"checkout:{checkout.id}")
    if checkout.completed_at is not None:
        _complete(session, checkout, checkout.completed_at)


def close(session: Session, shop_id: int, placed: Iterable[Order]) -> None:
    """Mark the checkouts that orders came from as completed; those that are not placed came from none."""
    bought = [order for order in placed if order.state == OrderState.PLACED]
    tokens = {order.checkout_token: order for order in bought if order.checkout_token is not None}
    carts = {order.cart_token: order for order in bought if order.cart_token is not None}
    theirs = or_(among(Checkout.token, tokens), among(Checkout.cart_token, carts))
    still_open = select(Checkout).where(Checkout.shop_id == shop_id, Checkout.completed_at.is_(None), theirs)
    found = session.scalars(still_open.order_by(Checkout.id).with_for_update()) if tokens or carts else ()
    for checkout in found:
        order = tokens.get(checkout.token or "") or carts[checkout.cart_token or ""]
        checkout.completed_at = order.updated_at or order.first_heard_at
        _complete(session, checkout, checkout.completed_at)


class Left(NamedTuple):
    """A cart that somebody is about to be reminded of."""

    checkout_id: int
    profile_id: int | None
    since: datetime
    """When it was last known that they had not bought."""


def over(session: Session, carts: Mapping[int, Left]) -> frozenset[int]:
    """Return the keys of carts that were bought or emptied, or whose shopper has bought anything since."""
    checkout_ids, people, since = zip(*carts.values(), strict=True)
    given = {"keys": [*carts], "carts": [*checkout_ids], "people": [*people], "since": [*since]}
    return frozenset(session.scalars(OVER, given))


OVER = text(
    """
    SELECT cart.key FROM unnest(
        CAST(:keys AS bigint[]), CAST(:carts AS bigint[]),
        CAST(:people AS bigint[]), CAST(:since AS timestamptz[])
    ) AS cart (key, checkout_id, profile_id, since)
    WHERE EXISTS (
        SELECT FROM checkout it
        WHERE it.id = cart.checkout_id AND (it.completed_at IS NOT NULL OR it.deleted_at IS NOT NULL)
    ) OR EXISTS (
        SELECT FROM "order" it
        WHERE it.profile_id = cart.profile_id AND it.state = 'placed' AND it.placed_at > cart.since
    )
    """
)


def _is_of_before(checkout: Checkout, record: purchases.Checkout) -> bool:
    """Tell whether a record is of the time before its cart was deleted; no store uses a cart's name again.

    A record without a time of its own is: WooCommerce's carts have none.
    """
    if checkout.deleted_at is None or record.deleted:
        return False
    return record.updated_at is None or record.updated_at <= checkout.deleted_at


def _bought_at(session: Session, checkout: Checkout) -> datetime | None:
    """Return when a checkout, or its cart, became an order that we heard of first."""
    names = [
        column == name
        for column, name in ((Order.checkout_token, checkout.token), (Order.cart_token, checkout.cart_token))
        if name
    ]
    order = select(Order.placed_at).filter_by(shop_id=checkout.shop_id, state=OrderState.PLACED)
    return session.scalar(order.where(or_(*names)).limit(1)) if names else None


def _complete(session: Session, checkout: Checkout, at: datetime) -> None:
    done = events.CheckoutCompleted(happened_at=at, profile_id=checkout.profile_id, checkout_id=checkout.id)
    events.record(session, checkout.shop_id, done, once=f"completed:{checkout.id}")


def _lock(
    session: Session, shop_id: int, record: purchases.Checkout, *, heard_at: datetime
) -> tuple[Checkout | None, bool]:
    """Return the locked row, and whether what is said is news however old: its cart told us of it first."""
    at = record.updated_at or heard_at
    by_token = _one(session, shop_id, token=record.token) if record.token else None
    by_cart = _one(session, shop_id, cart_token=record.cart_token) if record.cart_token else None
    if by_token and by_cart and by_token is not by_cart:
        session.delete(by_cart)  # the same cart, kept twice because it came before its checkout
        session.flush()  # frees the cart token for the checkout
        by_cart = None
    found = by_token or by_cart
    if found is not None:
        is_news = found.token is None and record.token is not None
        found.token = found.token or record.token
        found.cart_token = found.cart_token or record.cart_token
        return found, is_news
    keys = {"shop_id": shop_id, "token": record.token, "cart_token": record.cart_token}
    new = insert(Checkout).values(**keys, items=[], started_at=at, updated_at=at)
    session.execute(new.on_conflict_do_nothing())
    if record.token:
        return _one(session, shop_id, token=record.token), False
    return _one(session, shop_id, cart_token=record.cart_token), False


def _one(session: Session, shop_id: int, **keys: str | None) -> Checkout | None:
    return session.scalar(select(Checkout).filter_by(shop_id=shop_id, **keys).with_for_update())


def _write_person(  # noqa: PLR0913 - what is said of whom
    session: Session,
    shop_id: int,
    checkout: Checkout,
    record: purchases.Checkout,
    person: Person,
    *,
    heard_at: datetime,
) -> None:
    profile = profiles.keep(session, shop_id, person, heard_at=heard_at)
    checkout.profile_id = profile.id if profile else checkout.profile_id
    checkout.email = person.email.lower() if person.email else checkout.email
    checkout.phone = person.phone or checkout.phone
    for medium, accepts in ((Medium.EMAIL, record.accepts_email), (Medium.SMS, record.accepts_sms)):
        if accepts:
            consent = Consent(
                person=person,
                medium=medium,
                state=ConsentState.SUBSCRIBED,
                source=ConsentSource.CHECKOUT,
                at=record.started_at or checkout.started_at,  # else each change would undo a no said since
            )
            profiles.keep_consent(session, shop_id, consent, heard_at=heard_at)
