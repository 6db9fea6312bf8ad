"""Tell the shopper how far a parcel has come: at once, and further parcels of the order together.

The first parcel to reach a milestone is told at once. Those of the same order that reach it within the
next 30 minutes are gathered into one more message. What starts off is asked for only where the merchant has
switched it on, or the shopper wants every step.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import ShipmentReached, ShipmentRegistered
from app.flows import asked
from app.lib import clock
from app.messages import outbox
from app.messages.models import Message
from app.vocabulary import Category, Medium, MessageState, ShipmentStatus, Trigger

GATHER_FOR = timedelta(minutes=30)
SETTLE = timedelta(seconds=3)
"""One scan moves every parcel of its fulfillment: wait this long, and one mail tells of them all."""

TOLD = {
    ShipmentStatus.LABEL_CREATED: Trigger.LABEL_CREATED,
    ShipmentStatus.IN_TRANSIT: Trigger.IN_TRANSIT,
    ShipmentStatus.OUT_FOR_DELIVERY: Trigger.OUT_FOR_DELIVERY,
    ShipmentStatus.DELIVERED: Trigger.DELIVERED,
}
"""The statuses that a shopper is told of when a parcel is in them for the first time."""


def on_shipment_registered(session: Session, shop_id: int, event: ShipmentRegistered) -> None:
    """Ask for "shipped"."""
    _tell(session, shop_id, Trigger.SHIPPED, event)


def on_shipment_reached(session: Session, shop_id: int, event: ShipmentReached) -> None:
    """Ask for the milestone's message, where the status is one."""
    trigger = TOLD.get(event.status)
    if trigger is not None and asked.is_wanted(session, shop_id, event.order_id, trigger):
        _tell(session, shop_id, trigger, event)


def _tell(
    session: Session, shop_id: int, trigger: Trigger, event: ShipmentRegistered | ShipmentReached
) -> None:
    order = session.scalars(select(Order).filter_by(id=event.order_id).with_for_update()).one()
    told = select(Message).filter_by(shop_id=shop_id, order_id=order.id, trigger=trigger)
    earlier = list(session.scalars(told.order_by(Message.step).with_for_update()))
    if any(event.shipment_id in message.shipment_ids for message in earlier):
        return
    last = earlier[-1] if earlier else None
    if last is not None and last.state is MessageState.QUEUED:
        last.shipment_ids = [*last.shipment_ids, event.shipment_id]
        return
    now = clock.now()
    gathers = last is not None and now < last.created_at + GATHER_FOR
    step = len(earlier) + 1
    milestone = outbox.Ask(
        key=f"order-{order.id}:{trigger}:{step}:{Medium.EMAIL}",
        trigger=trigger,
        step=step,
        medium=Medium.EMAIL,
        category=Category.TRANSACTIONAL,
        profile_id=order.profile_id,
        order_id=order.id,
        shipment_ids=(event.shipment_id,),
        to=order.email,
        occasion_at=event.happened_at,
        due_at=last.created_at + GATHER_FOR if last and gathers else now + SETTLE,
    )
    outbox.ask(session, shop_id, milestone)
