"""Thank the shopper for a purchase: its flow begins with the order."""

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import OrderPlaced
from app.flows import news
from app.flows.starts import Subject


def on_order_placed(session: Session, shop_id: int, event: OrderPlaced) -> None:
    """Let an order into the thank-you."""
    order = session.get_one(Order, event.order_id)
    at = max(event.happened_at, event.as_of or event.happened_at)
    news.tell(session, shop_id, "order_placed", at, Subject("order", order.id, order.profile_id, order.id))
