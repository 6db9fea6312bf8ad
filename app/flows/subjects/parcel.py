"""A parcel of an order, as flows see it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import whereabouts
from app.commerce.models import Order
from app.flows.subjects.base import Matter, Subject, reachable
from app.lib.db import among
from app.shops.models import Shop
from app.tracking.models import Shipment


def look(session: Session, ids: Collection[int], _fields: Collection[str]) -> dict[int, Matter]:
    """Return what is so of these parcels; of one that was taken back the gate says no."""
    wanted = (
        select(Shipment, Order, Shop.country)
        .join(Order, Order.id == Shipment.order_id)
        .join(Shop, Shop.id == Shipment.shop_id)
        .where(among(Shipment.id, ids))
    )
    rows = session.execute(wanted.execution_options(populate_existing=True))
    return {parcel.id: _matter(parcel, order, home) for parcel, order, home in rows}


def _matter(parcel: Shipment, order: Order, home: str | None) -> Matter:
    country = whereabouts.country_of(order.ship_to or {}, order.phone, None)
    return Matter(
        shop_id=order.shop_id,
        profile_id=order.profile_id,
        order_id=order.id,
        addresses=reachable(order.email, order.phone),
        place=order.ship_to or {},
        known={
            "order.country": country,
            "order.is_called_off": order.is_called_off or order.erased_at is not None,
            "order.is_domestic": country == home if country and home else None,
            "order.total": order.total,
            "parcel.status": parcel.status,
        },
        changed_at={"parcel.status": parcel.status_at} if parcel.status_at else {},
    )


PLUGIN = Subject(key="parcel", look=look)
