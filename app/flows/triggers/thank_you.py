"""Thank the shopper for a purchase: one e-mail at once, and a text to whoever the merchant lets have it."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import OrderPlaced
from app.flows import texted
from app.messages import outbox
from app.vocabulary import Trigger


def on_order_placed(session: Session, shop_id: int, event: OrderPlaced) -> None:
    """Ask for the thank-you of an order."""
    order = session.get_one(Order, event.order_id)
    thanks = outbox.Ask(
        subject=f"order-{order.id}",
        trigger=Trigger.THANK_YOU,
        profile_id=order.profile_id,
        order_id=order.id,
        to=order.email,
        occasion_at=max(event.happened_at, event.as_of or event.happened_at),
    )
    outbox.ask(session, shop_id, thanks)
    for medium in texted.wanted(session, order, Trigger.THANK_YOU):
        outbox.ask(session, shop_id, replace(thanks, medium=medium, to=order.phone))
