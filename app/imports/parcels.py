"""Tracking numbers of a file, and their scans: brought to the orders that are here, and taken from them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.carriers.base import Update
from app.commerce import orders
from app.commerce.models import Fulfillment, Order
from app.events import EventRow
from app.imports import road
from app.imports.lists import Sent
from app.imports.models import Import
from app.lib.words import merchant_sentence
from app.platforms import purchases
from app.shops.models import Shop
from app.tracking.carriers.number import normalize
from app.tracking.exceptions import watch
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.parcels import register
from app.tracking.polls import watches
from app.tracking.scans import scans, shared, standing
from app.vocabulary import ShipmentStatus


class Left(Exception):
    """A line is left out; the sentence tells the merchant why."""


def keep(session: Session, shop: Shop, row: Import, said: Sent) -> None:
    """Bring a parcel to its order, and its scan to the parcel; raises Left."""
    number = normalize(said.parcel.number or "")
    order = _order(session, shop, row, said.order) if said.order is not None else None
    if order is not None:
        mine = select(Shipment.id).filter_by(order_id=order.id, number=number)
        is_here = session.scalar(mine) is not None
        if is_here and said.scan is None:
            raise Left(merchant_sentence("This parcel is here already."))
        if not is_here:
            bring(session, shop, row, order, said)
    if said.scan is not None:
        told = Update(number=number, scans=(said.scan,))
        kept = scans.keep_update(session, shop.id, told, source=_source(row), heard_at=row.asked_at)
        if not kept:
            raise Left(merchant_sentence("No parcel here has this number."))


def bring(session: Session, shop: Shop, row: Import, order: Order, said: Sent) -> None:
    """Bring a parcel to a locked order, followed from now on if it is still on the road."""
    number = normalize(said.parcel.number or "")
    shipped_at = said.shipped_at or order.placed_at or order.created_at or row.asked_at
    record = purchases.Fulfillment(
        external_id=f"{_prefix(row)}{order.id}:{number}",
        order_id=order.external_id,
        updated_at=row.asked_at,
        shipped_at=min(shipped_at, row.asked_at),
        parcels=(said.parcel,),
    )
    register.keep_fulfillment(session, shop.id, record, heard_at=row.asked_at)
    if said.delivered_at is not None:
        arrived = purchases.Scan(
            external_id=record.external_id,
            fulfillment_id=record.external_id,
            order_id=order.external_id,
            status=ShipmentStatus.DELIVERED,
            raw_status="delivered",
            happened_at=min(said.delivered_at, row.asked_at),
        )
        shared.keep(session, shop.id, [arrived], source="import", heard_at=row.asked_at)
    open_ones = [parcel for parcel in road.open_parcels(session, [order]) if parcel.number == number]
    road.set_out(session, shop, open_ones)
    road.review(session, [order])


def undo(session: Session, row: Import, most: int) -> bool:
    """Take some parcels and scans of an import back; False where there are none."""
    made = select(Fulfillment).where(
        Fulfillment.shop_id == row.shop_id, Fulfillment.external_id.startswith(_prefix(row), autoescape=True)
    )
    gone = session.scalars(made.order_by(Fulfillment.id).limit(most)).all()
    ids, touched = [it.id for it in gone], {it.order_id for it in gone}
    parcels = session.scalars(select(Shipment).where(Shipment.fulfillment_id.in_(ids))).all()
    told = [f"registered:{parcel.id}" for parcel in parcels]
    told += [f"reached:{parcel.id}:{status}" for parcel in parcels for status in ShipmentStatus]
    session.execute(delete(EventRow).where(EventRow.shop_id == row.shop_id, EventRow.once.in_(told)))
    session.execute(delete(Fulfillment).where(Fulfillment.id.in_(ids)))
    watches.end(session, row.shop_id, {parcel.number for parcel in parcels if parcel.number})
    touched |= _without_scans(session, row, most)
    watch.review(session, _locked(session, sorted(touched)))
    return bool(touched)


def _without_scans(session: Session, row: Import, most: int) -> set[int]:
    """Take the scans of an import from some parcels; returns their orders."""
    mine = TrackingEvent.shop_id == row.shop_id, TrackingEvent.source == _source(row)
    having = select(TrackingEvent.shipment_id).where(*mine, TrackingEvent.shipment_id.is_not(None)).distinct()
    moved = session.scalars(select(Shipment).where(Shipment.id.in_(having.limit(most)))).all()
    _locked(session, sorted({parcel.order_id for parcel in moved}))
    own = TrackingEvent.shipment_id.in_([parcel.id for parcel in moved])
    session.execute(delete(TrackingEvent).where(*mine, own))
    for parcel in moved:
        session.refresh(parcel)
        standing.write(parcel, standing.of_shipment(session, parcel))
    return {parcel.order_id for parcel in moved}


def _order(session: Session, shop: Shop, row: Import, named: str) -> Order:
    """Return the locked order that a file means by a name or the store's id; raises Left."""
    bare = named.lstrip("#")
    either = or_(Order.external_id == bare, Order.name.in_((f"#{bare}", named)))
    found: Sequence[Order] = session.scalars(select(Order).where(Order.shop_id == shop.id, either)).all()
    exact = [order for order in found if order.name == f"#{bare}"] or found
    if len(exact) != 1:
        raise Left(
            merchant_sentence("Its order is not here.")
            if not found
            else merchant_sentence("Several orders have this number.")
        )
    return orders.lock(session, shop.id, exact[0].external_id, heard_at=row.asked_at)


def _locked(session: Session, order_ids: Iterable[int]) -> list[Order]:
    mine = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id)
    return list(session.scalars(mine.with_for_update()))


def _prefix(row: Import) -> str:
    return f"import:{row.id}:"


def _source(row: Import) -> str:
    return f"import-{row.id}"
