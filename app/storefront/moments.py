"""Orders that nobody placed, one for each moment: rows of no database, to look at a page's design with."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.commerce.models import Fulfillment, LineItem, Order, Product
from app.shops.models import Shop
from app.storefront.bought import Bought
from app.storefront.own_section import Offered
from app.storefront.tellings import Tellings
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.page.designs import Moment
from app.vocabulary import ExceptionKind, Trigger
from app.vocabulary import ShipmentStatus as S

Thing = tuple[str, str | None, int, int, str | None]
"""Title, options, pieces, what one costs, and its picture."""
Scan = tuple[S, float, str | None, str | None]
"""What was scanned, how many hours ago, why, and where."""
BEGUN: tuple[Scan, ...] = (
    (S.LABEL_CREATED, 70, None, None),
    (S.PICKED_UP, 52, None, "Portland"),
    (S.IN_TRANSIT, 30, None, "Denver"),
)
PICKUP = {
    "name": "Arapahoe Corner Market",
    "address": "2850 Arapahoe Avenue, Boulder, CO 80303",
    "hours": "7 am to 10 pm",
    "code": "4827 16",
}
SCANS: dict[Moment, tuple[Scan, ...]] = {
    Moment.ORDERED: (),
    Moment.PACKED: BEGUN[:1],
    Moment.MOVING: (*BEGUN, (S.IN_TRANSIT, 3, "departure_scan", "Denver")),
    Moment.LATE: (*BEGUN, (S.DELAYED, 2, "weather", "Denver")),
    Moment.STUCK: BEGUN,
    Moment.HELD: (*BEGUN, (S.EXCEPTION, 2, "address_issue", "Denver")),
    Moment.OUT: (*BEGUN, (S.OUT_FOR_DELIVERY, 0.01, None, "Boulder")),
    Moment.MISSED: (*BEGUN, (S.ATTEMPT_FAILED, 1, None, "Boulder")),
    Moment.COLLECT: (*BEGUN, (S.AVAILABLE_FOR_PICKUP, 1, None, "Boulder")),
    Moment.RETURNING: (*BEGUN, (S.RETURN_TO_SENDER, 2, "returning", "Boulder")),
    Moment.DELIVERED: (
        *BEGUN,
        (S.OUT_FOR_DELIVERY, 8, None, "Boulder"),
        (S.DELIVERED, 0.01, None, "Boulder"),
    ),
    Moment.CANCELLED: (),
}
EXPECTED = {Moment.MOVING: 72, Moment.LATE: 96}
"""In how many hours."""
ALARMS = {Moment.STUCK: ExceptionKind.STALLED}
THINGS = (("Merino Overshirt", "M, Moss", 1, 12800), ("Enamel Camp Mug", "Pine", 2, 1800))


def bought(  # noqa: PLR0913 - what an order is made of
    shop: Shop,
    moment: Moment,
    now: datetime,
    *,
    country: str | None,
    things: Sequence[Product],
    offered: tuple[Offered, ...],
) -> Bought:
    """Return an order at a moment, of these things of the shop's; of a shirt and mugs, where it has none."""

    def before(hours: float) -> datetime:
        return now - timedelta(hours=hours)

    placed_at = before(96 if SCANS[moment] else 3)
    order = Order(
        id=0,
        shop_id=shop.id,
        name="#1042",
        currency=shop.currency,
        locale=shop.locale,
        ship_to={"first_name": "Ana", "city": "Boulder", "country": country},
        placed_at=placed_at,
        created_at=placed_at,
        first_heard_at=placed_at,
        cancelled_at=before(1) if moment is Moment.CANCELLED else None,
    )
    scans = [_scan(shop, number, scan, before) for number, scan in enumerate(SCANS[moment], start=1)]
    shipment = _shipment(shop, moment, before, now) if scans else None
    alarm = ALARMS.get(moment)
    return Bought(
        shop=shop,
        order=order,
        shipments=[shipment] if shipment else [],
        fulfillments={1: Fulfillment(id=1, shop_id=shop.id, order_id=0, items=[])},
        items=_items(shop, things),
        scans=list(reversed(scans)),
        alarms={1: {alarm}} if alarm else {},
        grades={},
        tellings=Tellings(
            on=frozenset((Trigger.SHIPPED, Trigger.DELIVERED)), every_step=frozenset(), others=()
        ),
        offered=offered,
    )


def _shipment(shop: Shop, moment: Moment, before: Any, now: datetime) -> Shipment:  # noqa: ANN401 - a clock
    status, hours, detail, _ = SCANS[moment][-1]
    return Shipment(
        id=1,
        shop_id=shop.id,
        order_id=0,
        fulfillment_id=1,
        number="1Z999AA10123456784",
        carrier="UPS",
        status=status,
        detail=detail,
        status_at=before(hours),
        expected_at=now + timedelta(hours=EXPECTED[moment]) if moment in EXPECTED else None,
        pickup=PICKUP if moment is Moment.COLLECT else None,
        shipped_at=before(71),
        delivered_at=before(hours) if status is S.DELIVERED else None,
    )


def _scan(shop: Shop, number: int, scan: Scan, before: Any) -> TrackingEvent:  # noqa: ANN401 - a clock
    status, hours, detail, town = scan
    return TrackingEvent(
        id=number,
        shop_id=shop.id,
        fulfillment_id=1,
        source="sample",
        external_id=str(number),
        status=status,
        detail=detail,
        raw_status=status.value,
        happened_at=before(hours),
        recorded_at=before(hours),
        city=town,
        country=shop.country,
    )


def _items(shop: Shop, things: Sequence[Product]) -> list[tuple[LineItem, str | None]]:
    told: list[Thing] = [(it.title or "", None, 1, 4800, it.image_url) for it in things]
    told = told or [(*it, None) for it in THINGS]
    return [
        (
            LineItem(
                id=place,
                shop_id=shop.id,
                order_id=0,
                external_id=str(place),
                position=place,
                title=title,
                variant_title=options,
                quantity=quantity,
                price=price,
            ),
            picture,
        )
        for place, (title, options, quantity, price, picture) in enumerate(told, start=1)
    ]
