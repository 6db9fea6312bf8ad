"""The list of parcels: where each one is, filtered by what is in the address."""

from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, redirect
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import answer, finding, paging, shell
from app.admin.answer import Group
from app.admin.doors.session import address, for_shop, saw
from app.admin.paging import Page
from app.admin.saying import say
from app.admin.shipments import narrowing
from app.admin.shipments.narrowing import Asked
from app.admin.tables import Said
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib.words import merchant_sentence, sentence
from app.shops.models import Shop
from app.tracking.exceptions import attention
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.shoppers import feedback
from app.tracking.story.parcel import Parcel
from app.vocabulary import ExceptionKind

blueprint = Blueprint("shipments", __name__)

TABS: Said[str] = Said(
    {
        narrowing.ALL: sentence("All"),
        Group.TRANSIT: sentence("In transit"),
        Group.TODAY: sentence("Arriving today"),
        Group.EXCEPTIONS: sentence("Exceptions"),
        Group.DELIVERED: sentence("Delivered"),
    }
)


class Line(NamedTuple):
    """One parcel as a row of the list."""

    shipment: Shipment
    order: Order
    name: str
    which: str
    """Its order, and which of that one's parcels where it has several."""
    seen: TrackingEvent | None
    """Its latest scan."""
    carrier: str | None
    expected: date | None
    """The day its carrier named."""
    late: int
    """For how many days it has been expected in vain."""
    wrong: ExceptionKind | None
    """The gravest of what is wrong with it."""


@blueprint.get("/shipments")
@for_shop
def index(session: Session, shop: Shop) -> str | Response:
    """Show parcels, newest first; only those of one tab, or that a search finds."""
    asked = Asked.now()
    if asked.tab == Group.EXCEPTIONS:
        return redirect(address("exceptions.index", **asked._replace(tab=narrowing.ALL).args))
    found = select(Shipment.id, Shipment, Order, Profile).join(Order, Order.id == Shipment.order_id)
    found = found.outerjoin(Profile, Profile.id == Order.profile_id).where(*asked.besides_the_search(shop))
    page = _page(session, shop, found, asked.search)
    lines = _lines(session, shop, page.rows)
    if lines:
        saw(
            session,
            merchant_sentence(
                "shipments of orders %(numbers)s", numbers=",".join(str(line.order.id) for line in lines)
            ),
        )
    return shell.page(
        session,
        shop,
        "shipments/index.html",
        "shipments",
        tally=answer.tally(session, [shop])[shop.id],
        tabs=TABS,
        asked=asked,
        offered=narrowing.offered(session, shop, asked),
        rated=feedback.figure(session, shop.id) if asked.tab == Group.DELIVERED else None,
        lines=lines,
        page=page,
    )


def _page(session: Session, shop: Shop, rows: finding.Rows, search: str) -> Page:
    if not search:
        return paging.newest_first(session, rows, Shipment.id)
    return finding.page(
        session,
        rows,
        Shipment.id,
        all_of_them=select(Shipment.id).where(Shipment.shop_id == shop.id),
        near=finding.is_parcel(search),
        far=Shipment.id.in_(finding.parcels(shop.id, search)),
    )


def name_of(order: Order, profile: Profile | None) -> str:
    """Return the shopper's name as the parcel's label has it, or as the store knows them."""
    place = order.ship_to or {}
    parts = (place.get("first_name"), place.get("last_name"))
    if not any(parts) and profile is not None:
        parts = (profile.first_name, profile.last_name)
    return " ".join(part for part in parts if part)


def which(order: Order, number: int, of: int) -> str:
    """Return an order's name, and which of its parcels where it has several: "#1001 · 2 of 3"."""
    name = order.name or say("Order not read yet")
    if of <= 1 or not number:
        return name
    return say("%(order)s · %(number)s of %(all)s", order=name, number=number, all=of)


def live_parcels(session: Session, order_ids: set[int]) -> dict[int, list[Shipment]]:
    """Return the parcels of these orders that were not cancelled, in order."""
    rows = select(Shipment).where(Shipment.order_id.in_(order_ids), Shipment.cancelled_at.is_(None))
    parcels: dict[int, list[Shipment]] = {order_id: [] for order_id in order_ids}
    for shipment in session.scalars(rows.order_by(Shipment.id)):
        parcels[shipment.order_id].append(shipment)
    return parcels


def _lines(session: Session, shop: Shop, rows: list[Any]) -> list[Line]:
    parcels = live_parcels(session, {order.id for _, _, order, _ in rows})
    seen = latest_scans(session, {shipment.id for _, shipment, _, _ in rows})
    wrong = attention.open_of(session, {shipment.id for _, shipment, _, _ in rows})
    here = answer.calendar(shop)
    lines = []
    for _, shipment, order, profile in rows:
        siblings = [parcel.id for parcel in parcels[order.id]]
        number = siblings.index(shipment.id) + 1 if shipment.id in siblings else 0
        latest = seen.get(shipment.id)
        parcel = Parcel.of(shipment)
        lines.append(
            Line(
                shipment,
                order,
                name_of(order, profile),
                which(order, number, len(siblings)),
                latest,
                parcel.carrier,
                parcel.expected_day(here),
                answer.days_late(shop, shipment),
                next((row.kind for row in wrong.get(shipment.id, ())), None),
            )
        )
    return lines


def latest_scans(session: Session, shipment_ids: set[int]) -> dict[int, TrackingEvent]:
    """Return the latest scan of each of these parcels."""
    own_or_shared = or_(TrackingEvent.shipment_id.is_(None), TrackingEvent.shipment_id == Shipment.id)
    latest = (
        select(Shipment.id, TrackingEvent)
        .join(TrackingEvent, TrackingEvent.fulfillment_id == Shipment.fulfillment_id)
        .where(Shipment.id.in_(shipment_ids), own_or_shared, TrackingEvent.withdrawn_at.is_(None))
        .ext(distinct_on(Shipment.id))
        .order_by(Shipment.id, TrackingEvent.happened_at.desc(), TrackingEvent.id.desc())
    )
    return dict(session.execute(latest).all())
