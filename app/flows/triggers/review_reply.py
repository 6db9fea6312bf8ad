"""Send a shopper what the merchant answers to their review: one e-mail, for the first answer."""

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import clock
from app.messages.dispatch import outbox
from app.reviews.models import Review
from app.vocabulary import Trigger


def on_review_answered(session: Session, review: Review) -> None:
    """Ask for the answer's mail; its step names the review."""
    order = session.get_one(Order, review.order_id)
    answer = outbox.Ask(
        subject=f"review-{review.id}",
        trigger=Trigger.REVIEW_REPLY,
        step=review.id,
        profile_id=order.profile_id,
        order_id=order.id,
        to=order.email,
        occasion_at=clock.now(),
    )
    outbox.ask(session, review.shop_id, answer)
