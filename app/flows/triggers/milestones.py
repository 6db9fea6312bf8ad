"""Tell the shopper how far a parcel has come, at once: each milestone has a flow of its own.

What starts off is asked for only where the merchant has switched it on, or the shopper wants every step.
"""

from sqlalchemy.orm import Session

from app.events import ShipmentReached, ShipmentRegistered
from app.flows import news
from app.vocabulary import ShipmentStatus

TOLD = {
    ShipmentStatus.LABEL_CREATED: "parcel_packed",
    ShipmentStatus.IN_TRANSIT: "parcel_in_transit",
    ShipmentStatus.OUT_FOR_DELIVERY: "parcel_out_for_delivery",
    ShipmentStatus.DELIVERED: "parcel_delivered",
    ShipmentStatus.AVAILABLE_FOR_PICKUP: "parcel_ready_to_collect",
    ShipmentStatus.ATTEMPT_FAILED: "parcel_attempt_failed",
}
"""What begins when a parcel is in one of these for the first time."""


def on_shipment_registered(session: Session, shop_id: int, event: ShipmentRegistered) -> None:
    """Let a parcel into "shipped"."""
    news.of_parcel(session, shop_id, "parcel_shipped", event)


def on_shipment_reached(session: Session, shop_id: int, event: ShipmentReached) -> None:
    """Let a parcel into the milestone's flow, where the status is one."""
    what = TOLD.get(event.status)
    if what is not None:
        news.of_parcel(session, shop_id, what, event)
