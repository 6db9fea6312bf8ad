"""What follows from each event: the whole behavior in one table."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import events
from app.events import EventRow
from app.flows.triggers import milestones, thank_you
from app.lib import clock
from app.tracking import following

Reaction = Callable[[Session, int, Any], None]

REACTIONS: dict[type[events.Event], tuple[Reaction, ...]] = {
    events.OrderPlaced: (thank_you.on_order_placed,),
    events.ShipmentRegistered: (milestones.on_shipment_registered, following.on_shipment_registered),
    events.ShipmentReached: (milestones.on_shipment_reached,),
    events.ExceptionOpened: (),
    events.ExceptionAged: (),
    events.ExceptionCleared: (),
    events.OrderCancelled: (),
    events.OrderEdited: (),
    events.OrderRefunded: (),
    events.CheckoutStarted: (),
    events.CheckoutCompleted: (),
    events.VariantRestocked: (),
    events.VariantSoldOut: (),
    events.ConsentChanged: (),
    events.ProfileErased: (),
    events.ShopUninstalled: (),
    events.ConnectionBroken: (),
}
"""An event without a reaction is still a line of the shopper's timeline."""


def react_one(session: Session) -> bool:
    """React to the oldest event that nobody has reacted to; False when there is none."""
    oldest = select(EventRow).where(EventRow.reacted_at.is_(None)).order_by(EventRow.id).limit(1)
    row = session.scalar(oldest.with_for_update(skip_locked=True))
    if row is None:
        return False
    event = events.revive(row)
    for reaction in REACTIONS[type(event)]:
        reaction(session, row.shop_id, event)
    row.reacted_at = clock.now()
    return True
