"""Having parcels followed: an aggregator is asked once for each, a carrier again and again; all is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import events
from app.carriers import base
from app.carriers.base import Told, Trust
from app.commerce.models import Order
from app.lib import clock
from app.shops import errands
from app.shops.models import Errand, Shop
from app.tracking.carriers import carrier
from app.tracking.carriers.number import normalize
from app.tracking.models import Shipment, is_under_way
from app.tracking.polls import watches
from app.tracking.scans import scans
from app.tracking.sources import sources
from app.vocabulary import ShipmentStatus as S

FOLLOW = "source.follow"
"""Errand: ask the shop's aggregator to follow the parcel whose id is the subject."""
FETCH = "source.fetch"
"""Errand: ask where that parcel is."""
TEST = "source.test"
"""Errand: see whether the source whose key is the subject takes the shop's keys."""
OVER = (S.DELIVERED, S.CANCELLED)
RECENT = timedelta(days=30)
"""What left longer ago is not handed to an aggregator that has just been connected."""
GATHER = timedelta(seconds=5)
"""Hints about one parcel within this time make us ask once."""


def on_shipment_registered(session: Session, shop_id: int, event: events.ShipmentRegistered) -> None:
    """Have a new parcel followed."""
    follow(session, shop_id, event.shipment_id)


def follow(session: Session, shop_id: int, shipment_id: int) -> None:
    """Have a parcel followed: by the shop's aggregator, asked once, or by asking its carrier from now on."""
    account = sources.aggregator(session, shop_id)
    if account is None:
        shop, shipment = session.get_one(Shop, shop_id), session.get_one(Shipment, shipment_id)
        watches.begin(session, shop, shipment)
    elif account.source.register is not None:
        errands.add(session, shop_id, FOLLOW, str(shipment_id))


def follow_open(session: Session, shop: Shop) -> int:
    """Have every parcel on its way followed, by whom the shop was just connected with; returns how many."""
    still_open = select(Shipment).where(
        Shipment.shop_id == shop.id,
        Shipment.number.is_not(None),
        Shipment.cancelled_at.is_(None),
        Shipment.announced_at.is_not(None),
        Shipment.status.not_in(OVER),
        Shipment.shipped_at > clock.now() - RECENT,
    )
    ids = [shipment.id for shipment in session.scalars(still_open)]
    for shipment_id in ids:
        follow(session, shop.id, shipment_id)
    return len(ids)


def go_on(session: Session, shop: Shop) -> None:
    """Have parcels followed on for a shop that comes back: nobody was asked while it was gone."""
    follow_open(session, shop)


def keep(session: Session, shop: Shop, told: Told, *, heard_at: datetime) -> None:
    """Keep what a source pushed; where its signature does not cover that, ask the source itself."""
    if told.trust is Trust.BODY:
        found = scans.keep_update(session, shop.id, told.update, source=told.source, heard_at=heard_at)
        if told.update.is_ended:
            _go_on(session, shop.id, found)
        return
    for shipment_id in ours(session, shop, told.update.number):
        errands.add(session, shop.id, FETCH, str(shipment_id), due_at=heard_at + GATHER)


def _go_on(session: Session, shop_id: int, shipments: Sequence[Shipment]) -> None:
    """Have parcels followed again that their source has given up, and that have not arrived."""
    for shipment in shipments:
        if shipment.status not in OVER and shipment.cancelled_at is None:
            shipment.followed_by = None
            follow(session, shop_id, shipment.id)


def ours(session: Session, shop: Shop, number: str) -> Sequence[int]:
    """Return the parcels of a shop that have a number, whoever wrote it how."""
    return session.scalars(select(Shipment.id).filter_by(shop_id=shop.id, number=normalize(number))).all()


def test(session: Session, shop_id: int, key: str) -> None:
    """Have a shop's account with a source tried."""
    errands.add(session, shop_id, TEST, key)


def is_being_tested(session: Session, shop_id: int, key: str) -> bool:
    """Tell whether the answer of a source about its keys is still awaited."""
    waiting = select(Errand.id).filter_by(shop_id=shop_id, kind=TEST, subject=key)
    return session.scalar(waiting) is not None


def count(session: Session, shop_id: int) -> int:
    """Return how many parcels of a shop that are on their way a source follows."""
    those = select(func.count()).where(
        Shipment.shop_id == shop_id, Shipment.followed_by.is_not(None), is_under_way()
    )
    return session.scalar(those) or 0


def asked(session: Session, shop: Shop, shipment_id: int) -> tuple[Shipment, base.Parcel] | None:
    """Return a parcel as a source is asked for it; None where there is nothing (more) to ask."""
    shipment = session.get(Shipment, shipment_id)
    if shipment is None or shipment.shop_id != shop.id or shipment.number is None:
        return None
    order = session.get_one(Order, shipment.order_id)
    place = order.ship_to or {}
    known = carrier.known_of(shipment)
    parcel = base.Parcel(
        number=shipment.number,
        carrier=known.slug if known else None,
        postcode=place.get("postcode"),
        country=place.get("country"),
    )
    return shipment, parcel


def keep_answer(
    session: Session, shop_id: int, asked_for: str, answer: tuple[base.Update, ...], source: str
) -> None:
    """Keep what a source answers about a number; what it says of other numbers was not asked, and is left."""
    for update in answer:
        if normalize(update.number) == asked_for:
            scans.keep_update(session, shop_id, update, source=source, heard_at=clock.now())
