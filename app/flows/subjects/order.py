"""An order and its parcels, as flows see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import whereabouts
from app.commerce import firsts
from app.commerce.models import Order
from app.flows.plan.conditions import Value
from app.flows.subjects.base import Matter, Subject, reachable
from app.lib.db import among
from app.reviews import things
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import ShipmentStatus

OF_PARCELS = frozenset({"order.is_delivered", "order.is_returned", "order.some_arrived", "order.status"})
"""What only an order's parcels tell."""


def look(session: Session, ids: Collection[int], fields: Collection[str]) -> dict[int, Matter]:
    """Return what is so of these orders."""
    wanted = select(Order, Shop.country).join(Shop).where(among(Order.id, ids))
    rows = session.execute(wanted.execution_options(populate_existing=True)).all()
    parcels = _parcels(session, ids) if not OF_PARCELS.isdisjoint(fields) else defaultdict(list)
    sent = [order for order, _ in rows if parcels.get(order.id)]
    here = things.arrived_of(session, sent) if sent and "order.some_arrived" in fields else {}
    firsts_of = firsts.of(session, [order for order, _ in rows]) if "order.is_first" in fields else ()
    return {
        order.id: Matter(
            shop_id=order.shop_id,
            profile_id=order.profile_id,
            order_id=order.id,
            addresses=reachable(order.email, order.phone),
            place=order.ship_to or {},
            known=_known(order, home, parcels[order.id])
            | {
                "order.is_first": order.id in firsts_of,
                "order.some_arrived": bool(here.get(order.id)),
            },
            changed_at=_changed_at(parcels[order.id]),
        )
        for order, home in rows
    }


def _parcels(session: Session, ids: Iterable[int]) -> dict[int, list[Shipment]]:
    """Return the parcels that still count, by order."""
    found: dict[int, list[Shipment]] = defaultdict(list)
    of_orders = select(Shipment).where(among(Shipment.order_id, ids), Shipment.cancelled_at.is_(None))
    for row in session.scalars(of_orders.execution_options(populate_existing=True)):
        if row.status is not ShipmentStatus.CANCELLED:
            found[row.order_id].append(row)
    return found


def _known(order: Order, home: str | None, parcels: Sequence[Shipment]) -> dict[str, Value]:
    country = whereabouts.country_of(order.ship_to or {}, order.phone, None)
    statuses = [parcel.status for parcel in parcels]
    has_arrived = bool(statuses) and all(status is ShipmentStatus.DELIVERED for status in statuses)
    return {
        "order.country": country,
        "order.is_called_off": order.is_called_off or order.erased_at is not None,
        "order.is_delivered": order.is_fulfilled and has_arrived,
        "order.is_domestic": country == home if country and home else None,
        "order.is_returned": ShipmentStatus.RETURN_TO_SENDER in statuses,
        "order.status": _furthest_behind(parcels).status if parcels else None,
        "order.total": order.total,
    }


def _changed_at(parcels: Sequence[Shipment]) -> dict[str, datetime]:
    if not parcels:
        return {}
    behind = _furthest_behind(parcels)
    arrived = [parcel.delivered_at for parcel in parcels if parcel.delivered_at is not None]
    told = {"order.status": behind.status_at or behind.shipped_at}
    return told | ({"order.is_delivered": max(arrived)} if arrived else {})


def _furthest_behind(parcels: Sequence[Shipment]) -> Shipment:
    return min(parcels, key=lambda parcel: (parcel.status.rank, parcel.id))


PLUGIN = Subject(key="order", look=look)
