"""How long a shop keeps who its shoppers were: for ever, or as long as its merchant chose.

A daily errand sees to it: what is old loses names, addresses and words, as if its shopper had asked to be
forgotten; goods, money and times stay. Say the process dies on any line: the rest is found again.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.audience.models import ConsentRow, Profile
from app.commerce import bodies
from app.commerce.models import Order
from app.lib import clock
from app.privacy import erasure, traces
from app.shops import choices, errands
from app.shops.models import Shop
from app.tracking.shoppers.cases import Case
from app.vocabulary import Category, ConsentState

SETTING = "keep_months"
KEEP = "retention.keep"
"""Errand: forget what is older than a shop keeps."""
DAILY = 86_400
CHOICES = (12, 24, 36, 60, 120)
"""Months."""
MONTH = timedelta(days=30.4375)
BATCH = 20
"""Orders, then shoppers, that are forgotten in one transaction."""


def months(shop: Shop) -> int | None:
    """Return for how many months a shop keeps who its shoppers were; None: for ever."""
    chosen = shop.settings.get(SETTING)
    return chosen if chosen in CHOICES else None


def choose(session: Session, shop: Shop, chosen: int | None) -> None:
    """Keep them for so long from now on, and begin at once; None: for ever again."""
    choices.keep(session, shop, {SETTING: chosen})
    if chosen is None:
        errands.drop(session, shop.id, KEEP)
    else:
        errands.add(session, shop.id, KEEP, every=DAILY)


def go_on(session: Session, shop: Shop) -> None:
    """Forget on for a shop that comes back: its errands ended when it left, what was chosen did not."""
    if months(shop) is not None:
        errands.add(session, shop.id, KEEP, every=DAILY)


def before(kept_months: int) -> datetime:
    """Return the moment before which an order is old, where they are kept for so long."""
    return clock.now() - kept_months * MONTH


def count(session: Session, shop_id: int, since: datetime) -> int:
    """Return how many orders from before a moment still say who their shopper is."""
    return session.scalar(select(func.count()).select_from(Order).where(*_old(shop_id, since))) or 0


def forget_some(session: Session, shop: Shop) -> bool:
    """Forget the next of what is old; False where nothing (more) is."""
    chosen = months(shop)
    if chosen is None:
        return False
    since = before(chosen)
    oldest = select(Order).where(*_old(shop.id, since)).order_by(Order.id).limit(BATCH)
    orders = session.scalars(oldest.with_for_update(skip_locked=True)).all()
    with bodies.gathering(session) as words:
        erasure.erase_orders_alone(session, shop.id, orders)
        is_more = bool(orders) or _forget_shoppers(session, shop, since)
    traces.leave(session, shop.id, words)
    return is_more


def _forget_shoppers(session: Session, shop: Shop, since: datetime) -> bool:
    """Forget shoppers all of whose orders are forgotten, and who have not agreed to hear from the shop."""
    theirs = Order.profile_id == Profile.id
    forgotten = select(Profile).where(
        Profile.shop_id == shop.id,
        Profile.erased_at.is_(None),
        Profile.email.is_not(None) | Profile.phone.is_not(None),
        exists().where(theirs, Order.erased_at.is_not(None)),
        ~exists().where(theirs, Order.erased_at.is_(None)),
        ~exists().where(theirs, _placed_at() >= since),
        ~_hears_offers(),
    )
    oldest = forgotten.order_by(Profile.id).limit(BATCH).with_for_update(skip_locked=True)
    leaving = session.scalars(oldest).all()
    for profile in leaving:
        erasure.erase(session, profile)
    return bool(leaving)


def _hears_offers() -> ColumnElement[bool]:
    """Say in SQL that a shopper's last word about offers on some medium was yes."""
    yes, later = aliased(ConsentRow), aliased(ConsentRow)
    same = later.profile_id == yes.profile_id, later.medium == yes.medium, later.category == yes.category
    return exists().where(
        yes.profile_id == Profile.id,
        yes.category == Category.MARKETING,
        yes.state == ConsentState.SUBSCRIBED,
        ~exists().where(*same, later.at > yes.at),
    )


def _old(shop_id: int, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL which orders are old: not while their shopper waits for an answer."""
    waits = exists().where(Case.order_id == Order.id, Case.closed_at.is_(None))
    return Order.shop_id == shop_id, Order.erased_at.is_(None), _placed_at() < since, ~waits


def _placed_at() -> ColumnElement[datetime]:
    return func.coalesce(Order.placed_at, Order.created_at, Order.first_heard_at)
