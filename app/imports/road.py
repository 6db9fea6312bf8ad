"""Parcels of a history: those still on the road are followed at once, those that arrived teach."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import events
from app.commerce.models import Order
from app.lib import clock
from app.shops.models import Shop
from app.tracking.exceptions import watch
from app.tracking.forecast import forecasts, transits
from app.tracking.models import Shipment
from app.tracking.sources import following
from app.tracking.sources.following import OVER, RECENT

LEARNT = timedelta(days=90)
"""Parcels that left longer ago say little about those of today."""


def open_parcels(session: Session, orders: Sequence[Order]) -> list[Shipment]:
    """Return the parcels of these orders that left lately and have not arrived."""
    mine = select(Shipment).where(
        Shipment.order_id.in_([order.id for order in orders]),
        Shipment.cancelled_at.is_(None),
        Shipment.announced_at.is_not(None),
        Shipment.status.not_in(OVER),
        Shipment.shipped_at > clock.now() - RECENT,
    )
    return list(session.scalars(mine.order_by(Shipment.id)))


def set_out(session: Session, shop: Shop, parcels: Sequence[Shipment]) -> None:
    """Have parcels followed from now on, and say when they arrive."""
    for parcel in parcels:
        following.follow(session, shop.id, parcel.id)
        registered = events.ShipmentRegistered(
            happened_at=parcel.shipped_at, order_id=parcel.order_id, shipment_id=parcel.id
        )
        forecasts.on_shipment_registered(session, shop.id, registered)


def learn(session: Session, orders: Sequence[Order]) -> None:
    """Remember how long the parcels of these orders took that have arrived."""
    by_id = {order.id: order for order in orders}
    arrived = select(Shipment).where(
        Shipment.order_id.in_(by_id),
        Shipment.delivered_at.is_not(None),
        Shipment.shipped_at > clock.now() - LEARNT,
    )
    mine = session.scalars(arrived.order_by(Shipment.id))
    transits.keep_all(session, [(by_id[parcel.order_id], parcel) for parcel in mine])


def review(session: Session, orders: Sequence[Order]) -> None:
    """Say what is wrong with orders and their parcels."""
    watch.review(session, orders)
