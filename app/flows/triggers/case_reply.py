"""Send a shopper what the merchant answers to their report: one e-mail for each answer, at once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import CaseAnswered
from app.messages.dispatch import outbox
from app.tracking.models import Shipment
from app.vocabulary import Trigger


def on_case_answered(session: Session, shop_id: int, event: CaseAnswered) -> None:
    """Ask for the answer's mail."""
    order = session.get_one(Order, event.order_id)
    parcels = select(Shipment.id).filter_by(order_id=order.id, cancelled_at=None).order_by(Shipment.id)
    answer = outbox.Ask(
        subject=f"case-entry-{event.entry_id}",
        trigger=Trigger.CASE_REPLY,
        profile_id=order.profile_id,
        order_id=order.id,
        shipment_ids=tuple(session.scalars(parcels)),
        case_entry_id=event.entry_id,
        to=order.email,
        occasion_at=event.happened_at,
    )
    outbox.ask(session, shop_id, answer)
