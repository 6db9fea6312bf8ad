"""A shopper and all that they bought, as flows see them."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Order
from app.flows.subjects.base import Matter, Subject, reachable
from app.lib.db import among
from app.platforms.purchases import OrderState


def look(session: Session, ids: Collection[int], _fields: Collection[str]) -> dict[int, Matter]:
    """Return what is so of these shoppers; who was erased is gone."""
    wanted = select(Profile).where(among(Profile.id, ids), Profile.erased_at.is_(None))
    newest = _newest_orders(session, ids)
    found = {}
    for profile in session.scalars(wanted.execution_options(populate_existing=True)):
        order = newest.get(profile.id)
        found[profile.id] = Matter(
            shop_id=profile.shop_id,
            profile_id=profile.id,
            order_id=order.id if order else None,
            addresses=reachable(profile.email, profile.phone),
            place=(order.ship_to if order else None) or {},
        )
    return found


def _newest_orders(session: Session, ids: Collection[int]) -> dict[int, Order]:
    placed = select(Order).where(
        among(Order.profile_id, ids), Order.state == OrderState.PLACED, Order.placed_at.is_not(None)
    )
    newest = placed.ext(distinct_on(Order.profile_id)).order_by(Order.profile_id, Order.placed_at.desc())
    return {order.profile_id: order for order in session.scalars(newest) if order.profile_id is not None}


PLUGIN = Subject(key="profile", look=look)
