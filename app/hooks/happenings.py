"""What happened, as it is told outside: docs/outgoing-webhooks.md in code. Version 1 only ever gains fields.

Money is integer minor units, times are UTC in ISO 8601, and nothing is told of an erased shopper but that.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import events
from app.audience.models import Profile
from app.commerce.models import LineItem, Order, Product, Variant
from app.events import Event
from app.lib.reading import Json
from app.shops.models import Shop
from app.tracking.carriers import carrier
from app.tracking.forecast import expected
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.page.links import tracking_url
from app.tracking.shoppers.cases import Case

VERSION = 1

TYPES: Mapping[type[Event], str] = {
    events.OrderPlaced: "order.placed",
    events.OrderEdited: "order.edited",
    events.OrderCancelled: "order.cancelled",
    events.OrderRefunded: "order.refunded",
    events.ShipmentRegistered: "shipment.registered",
    events.ShipmentReached: "shipment.updated",
    events.ExceptionOpened: "exception.opened",
    events.ExceptionAged: "exception.aged",
    events.ExceptionCleared: "exception.cleared",
    events.CaseOpened: "case.opened",
    events.CaseAnswered: "case.answered",
    events.CaseClosed: "case.closed",
    events.BackInStock: "variant.restocked",
    events.VariantSoldOut: "variant.sold_out",
    events.ConsentChanged: "consent.changed",
    events.ProfileErased: "customer.erased",
    events.ConnectionBroken: "connection.broken",
    events.StepReached: "flow.step",
}
"""What is told outside, and its name there; carts and who asked for links stay inside."""


def tell(session: Session, shop: Shop, event: Event, event_id: int) -> Json | None:
    """Return an event as it is told; None where it concerns an erased shopper, or nothing that is there."""
    data = _DATA[type(event)](session, shop, event)
    if data is None:
        return None
    return {
        "id": f"evt_{event_id}",
        "type": TYPES[type(event)],
        "version": VERSION,
        "timestamp": _at(event.happened_at),
        "shop": {"id": shop.id, "platform": shop.platform, "domain": shop.domain, "name": shop.name},
        "data": data,
    }


def order(session: Session, shop: Shop, order_id: int) -> Json | None:
    """Return an order as it is told; None where its shopper was erased."""
    row = session.get(Order, order_id)
    if row is None or row.erased_at is not None:
        return None
    place = row.ship_to or {}
    profile = session.get(Profile, row.profile_id) if row.profile_id else None
    items = session.scalars(select(LineItem).filter_by(order_id=row.id).order_by(LineItem.position))
    return {
        "id": row.external_id,
        "name": row.name,
        "is_test": row.is_test,
        "placed_at": _at(row.placed_at),
        "cancelled_at": _at(row.cancelled_at),
        "currency": row.currency,
        "total": row.total,
        "refunded": row.refunded,
        "is_first": row.is_first,
        "locale": row.locale,
        "ship_to": {"country": place.get("country"), "region": place.get("region")},
        "customer": _customer(profile, email=row.email, phone=row.phone),
        "tracking_url": tracking_url(shop, row.id),
        "items": [_item(item) for item in items],
    }


def shipment(shop: Shop, order_row: Order, row: Shipment) -> Json:
    """Return a parcel as it is told."""
    when = expected.of_shipment(shop, order_row, row)
    return {
        "id": row.id,
        "number": row.number,
        "carrier": carrier.name_of(row),
        "carrier_url": carrier.page_of(row),
        "status": row.status,
        "detail": row.detail,
        "status_at": _at(row.status_at),
        "shipped_at": _at(row.shipped_at),
        "delivered_at": _at(row.delivered_at),
        "expected_from": _at(when.earliest) if when else None,
        "expected_until": _at(when.latest) if when else None,
    }


def _of_order(session: Session, shop: Shop, event: Any) -> Json | None:  # noqa: ANN401 - any event with an order
    told = order(session, shop, event.order_id)
    return {"order": told} if told else None


def _of_refund(session: Session, shop: Shop, event: events.OrderRefunded) -> Json | None:
    told = _of_order(session, shop, event)
    return {**told, "refund": {"amount": event.amount}} if told else None


def _of_parcel(session: Session, shop: Shop, event: Any) -> Json | None:  # noqa: ANN401 - any event with a parcel
    told = _of_order(session, shop, event)
    parcel = session.get(Shipment, event.shipment_id) if event.shipment_id else None
    if told is None or parcel is None:
        return told
    return {**told, "shipment": shipment(shop, session.get_one(Order, event.order_id), parcel)}


def _of_status(session: Session, shop: Shop, event: events.ShipmentReached) -> Json | None:
    told = _of_parcel(session, shop, event)
    return {**told, "status": event.status} if told else None


def _of_exception(session: Session, shop: Shop, event: Any) -> Json | None:  # noqa: ANN401 - any event with an exception
    told, row = _of_parcel(session, shop, event), session.get(ExceptionRow, event.exception_id)
    if told is None or row is None:
        return None
    wrong = {
        "id": row.id,
        "kind": row.kind,
        "since": _at(row.since),
        "opened_at": _at(row.opened_at),
        "cleared_at": _at(row.cleared_at),
        "step": getattr(event, "step", 0),
    }
    return {**told, "exception": wrong}


def _of_case(session: Session, shop: Shop, event: Any) -> Json | None:  # noqa: ANN401 - any event with a case
    told, row = _of_order(session, shop, event), session.get(Case, event.case_id)
    if told is None or row is None:
        return None
    case = {
        "id": row.id,
        "kind": row.kind,
        "wish": row.wish,
        "opened_at": _at(row.opened_at),
        "closed_at": _at(row.closed_at),
    }
    return {**told, "case": case}


def _of_variant(session: Session, shop: Shop, event: Any) -> Json | None:  # noqa: ANN401 - any event with a variant
    del shop
    row = session.get(Variant, event.variant_id)
    product = session.get(Product, row.product_id) if row else None
    if row is None or product is None:
        return None
    variant = {"id": row.external_id, "title": row.title, "sku": row.sku, "quantity": row.quantity}
    return {
        "variant": variant,
        "product": {"id": product.external_id, "title": product.title, "url": product.url},
    }


def _of_consent(session: Session, shop: Shop, event: events.ConsentChanged) -> Json | None:
    del shop
    profile = session.get(Profile, event.profile_id) if event.profile_id else None
    if profile is None or profile.erased_at is not None:
        return None
    said = {"medium": event.medium, "category": event.category, "state": event.state}
    return {"customer": _customer(profile, email=profile.email, phone=profile.phone), "consent": said}


def _of_erasure(session: Session, shop: Shop, event: events.ProfileErased) -> Json:
    del session, shop
    return {"customer": {"id": event.profile_id}}


def _of_connection(session: Session, shop: Shop, event: events.ConnectionBroken) -> Json:
    del session, shop
    return {"reason": event.reason}


def _of_step(session: Session, shop: Shop, event: events.StepReached) -> Json | None:
    told: Json = {"flow": event.flow, "step": event.step, "says": event.says}
    if event.order_id is not None:
        about = _of_order(session, shop, event)
        return {**told, **about} if about else None
    profile = session.get(Profile, event.profile_id) if event.profile_id else None
    if profile is None:
        return told
    if profile.erased_at is not None:
        return None
    return {**told, "customer": _customer(profile, email=profile.email, phone=profile.phone)}


_DATA: Mapping[type[Event], Callable[[Session, Shop, Any], Json | None]] = {
    **dict.fromkeys((events.OrderPlaced, events.OrderEdited, events.OrderCancelled), _of_order),
    events.OrderRefunded: _of_refund,
    events.ShipmentRegistered: _of_parcel,
    events.ShipmentReached: _of_status,
    **dict.fromkeys((events.ExceptionOpened, events.ExceptionAged, events.ExceptionCleared), _of_exception),
    **dict.fromkeys((events.CaseOpened, events.CaseAnswered, events.CaseClosed), _of_case),
    **dict.fromkeys((events.BackInStock, events.VariantSoldOut), _of_variant),
    events.ConsentChanged: _of_consent,
    events.ProfileErased: _of_erasure,
    events.ConnectionBroken: _of_connection,
    events.StepReached: _of_step,
}


def _customer(profile: Profile | None, *, email: str | None, phone: str | None) -> Json:
    known = profile is not None and profile.erased_at is None
    return {
        "id": profile.id if profile else None,
        "store_id": profile.external_id if profile else None,
        "email": email,
        "phone": phone,
        "first_name": profile.first_name if profile and known else None,
        "last_name": profile.last_name if profile and known else None,
    }


def _item(row: LineItem) -> Json:
    return {
        "title": row.title,
        "variant": row.variant_title,
        "sku": row.sku,
        "quantity": row.quantity,
        "price": row.price,
        "image_url": row.image_url,
        "product_id": row.product_external_id,
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
