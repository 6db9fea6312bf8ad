"""How often and when shoppers bought: by our orders, and by the store's record of the time before."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Order
from app.lib.db import among
from app.platforms.purchases import OrderState

LAPSED_AFTER = timedelta(days=180)
ENOUGH_DAYS = 3
"""From so many days of buying on a shopper has an interval of their own."""
TIMES, LEAST = 1.5, timedelta(days=30)
"""Lapsed is who has not bought for so many times their own interval, and for a month at least."""


class Bought(NamedTuple):
    """How often and when somebody bought."""

    orders: int
    last_at: datetime
    interval: timedelta | None = None
    """How long they usually take from one purchase to the next; None: too few are known."""

    @property
    def lapses_at(self) -> datetime:
        """From when on they have not bought for longer than they used to."""
        if self.interval is None:
            return self.last_at + LAPSED_AFTER
        return self.last_at + max(self.interval * TIMES, LEAST)


def of(session: Session, profile_ids: Collection[int]) -> Mapping[int, Bought]:
    """Return what each of these shoppers bought, of whom it is known that they did; in two queries."""
    found = _ordered(session, profile_ids)
    told = select(Profile.id, Profile.past_orders, Profile.past_last_order_at).where(
        among(Profile.id, profile_ids), Profile.past_orders > 0, Profile.past_last_order_at.is_not(None)
    )
    for profile_id, orders, last_at in session.execute(told):
        if orders is not None and last_at is not None:
            ours = found.get(profile_id, Bought(orders, last_at))
            both = max(ours.orders, orders), max(ours.last_at, last_at)
            found[profile_id] = Bought(*both, ours.interval)
    return found


def _ordered(session: Session, profile_ids: Collection[int]) -> dict[int, Bought]:
    day = func.date_trunc("day", Order.placed_at)
    counted = select(
        Order.profile_id,
        func.count(),
        func.count(day.distinct()),
        func.min(Order.placed_at),
        func.max(Order.placed_at),
    ).where(
        among(Order.profile_id, profile_ids),
        Order.placed_at.is_not(None),
        Order.state == OrderState.PLACED,
        Order.is_test.is_(False),
    )
    found = {}
    for profile_id, orders, days, first_at, last_at in session.execute(counted.group_by(Order.profile_id)):
        if profile_id is not None and first_at is not None and last_at is not None:
            interval = (last_at - first_at) / (days - 1) if days >= ENOUGH_DAYS else None
            found[profile_id] = Bought(orders, last_at, interval)
    return found
