"""Who carries a parcel: the merchant's correction, else their word, else what its number says."""

from collections import Counter

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.carriers import directory
from app.commerce import orders
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import memory
from app.shops.models import Shop
from app.tracking.carriers import carrier, number
from app.tracking.models import OwnCarrier, Shipment
from app.tracking.sources import following

LATELY = 300
"""So many parcels back is a shop's history."""


def assign(session: Session, shop: Shop, shipment: Shipment) -> None:
    """Settle who carries a parcel as far as anyone knows; what the merchant corrected stays."""
    if shipment.carrier_chosen_at is not None:
        return
    who = carrier.declared(shipment.carrier)
    if who is None:
        shipment.carrier_slug, shipment.own_carrier = _found(session, shop, shipment.number)
        return
    own = _named(session, shop.id, who)
    known = None if own else directory.find(who, shop.country)
    shipment.own_carrier = own
    shipment.carrier_slug = known.slug if known else None


def choose(session: Session, shop: Shop, shipment: Shipment, choice: directory.Carrier | OwnCarrier) -> None:
    """Correct who carries a parcel; later numbers of the same shape that name nobody go to them as well."""
    _lock(session, shop, shipment)
    shipment.own_carrier = choice if isinstance(choice, OwnCarrier) else None
    shipment.carrier_slug = choice.slug if isinstance(choice, directory.Carrier) else None
    shipment.carrier_chosen_at = clock.now()
    _changed(session, shop, shipment)


def unchoose(session: Session, shop: Shop, shipment: Shipment) -> None:
    """Take a correction back: the parcel goes with whom it went before, and nothing is learned from it."""
    _lock(session, shop, shipment)
    shipment.carrier_chosen_at = None
    assign(session, shop, shipment)
    _changed(session, shop, shipment)


def _named(session: Session, shop_id: int, name: str) -> OwnCarrier | None:
    """Return the shop's own carrier of a name; asked once in a transaction, for parcels share few names."""
    known: dict[tuple[int, str], OwnCarrier | None] = memory(session).setdefault("own_carriers", {})
    if (shop_id, name) not in known:
        known[shop_id, name] = called(session, shop_id, name)
    return known[shop_id, name]


def guesses(session: Session, shop: Shop, shipment: Shipment) -> list[number.Candidate]:
    """Return who may carry a parcel by its number, most likely first.

    Where the store names nobody, this shop's history goes before the number.
    """
    if not shipment.number:
        return []
    is_named = carrier.declared(shipment.carrier) is not None
    habit = None if is_named else _habit(session, shop.id, shipment.number)[0]
    return number.candidates(shipment.number, habit=habit, country=shop.country)


def called(session: Session, shop_id: int, name: str) -> OwnCarrier | None:
    """Return the shop's own carrier of a name."""
    same = func.lower(OwnCarrier.name) == func.lower(name)
    return session.scalar(select(OwnCarrier).where(OwnCarrier.shop_id == shop_id, same, _is_kept()))


def _is_kept() -> ColumnElement[bool]:
    return OwnCarrier.removed_at.is_(None)


def _found(session: Session, shop: Shop, text: str | None) -> tuple[str | None, OwnCarrier | None]:
    if not text:
        return None, None
    session.flush()  # what a shop gives to whom is read from the rows
    slug, own_id = _habit(session, shop.id, text)
    if own_id is not None:
        return None, session.get_one(OwnCarrier, own_id)
    found = number.detect(text, habit=slug, country=shop.country)
    return (found.carrier.slug if found else None), None


def _habit(session: Session, shop_id: int, text: str) -> tuple[str | None, int | None]:
    """Return whom this shop gives such numbers to: as it last corrected one, else as it declared most."""
    shape = number.shape(text)
    parcels = (
        select(Shipment.number, Shipment.carrier_slug, Shipment.own_carrier_id)
        .where(Shipment.shop_id == shop_id, Shipment.number.is_not(None))
        .outerjoin(OwnCarrier)
        .where(_is_kept())
        .limit(LATELY)
    )
    corrected = parcels.where(Shipment.carrier_chosen_at.is_not(None))
    for like, slug, own_id in session.execute(corrected.order_by(Shipment.carrier_chosen_at.desc())):
        if number.shape(like or "") == shape:
            return slug, own_id
    declared = parcels.where(Shipment.carrier.is_not(None)).order_by(Shipment.id.desc())
    used = Counter(
        (slug, own_id)
        for like, slug, own_id in session.execute(declared)
        if (slug or own_id) and number.shape(like or "") == shape
    )
    return used.most_common(1)[0][0] if used else (None, None)


def _changed(session: Session, shop: Shop, shipment: Shipment) -> None:
    """Let others know: who tells of the parcel is asked anew, and what was wrong with it may be no longer."""
    shipment.updated_at = shipment.exceptions_due_at = clock.now()
    following.follow(session, shop.id, shipment.id)


def _lock(session: Session, shop: Shop, shipment: Shipment) -> None:
    order = session.get_one(Order, shipment.order_id)
    orders.lock(session, shop.id, order.external_id, heard_at=clock.now())
    session.refresh(shipment)
