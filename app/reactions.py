"""What follows from each event: the whole behavior in one table."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import events
from app.commerce import consent_record
from app.commerce.models import Order
from app.events import EventRow
from app.flows import starts
from app.flows.triggers import (
    case_reply,
    confirm_offers,
    confirm_recipient,
    milestones,
    own_orders,
    running_late,
    thank_you,
)
from app.hooks import telling
from app.lib import clock
from app.tracking import following, writeback
from app.tracking.forecast import forecasts

SOON, A_DAY = timedelta(seconds=5), timedelta(days=1)

Reaction = Callable[[Session, int, Any], None]

REACTIONS: dict[type[events.Event], tuple[Reaction, ...]] = {
    events.OrderPlaced: (
        thank_you.on_order_placed,
        confirm_offers.on_order_placed,
        forecasts.on_order_placed,
        telling.on_event,
        starts.on_order_placed,
    ),
    events.ShipmentRegistered: (
        milestones.on_shipment_registered,
        following.on_shipment_registered,
        forecasts.on_shipment_registered,
        telling.on_event,
    ),
    events.ShipmentReached: (
        milestones.on_shipment_reached,
        running_late.on_shipment_reached,
        forecasts.on_shipment_reached,
        writeback.on_shipment_reached,
        telling.on_event,
        starts.on_shipment_reached,
    ),
    events.ExceptionOpened: (running_late.on_exception_opened, telling.on_event),
    events.ExceptionAged: (telling.on_event,),
    events.ExceptionCleared: (telling.on_event,),
    events.CaseOpened: (telling.on_event,),
    events.CaseAnswered: (case_reply.on_case_answered, telling.on_event),
    events.CaseClosed: (telling.on_event, starts.on_case_closed),
    events.OwnOrdersAsked: (own_orders.on_own_orders_asked,),
    events.RecipientNamed: (confirm_recipient.on_recipient_named,),
    events.OrderCancelled: (telling.on_event, starts.on_order_changed),
    events.OrderEdited: (telling.on_event,),
    events.OrderRefunded: (telling.on_event, starts.on_order_changed),
    events.CheckoutStarted: (starts.on_checkout_started,),
    events.CheckoutCompleted: (starts.on_checkout_completed,),
    events.StepReached: (telling.on_event,),
    events.VariantSoldOut: (telling.on_event,),
    events.BackInStock: (telling.on_event,),
    events.ConsentChanged: (
        confirm_offers.on_consent_changed,
        telling.on_event,
        consent_record.on_consent_changed,
    ),
    events.ProfileErased: (telling.on_event,),
    events.ShopUninstalled: (),
    events.ConnectionBroken: (telling.on_event,),
}
"""An event without a reaction is still a line of the shopper's timeline."""

OF_THE_PAST = (
    forecasts.on_order_placed,
    forecasts.on_shipment_registered,
    forecasts.on_shipment_reached,
    following.on_shipment_registered,
)
"""What follows even where an order came as history and this had happened before: nobody is told of it."""


def react_one(session: Session) -> bool:
    """React to the oldest event that nobody has reacted to; False when there is none.

    Raises what a reaction raises: the caller rolls back and calls `put_off`.
    """
    due = or_(EventRow.due_at.is_(None), EventRow.due_at <= clock.now())
    oldest = select(EventRow).where(EventRow.reacted_at.is_(None), due).order_by(EventRow.id).limit(1)
    row = session.scalar(oldest.with_for_update(skip_locked=True))
    if row is None:
        return False
    session.info["event"] = row.id
    event = events.revive(row)
    is_past = _is_past(session, event)
    for reaction in REACTIONS[type(event)]:
        if not is_past or reaction in OF_THE_PAST:
            reaction(session, row.shop_id, event)
    row.reacted_at = clock.now()
    return True


def _is_past(session: Session, event: events.Event) -> bool:
    """Tell whether an event is old news that came late, of an order that we know from its store's history."""
    order_id = getattr(event, "order_id", None)
    order = session.get(Order, order_id) if order_id is not None else None
    return order is not None and order.imported_at is not None and event.happened_at <= order.imported_at


def put_off(session: Session, event_id: int) -> None:
    """Pass over an event whose reactions failed until it is twice as old, a day at most: others go on."""
    row = session.get_one(EventRow, event_id, with_for_update=True)
    age = clock.now() - row.recorded_at
    row.due_at = clock.now() + min(max(age, SOON), A_DAY)
