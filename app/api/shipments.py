"""Parcels: read, and steered."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import ColumnElement, select

from app.admin import answer, finding
from app.api import shapes
from app.api.routes import Asking, Book, NotThere, Refusal
from app.api.shapes import (
    AskedNow,
    CarrierChosen,
    Done,
    NoteWritten,
    ShipmentList,
    ShipmentQuery,
    ShipmentWhole,
    StatusSaid,
)
from app.carriers import directory
from app.commerce.models import Order
from app.shops.api_keys import Scope
from app.tracking.carriers import carriage, carrier
from app.tracking.exceptions import attention
from app.tracking.models import ExceptionRow, Shipment, TrackingEvent
from app.tracking.page.links import tracking_url
from app.tracking.parcels import notes
from app.tracking.scans import overrides, standing
from app.tracking.sources import asking_now
from app.tracking.story.parcel import Parcel

book = Book()
routes = book.routes
ONE = "/shipments/<int(max=9223372036854775807):shipment_id>"


@book.route("GET", "/shipments", Scope.READ_SHIPMENTS, ShipmentList, query=ShipmentQuery)
def index(asking: Asking, asked: ShipmentQuery) -> ShipmentList:
    """List parcels, the newest first."""
    chosen: list[ColumnElement[bool]] = [Shipment.shop_id == asking.shop.id]
    if asked.status is not None:
        chosen.append(Shipment.status == asked.status)
    if asked.q.strip():
        chosen.append(Shipment.id.in_(finding.parcels(asking.shop.id, asked.q)))
    if asked.before is not None:
        chosen.append(Shipment.id < asked.before)
    found = select(Shipment, Order).join(Order, Order.id == Shipment.order_id).where(*chosen)
    rows = asking.session.execute(found.order_by(Shipment.id.desc()).limit(asked.limit + 1)).all()
    shown = rows[: asked.limit]
    wrong = attention.open_of(asking.session, [shipment.id for shipment, _ in shown])
    if shown:
        asking.saw("shipments of orders " + ",".join(str(order.id) for _, order in shown))
    return ShipmentList(
        shipments=[shapes.Shipment(**_told(asking, it, order, wrong)) for it, order in shown],
        before=shown[-1][0].id if len(rows) > asked.limit else None,
    )


@book.route("GET", ONE, Scope.READ_SHIPMENTS, ShipmentWhole)
def show(asking: Asking, shipment_id: int) -> ShipmentWhole:
    """Return one parcel with its scans."""
    return _whole(asking, _find(asking, shipment_id))


@book.route("POST", f"{ONE}/status", Scope.WRITE_SHIPMENTS, ShipmentWhole, body=StatusSaid)
def say_status(asking: Asking, shipment_id: int, sent: StatusSaid) -> ShipmentWhole:
    """Say where a parcel is; what the carrier scans later counts again."""
    shipment = _find(asking, shipment_id)
    overrides.declare(asking.session, asking.shop, shipment, sent.status, words=sent.why, who=asking.who)
    return _whole(asking, shipment)


@book.route("DELETE", f"{ONE}/status", Scope.WRITE_SHIPMENTS, ShipmentWhole, may_conflict=True)
def take_status_back(asking: Asking, shipment_id: int) -> ShipmentWhole:
    """Let a parcel stand where its scans put it."""
    shipment = _find(asking, shipment_id)
    said = overrides.standing_one(shipment, overrides.of_shipment(asking.session, shipment.id))
    if said is None or not overrides.take_back(asking.session, asking.shop, shipment, said.id):
        raise Refusal(HTTPStatus.CONFLICT, "It stands where its scans put it already.")
    return _whole(asking, shipment)


@book.route("PUT", f"{ONE}/carrier", Scope.WRITE_SHIPMENTS, ShipmentWhole, body=CarrierChosen)
def choose_carrier(asking: Asking, shipment_id: int, sent: CarrierChosen) -> ShipmentWhole:
    """Correct who carries a parcel, or take that back with null."""
    shipment = _find(asking, shipment_id)
    if sent.carrier is None:
        carriage.unchoose(asking.session, asking.shop, shipment)
        return _whole(asking, shipment)
    known = directory.everyone().get(sent.carrier)
    if known is None:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"carrier: “{sent.carrier[:40]}” is none that we know")
    carriage.choose(asking.session, asking.shop, shipment, known)
    return _whole(asking, shipment)


@book.route("POST", f"{ONE}/ask", Scope.WRITE_SHIPMENTS, AskedNow)
def ask(asking: Asking, shipment_id: int) -> AskedNow:
    """Have whoever knows asked where a parcel is, as soon as their limits let us."""
    return AskedNow(asked=asking_now.ask(asking.session, asking.shop, _find(asking, shipment_id)))


@book.route("POST", f"{ONE}/notes", Scope.WRITE_SHIPMENTS, Done, status=HTTPStatus.CREATED, body=NoteWritten)
def write_note(asking: Asking, shipment_id: int, sent: NoteWritten) -> Done:
    """Keep a note for the shop's team; shoppers never see it."""
    notes.write(asking.session, _find(asking, shipment_id), sent.words, asking.who)
    return Done()


def _find(asking: Asking, shipment_id: int) -> Shipment:
    found = asking.session.scalar(select(Shipment).filter_by(id=shipment_id, shop_id=asking.shop.id))
    if found is None:
        raise NotThere
    return found


def _told(
    asking: Asking, shipment: Shipment, order: Order, wrong: Mapping[int, Sequence[ExceptionRow]]
) -> dict[str, Any]:
    return {
        "id": shipment.id,
        "order_id": order.id,
        "order_external_id": order.external_id,
        "order_name": order.name,
        "customer_id": order.profile_id,
        "number": shipment.number,
        "carrier": shipment.carrier_slug,
        "carrier_name": carrier.name_of(shipment),
        "status": shipment.status,
        "detail": shipment.detail,
        "status_at": shipment.status_at,
        "shipped_at": shipment.shipped_at,
        "delivered_at": shipment.delivered_at,
        "cancelled_at": shipment.cancelled_at,
        "expected_on": Parcel.of(shipment).expected_day(answer.calendar(asking.shop)),
        "wrong": list(dict.fromkeys(row.kind for row in wrong.get(shipment.id, ()))),
    }


def _whole(asking: Asking, shipment: Shipment) -> ShipmentWhole:
    session = asking.session
    order = session.get_one(Order, shipment.order_id)
    said = overrides.standing_one(shipment, overrides.of_shipment(session, shipment.id))
    scans = select(TrackingEvent).where(standing.scans_of(shipment), standing.is_shown())
    asking.saw(f"shipment {shipment.id} of order {order.id}")
    return ShipmentWhole(
        **_told(asking, shipment, order, attention.open_of(session, [shipment.id])),
        tracking_url=tracking_url(asking.shop, order.id),
        override=_override(said) if said is not None else None,
        scans=[_scan(it) for it in session.scalars(scans.order_by(TrackingEvent.happened_at.desc()))],
    )


def _override(it: overrides.Override) -> shapes.Override:
    return shapes.Override(id=it.id, status=it.status, why=it.words, who=it.who, at=it.at)


def _scan(it: TrackingEvent) -> shapes.Scan:
    return shapes.Scan(
        status=it.status,
        detail=it.detail,
        happened_at=it.happened_at,
        city=it.city,
        region=it.region,
        country=it.country,
        code=it.raw_status,
        source=it.source,
        is_believed=it.doubt is None,
    )
