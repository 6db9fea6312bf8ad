"""Parcels as stores report them: registered, corrected, withdrawn, announced once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import events
from app.commerce import fulfillments, orders
from app.commerce.models import Fulfillment, Order
from app.lib import clock, crypto
from app.platforms import purchases
from app.platforms.purchases import Parcel
from app.shops.models import Shop
from app.tracking.carriers import carriage
from app.tracking.carriers.number import normalize
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.parcels import held
from app.tracking.polls import watches
from app.tracking.scans import standing
from app.tracking.sources import following


def keep_fulfillment(
    session: Session, shop_id: int, record: purchases.Fulfillment, *, heard_at: datetime
) -> None:
    """Bring a fulfillment and its parcels up to date; an older record changes nothing."""
    order = orders.lock(session, shop_id, record.order_id, heard_at=heard_at)
    fulfillment = fulfillments.of(session, order, record.external_id)
    _left_by(session, order, record)
    if fulfillment.updated_at is not None and record.updated_at < fulfillment.updated_at:
        return
    fulfillment.updated_at = record.updated_at
    fulfillment.shipped_at = record.shipped_at
    fulfillment.location = record.location or fulfillment.location
    fulfillment.cancelled_at = record.updated_at if record.cancelled else None
    fulfillment.items = [{"item": item, "quantity": quantity} for item, quantity in record.items]
    _keep_parcels(session, order, fulfillment, record)
    announce(session, order)


def keep_list(session: Session, order: Order, record: purchases.Order, *, heard_at: datetime) -> None:
    """Bring the fulfillments in an order's own payload up to date, and cancel those that left it.

    A list older than what we know may name parcels that have left it since: it adds none that live in it.
    """
    if record.fulfillments is None:
        return
    is_old = order.updated_at is not None and record.updated_at < order.updated_at
    for fulfillment in record.fulfillments:
        if is_old and fulfillment.external_id.startswith(purchases.IN_ORDER):
            _left_by(session, order, fulfillment)
        else:
            keep_fulfillment(session, order.shop_id, fulfillment, heard_at=heard_at)
    if not is_old:
        _cancel_missing(session, order, record.fulfillments, prefix=purchases.IN_ORDER, at=record.updated_at)


def keep_whole_list(  # noqa: PLR0913 - whose list, and of what
    session: Session,
    shop_id: int,
    order_id: str,
    records: Sequence[purchases.Fulfillment],
    *,
    prefix: str,
    heard_at: datetime,
) -> None:
    """Bring all of an order's fulfillments of one kind up to date, and cancel those no longer listed."""
    order = orders.lock(session, shop_id, order_id, heard_at=heard_at)
    for record in records:
        keep_fulfillment(session, shop_id, record, heard_at=heard_at)
    _cancel_missing(session, order, records, prefix=prefix, at=heard_at)


def announce(session: Session, order: Order) -> None:
    """Tell of parcels that nobody was told of yet; not before the order itself is known."""
    if not order.is_known:
        return
    for shipment in held.parcels(session, order):
        if shipment.announced_at is not None or shipment.cancelled_at is not None:
            continue
        shipment.announced_at = clock.now()
        registered = events.ShipmentRegistered(
            happened_at=shipment.shipped_at,
            profile_id=order.profile_id,
            order_id=order.id,
            shipment_id=shipment.id,
        )
        events.record(session, order.shop_id, registered, once=f"registered:{shipment.id}")
        if shipment.status_at is not None:
            standing.tell(session, order, shipment, shipment.status_at)


def forget(session: Session, order: Order) -> None:
    """Leave nothing of an erased order's parcels that leads to a person: no number, link, place or word.

    A carrier shows whoever has a number where it went. Statuses, countries and times stay.
    """
    parcels = session.scalars(select(Shipment).filter_by(order_id=order.id)).all()
    numbers = {shipment.number for shipment in parcels if shipment.number}
    for shipment in parcels:
        if shipment.number:
            shipment.slot = _forgotten(shipment.number)
        shipment.number = shipment.url = shipment.pickup = None
    session.flush()  # the watches that nobody needs any more are found by the numbers that are left
    watches.end(session, order.shop_id, numbers)
    fulfillments = select(Fulfillment.id).filter_by(order_id=order.id)
    told = update(TrackingEvent).where(TrackingEvent.fulfillment_id.in_(fulfillments))
    session.execute(told.values(text=None, city=None, region=None))


