"""The list of parcels: where each one is, filtered by what is in the address."""

from datetime import date
from typing import Any, NamedTuple, Self

from flask import Blueprint, redirect, request
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.admin import answer, finding, paging, shell
from app.admin.answer import Group
from app.admin.doors.session import address, for_shop, saw
from app.admin.paging import Page
from app.audience.models import Profile
from app.commerce.models import Order
from app.shops.models import Shop
from app.tracking.exceptions import attention
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.shoppers import feedback
from app.tracking.shoppers.feedback import BAD, Feedback
from app.tracking.story.parcel import Parcel
from app.vocabulary import ExceptionKind

blueprint = Blueprint("shipments", __name__)

TABS = {
    "all": "All",
    Group.TRANSIT: "In transit",
    Group.TODAY: "Arriving today",
    Group.EXCEPTIONS: "Exceptions",
    Group.DELIVERED: "Delivered",
}


class Line(NamedTuple):
    """One parcel as a row of the list."""

    shipment: Shipment
    order: Order
    name: str
    number: int
    """Which of its order's parcels."""
    of: int
    seen: TrackingEvent | None
    """Its latest scan."""
    carrier: str | None
    expected: date | None
    """The day its carrier named."""
    late: int
    """For how many days it has been expected in vain."""
    wrong: ExceptionKind | None
    """The gravest of what is wrong with it."""


class Asked(NamedTuple):
    """Which parcels the address asks for."""

    tab: str
    search: str
    badly: bool
    """Only those whose delivery was rated badly."""

    @classmethod
    def now(cls) -> Self:
        """Return what this request asks for; whatever makes no sense in it is left out."""
        return cls.of_form(request.args)

    @classmethod
    def of_form(cls, given: MultiDict[str, str]) -> Self:
        """Return what an address or a form asks for."""
        tab = given.get("tab", "all")
        tab = tab if tab in TABS else "all"
        badly = tab == Group.DELIVERED and given.get("rated") == "badly"
        return cls(tab, given.get("q", "").strip()[:100], badly)

    def of(self, shop: Shop) -> tuple[ColumnElement[bool], ...]:
        """Say in SQL which parcels of a shop these are."""
        chosen = self.besides_the_search(shop)
        if self.search:
            chosen.append(Shipment.id.in_(finding.parcels(shop.id, self.search)))
        return tuple(chosen)

    def besides_the_search(self, shop: Shop) -> list[ColumnElement[bool]]:
        """Say in SQL which these are, whatever is searched for."""
        chosen: list[ColumnElement[bool]] = [Shipment.shop_id == shop.id]
        if self.tab != "all":
            chosen.extend(answer.is_in(shop, Group(self.tab)))
        if self.badly:
            rated = select(Feedback.shipment_id).where(Feedback.shop_id == shop.id, Feedback.grade <= BAD)
            chosen.append(Shipment.id.in_(rated))
        return chosen


@blueprint.get("/shipments")
@for_shop
def index(session: Session, shop: Shop) -> str | Response:
    """Show parcels, newest first; only those of one tab, or that a search finds."""
    asked = Asked.now()
    if asked.tab == Group.EXCEPTIONS:
        return redirect(address("exceptions.index"))
    found = select(Shipment.id, Shipment, Order, Profile).join(Order, Order.id == Shipment.order_id)
    found = found.outerjoin(Profile, Profile.id == Order.profile_id).where(*asked.besides_the_search(shop))
    page = _page(session, shop, found, asked.search)
    lines = _lines(session, shop, page.rows)
    if lines:
        saw(session, "shipments of orders " + ",".join(str(line.order.id) for line in lines))
    return shell.page(
        session,
        shop,
        "shipments/index.html",
        "shipments",
        tally=answer.tally(session, [shop])[shop.id],
        tabs=TABS,
        tab=asked.tab,
        q=asked.search,
        badly=asked.badly,
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
                number,
                len(siblings),
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
