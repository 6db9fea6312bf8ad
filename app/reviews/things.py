"""What of an order can be reviewed: each product once, and only what has arrived."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.commerce.models import Fulfillment, LineItem, Order, Product
from app.lib.db import among
from app.tracking.models import Shipment
from app.tracking.parcels import arrived
from app.tracking.parcels.arrived import Sent
from app.vocabulary import ShipmentStatus


class Thing(NamedTuple):
    """A product that somebody bought."""

    line_id: int
    product_id: str
    """As the store calls it."""
    title: str
    option: str | None
    picture: str | None


def of_order(session: Session, order: Order) -> list[Thing]:
    """Return what of an order has arrived and can be reviewed, in the order's own order."""
    here = arrived_of(session, [order])[order.id]
    product = and_(Product.shop_id == LineItem.shop_id, Product.external_id == LineItem.product_external_id)
    rows = session.execute(
        select(LineItem, Product.image_url)
        .outerjoin(Product, product)
        .where(LineItem.order_id == order.id, LineItem.product_external_id.is_not(None))
        .order_by(LineItem.position, LineItem.id)
    )
    found: dict[str, Thing] = {}
    for line, picture in rows:
        if line.external_id in here and line.product_external_id:
            image = line.image_url or picture
            thing = Thing(line.id, line.product_external_id, line.title, line.variant_title, image)
            found.setdefault(line.product_external_id, thing)
    return list(found.values())


def arrived_of(session: Session, orders: Iterable[Order]) -> Mapping[int, frozenset[str]]:
    """Return which lines of these orders have arrived, by the lines' external ids, in three queries."""
    known = {order.id: order for order in orders}
    bought: dict[int, dict[str, int]] = defaultdict(dict)
    lines = select(LineItem.order_id, LineItem.external_id, LineItem.quantity)
    for order_id, external_id, quantity in session.execute(lines.where(among(LineItem.order_id, known))):
        bought[order_id][external_id] = quantity
    statuses: dict[int, list[ShipmentStatus]] = defaultdict(list)
    parcels = select(Shipment.fulfillment_id, Shipment.status).where(
        among(Shipment.order_id, known),
        Shipment.cancelled_at.is_(None),
        Shipment.status != ShipmentStatus.CANCELLED,
    )
    for fulfillment_id, status in session.execute(parcels):
        statuses[fulfillment_id].append(status)
    sent: dict[int, list[Sent]] = defaultdict(list)
    together = select(Fulfillment.id, Fulfillment.order_id, Fulfillment.items)
    for ident, order_id, items in session.execute(together.where(among(Fulfillment.order_id, known))):
        pieces = {str(part["item"]): int(part["quantity"]) for part in items}
        sent[order_id].append(Sent(pieces, statuses[ident]))
    return {
        order_id: arrived.lines(bought[order_id], sent[order_id], is_all_sent=order.is_fulfilled)
        for order_id, order in known.items()
    }