def _cancel_missing(
    session: Session, order: Order, records: Sequence[purchases.Fulfillment], *, prefix: str, at: datetime
) -> None:
    if orders.is_new(session, order):  # nothing of it has left yet
        return
    gone = select(Fulfillment).where(
        Fulfillment.order_id == order.id,
        Fulfillment.external_id.startswith(prefix, autoescape=True),
        Fulfillment.external_id.not_in([record.external_id for record in records]),
        Fulfillment.cancelled_at.is_(None),
        Fulfillment.updated_at <= at,
    )
    for left in session.scalars(gone):
        left.cancelled_at = at
        for shipment in session.scalars(select(Shipment).filter_by(fulfillment_id=left.id)):
            shipment.cancelled_at = at


def _left_by(session: Session, order: Order, record: purchases.Fulfillment) -> None:
    """Let parcels have left when they were first said to have: not every store says when that was."""
    numbers = {normalize(parcel.number) for parcel in record.parcels if parcel.number}
    for shipment in held.parcels(session, order):
        if shipment.number in numbers:
            shipment.shipped_at = min(shipment.shipped_at, record.shipped_at)


def _keep_parcels(
    session: Session, order: Order, fulfillment: Fulfillment, record: purchases.Fulfillment
) -> None:
    of_order = held.parcels(session, order)
    mine = {s.slot: s for s in of_order if s.fulfillment_id == fulfillment.id}
    wanted = {
        _slot(order, fulfillment, parcel): parcel for parcel in record.parcels or (Parcel(number=None),)
    }
    for other in of_order:
        if other.fulfillment_id == fulfillment.id or other.slot not in wanted:
            continue
        if other.cancelled_at is None:  # two plug-ins reported the same number: the first keeps it
            del wanted[other.slot]
        else:  # until it lets go of it
            other.fulfillment_id = fulfillment.id
            own = update(TrackingEvent).filter_by(shipment_id=other.id)
            session.execute(own.values(fulfillment_id=fulfillment.id))
            mine[other.slot] = other
    left = [s for slot, s in mine.items() if slot not in wanted and s.cancelled_at is None]
    renamed, made = [], list[Shipment]()
    for slot, parcel in wanted.items():
        shipment = mine.get(slot) or (left.pop(0) if left else None)
        if shipment is None:
            shipment = Shipment(
                id=held.next_id(session),
                shop_id=order.shop_id,
                order_id=order.id,
                fulfillment_id=fulfillment.id,
                shipped_at=record.shipped_at,
            )
            standing.write(shipment, standing.of_fulfillment(session, fulfillment))
            made.append(shipment)
        number = normalize(parcel.number) if parcel.number and order.erased_at is None else None
        if shipment.number not in (None, number):  # what was told of the wrong number is not its own
            standing.forget_scans(session, shipment)
        shipment.slot = slot  # a corrected number stays the same parcel: nobody is told twice
        if (shipment.number, shipment.carrier) != (number, parcel.carrier):
            renamed.append(shipment)
        shipment.number = number
        shipment.carrier = parcel.carrier
        shipment.url = parcel.url if order.erased_at is None else None
        shipment.cancelled_at = fulfillment.cancelled_at
        shipment.updated_at = clock.now()
    for shipment in left:
        shipment.cancelled_at = record.updated_at
    _settle_carriers(session, order, renamed)
    session.add_all(made)
    if any(shipment.id is None for shipment in made):
        session.flush()  # announce() below names the new rows by their ids
    held.add(session, order, made)


def _settle_carriers(session: Session, order: Order, renamed: Sequence[Shipment]) -> None:
    shop = session.get_one(Shop, order.shop_id)
    for shipment in renamed:
        carriage.assign(session, shop, shipment)
        if shipment.announced_at is not None:  # whoever was to tell of it knew another number or carrier
            following.follow(session, shop.id, shipment.id)


def _slot(order: Order, fulfillment: Fulfillment, parcel: Parcel) -> str:
    if not parcel.number:
        return f"fulfillment:{fulfillment.id}"
    number = normalize(parcel.number)
    return number if order.erased_at is None else _forgotten(number)


def _forgotten(number: str) -> str:
    """Return a slot by which a parcel is known again when its store repeats a number that was erased."""
    return f"erased:{crypto.fingerprint(number).hex()}"
