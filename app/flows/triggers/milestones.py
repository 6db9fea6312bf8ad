"""Tell the shopper how far a parcel has come, at once.

What starts off is asked for only where the merchant has switched it on, or the shopper wants every step.
"""

from sqlalchemy.orm import Session

from app.events import ShipmentReached, ShipmentRegistered
from app.flows import asked, telling
from app.flows.telling import Occasion
from app.vocabulary import ShipmentStatus, Trigger

TOLD = {
    ShipmentStatus.LABEL_CREATED: Trigger.LABEL_CREATED,
    ShipmentStatus.IN_TRANSIT: Trigger.IN_TRANSIT,
    ShipmentStatus.OUT_FOR_DELIVERY: Trigger.OUT_FOR_DELIVERY,
    ShipmentStatus.DELIVERED: Trigger.DELIVERED,
    ShipmentStatus.AVAILABLE_FOR_PICKUP: Trigger.READY_TO_COLLECT,
    ShipmentStatus.ATTEMPT_FAILED: Trigger.ATTEMPT_FAILED,
}
"""The statuses that a shopper is told of when a parcel is in them for the first time."""


def on_shipment_registered(session: Session, shop_id: int, event: ShipmentRegistered) -> None:
    """Ask for "shipped"."""
    _tell(session, shop_id, Trigger.SHIPPED, event)


def on_shipment_reached(session: Session, shop_id: int, event: ShipmentReached) -> None:
    """Ask for the milestone's message, where the status is one."""
    trigger = TOLD.get(event.status)
    if trigger is not None:
        _tell(session, shop_id, trigger, event)


def _tell(
    session: Session, shop_id: int, trigger: Trigger, event: ShipmentRegistered | ShipmentReached
) -> None:
    it = Occasion(trigger, event.order_id, event.shipment_id, event.happened_at)
    if asked.is_wanted(session, shop_id, it):
        telling.tell(session, it)
