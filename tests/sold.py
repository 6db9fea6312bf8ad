"""Shops, orders and parcels put straight into the tables, for tests that look at them from outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.commerce.models import Fulfillment, LineItem, Order, Product
from app.lib import clock
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, Shipment, TrackingEvent
from app.tracking.scans import progress
from app.tracking.scans.progress import Mark, Progress
from app.vocabulary import ExceptionKind, PlatformKey, ShopState
from app.vocabulary import ShipmentStatus as S

RIDGE = {
    "color": "#1e6048",
    "legal_name": "Ridge & Pine LLC",
    "postal_address": "214 NW 9th Avenue, Portland, OR 97209",
    "support_email": "hello@ridge.example",
}
ANA = {
    "first_name": "Ana",
    "last_name": "Moreno",
    "line1": "1720 Pearl Street",
    "line2": "Apt 4",
    "city": "Boulder",
    "region": "CO",
    "postcode": "80302",
    "country": "US",
}
SHIRT = {"title": "Merino Overshirt", "variant_title": "M, Moss", "quantity": 1, "price": 12800}
MUG = {"title": "Enamel Camp Mug", "variant_title": "Pine", "quantity": 2, "price": 1800}

_ids = count(1)


@dataclass(frozen=True, slots=True)
class Sent:
    """One parcel: its scans as (status, hours from now, detail, town), and when it is expected, in days."""

    scans: tuple[tuple[S, float, str | None, str | None], ...] = ()
    carrier: str | None = "UPS"
    number: str | None = "1Z999AA10123456784"
    url: str | None = "https://www.ups.com/track?tracknum=1Z999AA10123456784"
    sent: float = -4
    """Hours from now."""
    expected: float | None = None
    items: tuple[int, ...] = ()
    """Positions of the order's lines; empty: the whole order."""
    until: float | None = None
    """The end of the carrier's window, in days from now."""
    pickup: dict[str, str] | None = None
    cancelled: bool = False
    text: str | None = None
    alarm: ExceptionKind | None = None
    """What is wrong with it."""


def shop(session: Session, *, domain: str = "ridge.example", brand: dict[str, Any] | None = None) -> Shop:
    made = Shop(
        platform=PlatformKey.SHOPIFY,
        domain=domain,
        url=f"https://{domain}",
        key=f"secret-key-of-{domain}",
        state=ShopState.INSTALLED,
        name="Ridge & Pine",
        email="owner@ridge.example",
        timezone="America/Denver",
        currency="USD",
        locale="en",
        country="US",
        settings={"brand": RIDGE if brand is None else brand},
        installed_at=clock.now(),
    )
    session.add(made)
    session.commit()
    return made


def order(  # the parts of one order
    session: Session,
    of: Shop,
    *parcels: Sent,
    name: str | None = None,
    items: tuple[dict[str, Any], ...] = (SHIRT, MUG),
    age: float = 48,
    alarm: ExceptionKind | None = None,
    **columns: Any,
) -> Order:
    """Sell something `age` hours ago and send these parcels, one fulfillment each; `alarm`: what is wrong."""
    number = next(_ids)
    placed_at = clock.now() - timedelta(hours=age)
    made = Order(
        **{
            "shop_id": of.id,
            "external_id": f"order-{number}",
            "name": name or f"#{1000 + number}",
            "email": "ana.moreno@shopper.example",
            "phone": "+13035550142",
            "currency": "USD",
            "ship_to": ANA,
            "created_at": placed_at,
            "placed_at": placed_at,
            "updated_at": placed_at,
            "first_heard_at": placed_at,
            **columns,
        }
    )
    session.add(made)
    session.flush()
    for position, item in enumerate(items):
        line = {"external_id": f"line-{position}", "position": position, **item}
        session.add(LineItem(shop_id=of.id, order_id=made.id, **line))
    for parcel in parcels:
        _send(session, made, parcel, items)
    if alarm is not None:
        opened = {"shop_id": of.id, "order_id": made.id, "since": placed_at, "opened_at": placed_at}
        session.add(ExceptionRow(kind=alarm, **opened))
    session.commit()
    return made


def product(session: Session, of: Shop, external_id: str, image_url: str) -> None:
    session.add(Product(shop_id=of.id, external_id=external_id, image_url=image_url))
    session.commit()


def _send(session: Session, of: Order, parcel: Sent, lines: tuple[dict[str, Any], ...]) -> None:
    number = next(_ids)
    sent_at = _hours(parcel.sent)
    fulfillment = Fulfillment(
        shop_id=of.shop_id,
        order_id=of.id,
        external_id=f"fulfillment-{number}",
        items=[
            {"item": f"line-{position}", "quantity": lines[position]["quantity"]} for position in parcel.items
        ],
        shipped_at=sent_at,
        updated_at=sent_at,
    )
    session.add(fulfillment)
    session.flush()
    for i, (status, hours, detail, town) in enumerate(parcel.scans):
        session.add(
            TrackingEvent(
                shop_id=of.shop_id,
                fulfillment_id=fulfillment.id,
                source="shopify",
                external_id=f"scan-{number}-{i}",
                status=status,
                detail=detail,
                raw_status=status.value,
                text=parcel.text,
                happened_at=_hours(hours),
                city=town,
                region="CO" if town else None,
                country="US",
                recorded_at=_hours(hours),
            )
        )
    marks = (
        Mark.of(status, _hours(hours), f"shopify:scan-{number}-{i}", detail)
        for i, (status, hours, detail, _) in enumerate(parcel.scans)
    )
    status, hours, detail, _ = max(parcel.scans, key=lambda scan: scan[1], default=(S.PENDING, 0, None, None))
    shipment = Shipment(
        shop_id=of.shop_id,
        order_id=of.id,
        fulfillment_id=fulfillment.id,
        slot=f"slot-{number}",
        number=parcel.number,
        carrier=parcel.carrier,
        url=parcel.url,
        status=status,
        detail=detail,
        progress=progress.write(reduce(progress.merge, marks, Progress())),
        status_at=_hours(hours) if parcel.scans else None,
        expected_at=None if parcel.expected is None else _hours(24 * parcel.expected),
        expected_until=None if parcel.until is None else _hours(24 * parcel.until),
        pickup=parcel.pickup,
        shipped_at=sent_at,
        delivered_at=_hours(hours) if status is S.DELIVERED else None,
        cancelled_at=sent_at if parcel.cancelled else None,
        updated_at=sent_at,
    )
    session.add(shipment)
    if parcel.alarm is not None:
        session.flush()
        went_wrong = ExceptionRow(
            shop_id=of.shop_id,
            order_id=of.id,
            shipment_id=shipment.id,
            kind=parcel.alarm,
            since=sent_at,
            opened_at=sent_at,
        )
        session.add(went_wrong)


def _hours(hours: float) -> datetime:
    return clock.now() + timedelta(hours=hours)
