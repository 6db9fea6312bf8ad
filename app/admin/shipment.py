"""One parcel: everything that happened to it, and everything its shopper was told, in one timeline."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, abort
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.admin import answer, arrival, carriage, evidence, exceptions, moments, shell, words
from app.admin.evidence import Evidence
from app.admin.moments import Moment
from app.admin.session import for_shop, saw
from app.admin.shipments import live_parcels, name_of
from app.audience.models import Profile
from app.commerce.models import Fulfillment, LineItem, Order
from app.lib import money
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking import attention, notes, standing
from app.tracking.feedback import Feedback
from app.tracking.links import tracking_url
from app.tracking.models import ExceptionRow, Shipment, TrackingEvent
from app.tracking.notes import Note
from app.tracking.parcel import Parcel
from app.tracking.scans import Doubt
from app.tracking.visits import PageVisit
from app.vocabulary import ShipmentStatus

blueprint = Blueprint("shipment", __name__)

LOOKS = 30
"""So many days with visits are told, the latest."""


class Piece(NamedTuple):
    """Something in the parcel."""

    title: str
    variant: str | None
    quantity: int


@blueprint.get("/shipments/<int(max=9223372036854775807):shipment_id>")
@for_shop
def show(session: Session, shop: Shop, shipment_id: int) -> str:
    """Show one parcel."""
    told = select(Shipment, Feedback).outerjoin(Feedback, Feedback.shipment_id == Shipment.id)
    row = session.execute(told.where(Shipment.id == shipment_id, Shipment.shop_id == shop.id)).one_or_none()
    if row is None:
        abort(404)
    shipment, feedback = row
    order = session.get_one(Order, shipment.order_id)
    profile = session.get(Profile, order.profile_id) if order.profile_id else None
    parcels = live_parcels(session, {order.id})[order.id]
    written = notes.of_shipment(session, shipment.id)
    known = [*_moments(session, shop, shipment, order), *_rated(feedback), *_noted(written)]
    latest = sorted(known, key=lambda moment: moment.at, reverse=True)
    saw(session, f"shipment {shipment.id} of order {order.id}")
    day = answer.calendar(shop).heading
    return shell.page(
        session,
        shop,
        "shipment.html",
        "shipments",
        shipment=shipment,
        order=order,
        name=name_of(order, profile),
        parcels=parcels,
        wrong=_wrong(session, shop, shipment),
        put_off=exceptions.DAYS,
        days=[(name, list(those)) for name, those in groupby(latest, key=lambda moment: day(moment.at))],
        feedback=feedback,
        notes=written,
        longest_note=notes.LONGEST,
        pieces=_pieces(session, shipment, order),
        carriage=carriage.tell(session, shop, shipment),
        late=answer.days_late(shop, shipment),
        arrival=arrival.tell(session, shop, order, shipment),
        as_shopper=tracking_url(shop, order.id),
        in_store=shell.platform_of(shop).order_page.format(
            domain=shop.domain, url=shop.url, order=order.external_id
        ),
        money=money.display,
    )


def _moments(session: Session, shop: Shop, shipment: Shipment, order: Order) -> Iterator[Moment]:
    if order.placed_at:
        yield Moment(order.placed_at, "", "cart", "Order placed")
    if order.cancelled_at:
        yield Moment(order.cancelled_at, "late", "ban", "Order cancelled")
    store = shell.platform_of(shop).label
    yield Moment(shipment.shipped_at, "scan", "parcel", f"Marked as shipped in {store}")
    scans = select(TrackingEvent).where(standing.scans_of(shipment), standing.is_shown())
    for scan in session.scalars(scans):
        yield _doubted(scan, Doubt(scan.doubt)) if scan.doubt else _scanned(scan, shipment)
    yield from _went_wrong(session, shop, shipment)
    told = select(Message).where(
        Message.shop_id == shop.id,
        Message.order_id == order.id,
        or_(Message.shipment_ids == [], Message.shipment_ids.contains([shipment.id])),
    )
    for message in session.scalars(told):
        yield moments.told(message)
    yield from _looked(session, order)


def _doubted(scan: TrackingEvent, doubt: Doubt) -> Moment:
    text = f"Not believed: {words.STATUSES[scan.status].label}"
    more = f"{words.DOUBTS[doubt]} {words.source(scan.source)} said so."
    return Moment(scan.recorded_at, "unsent", "ban", text, more)


def _went_wrong(session: Session, shop: Shop, shipment: Shipment) -> Iterator[Moment]:
    here, who = answer.calendar(shop), Parcel.of(shipment).carrier
    rows = select(ExceptionRow).where(
        ExceptionRow.shop_id == shop.id,
        ExceptionRow.order_id == shipment.order_id,
        or_(ExceptionRow.shipment_id == shipment.id, ExceptionRow.shipment_id.is_(None)),
    )
    for row in session.scalars(rows):
        said = evidence.of(row, who, here)
        if not evidence.is_a_scan(row):
            yield Moment(row.opened_at, "late", "warn", said.chip.label, said.why)
        if row.resolved_at:
            yield Moment(row.resolved_at, "", "check", f"You dealt with it: {said.chip.label}")
        if row.cleared_at:
            yield Moment(row.cleared_at, "scan", "check", f"No longer: {said.chip.label}")


def _noted(written: Iterable[Note]) -> Iterator[Moment]:
    for note in written:
        yield Moment(note.written_at, "", "note", f"Noted by {note.who}", note.words or "")


def _looked(session: Session, order: Order) -> Iterator[Moment]:
    visits = select(PageVisit).filter_by(order_id=order.id).order_by(PageVisit.day.desc()).limit(LOOKS)
    for it in session.scalars(visits):
        times = f", {it.visits} times that day" if it.visits > 1 else ""
        yield Moment(it.last_at, "", "eye", f"The tracking page was looked at{times}")


def _rated(said: Feedback | None) -> Iterator[Moment]:
    if said is not None:
        text = f"The shopper rates the delivery: {words.GRADES[said.grade]}"
        yield Moment(said.said_at, "late" if said.is_bad else "scan", "heart", text)


def _wrong(session: Session, shop: Shop, shipment: Shipment) -> list[tuple[ExceptionRow, Evidence]]:
    here, who = answer.calendar(shop), Parcel.of(shipment).carrier
    rows = attention.open_of(session, [shipment.id]).get(shipment.id, [])
    return [(row, evidence.of(row, who, here)) for row in rows]


def _scanned(scan: TrackingEvent, shipment: Shipment) -> Moment:
    chip = words.STATUSES[scan.status]
    place = words.place(scan.city, scan.region, scan.country)
    quoted = (scan.text or scan.raw_status).rstrip(". ")
    told = f"{words.source(scan.source)} told us that the carrier wrote “{quoted}”"
    more = ". ".join(part for part in (place, told) if part) + "."
    if standing.is_proof(shipment, scan):
        more += " It stands there because of this scan."
    kind = "late" if scan.status in answer.WRONG else "scan"
    detail = words.detail(scan.detail)
    text = (
        f"{chip.label}: {detail.lower()}"
        if detail and scan.status is not ShipmentStatus.PENDING
        else chip.label
    )
    return Moment(scan.happened_at, kind, "warn" if kind == "late" else "truck", text, more)


def _pieces(session: Session, shipment: Shipment, order: Order) -> list[Piece]:
    fulfillment = session.get_one(Fulfillment, shipment.fulfillment_id)
    inside = {part["item"]: int(part["quantity"]) for part in fulfillment.items}
    items = session.scalars(select(LineItem).filter_by(order_id=order.id).order_by(LineItem.position))
    return [
        Piece(item.title, item.variant_title, inside.get(item.external_id, item.quantity))
        for item in items
        if not inside or item.external_id in inside
    ]
