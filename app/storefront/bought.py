"""Everything about one order that its page needs, read in ten queries however much was bought."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.commerce.models import Fulfillment, LineItem, Order, Product
from app.shops.models import Shop
from app.storefront import own_section, tellings
from app.storefront.own_section import Offered
from app.storefront.tellings import Tellings
from app.tracking.models import ExceptionRow, Shipment, TrackingEvent
from app.tracking.page.drawn import Stamp
from app.tracking.page.sections import Sections
from app.tracking.shoppers import feedback
from app.vocabulary import ExceptionKind, ShipmentStatus, ShopState

KEPT_AFTER_DELIVERY = timedelta(days=90)
KEPT_WITHOUT_DELIVERY = timedelta(days=365)
"""A parcel that nobody ever reports as delivered has long arrived, or never will."""
SHOWN = 200
"""Scans of one order at most."""


@dataclass(frozen=True, slots=True)
class Bought:
    """One order's rows."""

    shop: Shop
    order: Order
    shipments: list[Shipment]
    """Those that were not cancelled, oldest first."""
    fulfillments: dict[int, Fulfillment]
    items: list[tuple[LineItem, str | None]]
    """Each with the address of its picture."""
    scans: list[TrackingEvent]
    alarms: dict[int | None, set[ExceptionKind]]
    """What is wrong now, by shipment; None: with the whole order."""
    grades: dict[int, int]
    """What its shopper gave the delivery, by shipment."""
    tellings: Tellings
    offered: tuple[Offered, ...] = ()
    """The products that the merchant shows in their own part."""

    def has_ended(self, now: datetime) -> bool:
        """Tell whether the page is no longer to be shown."""
        gone = self.order.deleted_at or self.order.erased_at or self.shop.state is not ShopState.INSTALLED
        return bool(gone) or now >= self.ends_at

    def stamp(self, press: str) -> Stamp:
        """Return what a page drawn of these rows is as old as."""
        return Stamp(
            order_id=self.order.id,
            order_revision=self.order.revision,
            shop_revision=self.shop.revision,
            press=press,
        )

    @property
    def ends_at(self) -> datetime:
        """When the page closes."""
        return ends_at(self.order, self.shipments)


def ends_at(order: Order, shipments: Sequence[Shipment]) -> datetime:
    """Return when the page of an order with these parcels closes."""
    if shipments and all(s.status is ShipmentStatus.DELIVERED for s in shipments):
        return max(s.delivered_at or s.shipped_at for s in shipments) + KEPT_AFTER_DELIVERY
    heard = [s.status_at or s.shipped_at for s in shipments]
    return max([*heard, order.placed_at or order.first_heard_at]) + KEPT_WITHOUT_DELIVERY


def read(session: Session, order_id: int) -> Bought | None:
    """Return an order with everything around it; None when there is no such order."""
    found = session.execute(
        select(Order, Shop).join(Shop, Shop.id == Order.shop_id).where(Order.id == order_id)
    ).one_or_none()
    if found is None:
        return None
    order, shop = found
    mine = {"shop_id": shop.id, "order_id": order.id}
    fulfillments = session.scalars(select(Fulfillment).filter_by(**mine)).all()
    shipments = session.scalars(
        select(Shipment)
        .filter_by(**mine, cancelled_at=None)
        .where(Shipment.status != ShipmentStatus.CANCELLED)
        .order_by(Shipment.id)
    ).all()
    scans = session.scalars(
        select(TrackingEvent)
        .filter_by(shop_id=shop.id, withdrawn_at=None)
        .where(TrackingEvent.fulfillment_id.in_([shipment.fulfillment_id for shipment in shipments]))
        .order_by(TrackingEvent.happened_at.desc(), TrackingEvent.id.desc())
        .limit(SHOWN)
    ).all()
    arranged = Sections.of(shop, (order.ship_to or {}).get("country"), order.tags or ())
    return Bought(
        shop=shop,
        order=order,
        shipments=list(shipments),
        fulfillments={f.id: f for f in fulfillments},
        items=_items(session, order),
        scans=list(scans),
        alarms=_alarms(session, order),
        grades=_grades(session, shipments),
        tellings=tellings.read(session, order),
        offered=own_section.products_of(session, shop, arranged.own),
    )


def _grades(session: Session, shipments: Sequence[Shipment]) -> dict[int, int]:
    arrived = [shipment.id for shipment in shipments if shipment.status is ShipmentStatus.DELIVERED]
    return {shipment_id: said.grade for shipment_id, said in feedback.of_shipments(session, arrived).items()}


def _alarms(session: Session, order: Order) -> dict[int | None, set[ExceptionKind]]:
    still_open = select(ExceptionRow.shipment_id, ExceptionRow.kind).where(
        ExceptionRow.shop_id == order.shop_id,
        ExceptionRow.order_id == order.id,
        ExceptionRow.cleared_at.is_(None),
    )
    found: dict[int | None, set[ExceptionKind]] = defaultdict(set)
    for shipment_id, kind in session.execute(still_open):
        found[shipment_id].add(kind)
    return found


def _items(session: Session, order: Order) -> list[tuple[LineItem, str | None]]:
    product = and_(Product.shop_id == LineItem.shop_id, Product.external_id == LineItem.product_external_id)
    rows = session.execute(
        select(LineItem, Product.image_url)
        .outerjoin(Product, product)
        .where(LineItem.shop_id == order.shop_id, LineItem.order_id == order.id)
        .order_by(LineItem.position, LineItem.id)
    )
    return [(item, item.image_url or picture) for item, picture in rows]
