"""Which numbers are asked about: those of parcels whose carrier the shop has an account with."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.carriers.base import Source
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import among
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.tracking.polls import accounts
from app.tracking.polls.models import CarrierWatch
from app.tracking.sources import sources

SPREAD = timedelta(minutes=1)
"""Parcels that are registered together are not asked about in the same second."""


def begin(session: Session, shop: Shop, shipment: Shipment) -> bool:
    """Have a carrier asked about a parcel from now on, where the shop has an account with it."""
    return _ask(session, shop, shipment, clock.now() + SPREAD * uniform(0, 1))


def hasten(session: Session, shop: Shop, shipment: Shipment) -> bool:
    """Have a carrier asked about a parcel next, as soon as its limits let us; False: there is no account."""
    return _ask(session, shop, shipment, clock.now())


def _ask(session: Session, shop: Shop, shipment: Shipment, due_at: datetime) -> bool:
    key = _by_carrier(session, shop.id).get(shipment.carrier_slug or "")
    if key is None or shipment.number is None or shipment.cancelled_at is not None:
        return False
    row = {"shop_id": shop.id, "source": key, "number": shipment.number, "due_at": due_at, "fence": 0}
    add = insert(CarrierWatch).values(row)
    sooner = func.least(func.coalesce(CarrierWatch.due_at, due_at), due_at)
    named = ("shop_id", "source", "number")
    session.execute(add.on_conflict_do_update(index_elements=named, set_={"due_at": sooner}))
    accounts.wake(session, shop.id, key, due_at)
    return True


def end(session: Session, shop_id: int, numbers: Iterable[str]) -> None:
    """Forget numbers that no parcel of a shop has any more."""
    used = select(Shipment.number).where(Shipment.shop_id == shop_id, Shipment.number.is_not(None))
    mine = delete(CarrierWatch).where(CarrierWatch.shop_id == shop_id)
    session.execute(mine.where(CarrierWatch.number.in_(numbers), CarrierWatch.number.not_in(used)))


def soonest(session: Session, shop_id: int, source: str) -> datetime | None:
    """Return when a number of an account is due next; None: none is."""
    return session.scalar(select(func.min(CarrierWatch.due_at)).filter_by(shop_id=shop_id, source=source))


def parcels(
    session: Session, shop: Shop, source: Source, numbers: Iterable[str]
) -> dict[str, list[Shipment]]:
    """Return the parcels of a shop that have these numbers, go with this carrier and were not cancelled."""
    mine = select(Shipment).filter_by(shop_id=shop.id, cancelled_at=None)
    found: dict[str, list[Shipment]] = {}
    for shipment in session.scalars(mine.where(among(Shipment.number, numbers)).order_by(Shipment.id)):
        if shipment.carrier_slug in source.carriers:
            found.setdefault(shipment.number or "", []).append(shipment)
    return found


def places(session: Session, shipments: Iterable[Shipment]) -> dict[int, Mapping[str, Any]]:
    """Return where parcels go, by their orders."""
    ids = {shipment.order_id for shipment in shipments}
    rows = session.execute(select(Order.id, Order.ship_to).where(among(Order.id, ids)))
    return {order_id: place or {} for order_id, place in rows}


def _by_carrier(session: Session, shop_id: int) -> Mapping[str, str]:
    """Return the accounts of a shop by the slugs of the carriers that they know the parcels of."""
    entered = sources.accounts(session, shop_id)
    return {slug: one.source.key for one in entered for slug in one.source.carriers}
