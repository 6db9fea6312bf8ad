"""Scans that a store has and did not tell us of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.commerce.models import Fulfillment, Order
from app.lib import clock
from app.platforms.purchases import Scan
from app.shops.models import Shop
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.parcels import writeback

AT_ONCE = 25
"""Fulfillments that a store is asked about in one question."""
ON_THE_WAY = timedelta(days=30)
"""For how long a parcel that has not arrived is asked about."""


def fulfillments(
    session: Session, shop_id: int, *, after: int, arrived_since: datetime
) -> list[tuple[int, str, str]]:
    """Return the next fulfillments that may have scans we lack: our id, the store's, and its order's."""
    is_open = Shipment.delivered_at.is_(None) & (Shipment.shipped_at > clock.now() - ON_THE_WAY)
    wanted = select(Shipment.fulfillment_id).where(
        Shipment.shop_id == shop_id,
        Shipment.cancelled_at.is_(None),
        or_(is_open, Shipment.delivered_at >= arrived_since),
    )
    rows = select(Fulfillment.id, Fulfillment.external_id, Order.external_id).join(
        Order, Order.id == Fulfillment.order_id
    )
    mine = rows.where(Fulfillment.shop_id == shop_id, Fulfillment.id > after, Fulfillment.id.in_(wanted))
    return [(row[0], row[1], row[2]) for row in session.execute(mine.order_by(Fulfillment.id).limit(AT_ONCE))]


def new(session: Session, shop: Shop, told: Sequence[Scan]) -> tuple[Scan, ...]:
    """Return those scans that we do not hold and did not tell the store ourselves."""
    sent = {scan.fulfillment_id for scan in told}
    rows = select(Fulfillment.external_id, TrackingEvent.external_id).join(
        TrackingEvent, TrackingEvent.fulfillment_id == Fulfillment.id
    )
    mine = rows.where(
        Fulfillment.shop_id == shop.id,
        Fulfillment.external_id.in_(sent),
        TrackingEvent.source == shop.platform,
    )
    held = {(fulfillment, scan) for fulfillment, scan in session.execute(mine)}
    missing = [it for it in told if (it.fulfillment_id, it.external_id) not in held]
    return tuple(writeback.not_ours(session, shop, missing))
