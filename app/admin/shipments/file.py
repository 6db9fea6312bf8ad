"""The parcels that a page lists, all of them, as a file for a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import answer, words
from app.admin.answer import Group
from app.admin.dates import Calendar
from app.admin.doors.session import for_shop, saw
from app.admin.saying import say
from app.admin.shipments.index import name_of
from app.admin.shipments.narrowing import Asked
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import clock, money, sheets
from app.lib.db import among
from app.lib.words import merchant_sentence
from app.shops.models import Shop
from app.tracking.exceptions import attention
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.story.parcel import Parcel
from app.vocabulary import ExceptionKind, ShipmentStatus

blueprint = Blueprint("shipments_file", __name__)

MOST = 100_000
"""So many parcels, the newest, are in one file."""
AT_ONCE = 1000


@blueprint.get("/shipments.csv")
@for_shop
def download(session: Session, shop: Shop) -> Response:
    """Hand the merchant the parcels of a tab, or that a search finds."""
    rows = list(_rows(session, shop, Asked.now()))
    saw(session, merchant_sentence("a file of %(number)s shipments", number=len(rows)))
    day = answer.calendar(shop).today.isoformat()
    headers = {"Content-Disposition": f'attachment; filename="shipments-{day}.csv"'}
    return Response(sheets.sheet(_heads(), rows), content_type="text/csv; charset=utf-8", headers=headers)


def _heads() -> tuple[str, ...]:
    return (
        say("Order"),
        say("Customer"),
        say("Status"),
        say("Detail"),
        say("Needs a look"),
        say("Carrier"),
        say("Tracking number"),
        say("Left"),
        say("Expected"),
        say("Arrived"),
        say("Town"),
        say("Region"),
        say("Country"),
        say("Order value"),
        say("Currency"),
    )


def _rows(session: Session, shop: Shop, asked: Asked) -> Iterator[Sequence[object]]:
    here = answer.calendar(shop)
    if asked.tab == Group.EXCEPTIONS:
        yield from _queue(session, shop, asked, here)
        return
    found = (
        select(Shipment, Order, Profile)
        .join(Order, Order.id == Shipment.order_id)
        .outerjoin(Profile, Profile.id == Order.profile_id)
        .where(*asked.of(shop))
        .order_by(Shipment.id.desc())
        .limit(MOST)
    )
    wrong = _wrong(session, shop.id)
    for shipment, order, profile in session.execute(found.execution_options(yield_per=AT_ONCE)):
        yield _row(order, profile, shipment, wrong.get(shipment.id), here)


def _queue(session: Session, shop: Shop, asked: Asked, here: Calendar) -> Iterator[Sequence[object]]:
    """Yield what needs a look in the order of the queue: parcels, and orders of which nothing has left."""
    kind = ExceptionKind(asked.kind) if asked.kind else None
    found = attention.queue(
        session, shop.id, kind=kind, aside=False, skip=0, limit=MOST, only=asked.in_queue()
    )
    ids = [it.order.profile_id for it in found if it.order.profile_id]
    profiles = {row.id: row for row in session.scalars(select(Profile).where(among(Profile.id, ids)))}
    for it in found:
        profile = profiles.get(it.order.profile_id or 0)
        yield _row(it.order, profile, it.shipment, words.EXCEPTIONS[it.row.kind].label, here)


def _row(
    order: Order, profile: Profile | None, shipment: Shipment | None, wrong: str | None, here: Calendar
) -> Sequence[object]:
    place: dict[str, Any] = order.ship_to or {}
    parcel = Parcel.of(shipment) if shipment else None
    status = shipment and (ShipmentStatus.CANCELLED if shipment.cancelled_at else shipment.status)
    return (
        order.name,
        name_of(order, profile),
        words.STATUSES[status].label if status else None,
        words.detail(shipment.detail) if shipment else None,
        wrong,
        parcel.carrier if parcel else None,
        shipment.number if shipment else None,
        here.day(shipment.shipped_at) if shipment else None,
        parcel.expected_day(here) if parcel else None,
        here.day(shipment.delivered_at) if shipment and shipment.delivered_at else None,
        place.get("city"),
        place.get("region"),
        place.get("country"),
        money.major(order.total, order.currency) if order.total is not None and order.currency else None,
        order.currency,
    )


def _wrong(session: Session, shop_id: int) -> dict[int, str]:
    """Return what is wrong with each parcel that needs a look: the gravest of it."""
    rows = select(ExceptionRow.shipment_id, ExceptionRow.kind).where(
        ExceptionRow.shop_id == shop_id,
        ExceptionRow.shipment_id.is_not(None),
        attention.needs_a_look(clock.now()),
    )
    found: dict[int, str] = {}
    for shipment_id, kind in session.execute(rows.order_by(attention.GRAVITY, ExceptionRow.id)):
        found.setdefault(shipment_id or 0, words.EXCEPTIONS[kind].label)
    return found
