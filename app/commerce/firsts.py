"""Which orders are their shopper's first, as far as we know."""

from collections.abc import Iterable

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from app.commerce.models import Order
from app.lib.db import among


def of(session: Session, orders: Iterable[Order]) -> frozenset[int]:
    """Return the ids of those of these orders that are firsts, by the store's word or else by ours."""
    known = list(orders)
    again = _ordered_before(session, known)
    return frozenset(it.id for it in known if (it.id not in again if it.is_first is None else it.is_first))


def _ordered_before(session: Session, orders: Iterable[Order]) -> frozenset[int]:
    """Return the orders before which their shopper had placed another that was not called off."""
    unsaid = [order.id for order in orders if order.is_first is None and order.profile_id is not None]
    if not unsaid:
        return frozenset()
    earlier = aliased(Order)
    is_earlier = and_(
        earlier.shop_id == Order.shop_id,
        earlier.profile_id == Order.profile_id,
        earlier.placed_at < Order.placed_at,
        earlier.cancelled_at.is_(None),
    )
    found = select(Order.id).where(among(Order.id, unsaid), select(earlier.id).where(is_earlier).exists())
    return frozenset(session.scalars(found))
