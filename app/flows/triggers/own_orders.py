"""Send the link to the list of all one's orders to whoever asked for it: one e-mail, at once."""

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import OwnOrdersAsked
from app.messages.dispatch import outbox
from app.vocabulary import Trigger


def on_own_orders_asked(session: Session, shop_id: int, event: OwnOrdersAsked) -> None:
    """Ask for the mail, where there is an order; its step is the number of its link."""
    if event.order_id is None:
        return
    order = session.get_one(Order, event.order_id)
    mail = outbox.Ask(
        subject=f"order-{order.id}",
        trigger=Trigger.OWN_ORDERS,
        step=event.link_id,
        profile_id=order.profile_id,
        order_id=order.id,
        to=order.email,
        occasion_at=event.happened_at,
    )
    outbox.ask(session, shop_id, mail)
