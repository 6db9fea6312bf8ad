"""A message sent again at the merchant's word: a new one with a key of its own, judged like any other."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import clock
from app.messages.dispatch import outbox
from app.messages.dispatch.outbox import Ask
from app.messages.models import Message
from app.vocabulary import Category, Medium, MessageState, Trigger

REPEATABLE = (
    Trigger.THANK_YOU,
    Trigger.SHIPPED,
    Trigger.LABEL_CREATED,
    Trigger.IN_TRANSIT,
    Trigger.RUNNING_LATE,
    Trigger.OUT_FOR_DELIVERY,
    Trigger.DELIVERED,
    Trigger.READY_TO_COLLECT,
    Trigger.PICKUP_REMINDER,
    Trigger.ATTEMPT_FAILED,
    Trigger.CASE_REPLY,
)
"""What tells of an order. Links that are good once, and offers, are not sent a second time."""
UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING)


def is_possible(message: Message) -> bool:
    """Tell whether a message could be sent again: its turn is over, and it was about an order."""
    is_news = message.trigger in REPEATABLE and message.category is Category.TRANSACTIONAL
    return is_news and message.order_id is not None and message.state not in UNDER_WAY


def count(session: Session, message: Message) -> int:
    """Return how often a message was asked for again."""
    repeated = select(func.count()).where(
        Message.order_id == message.order_id, Message.again_of == (message.again_of or message.id)
    )
    return session.scalar(repeated) or 0


def is_waiting(session: Session, message: Message) -> bool:
    """Tell whether a message was asked for again and is still to go: it goes once for all who ask."""
    waiting = select(Message.id).where(
        Message.order_id == message.order_id,
        Message.again_of == (message.again_of or message.id),
        Message.state.in_(UNDER_WAY),
    )
    return session.scalar(waiting.limit(1)) is not None


def ask(session: Session, message: Message, wanted: Ask) -> bool:
    """Ask for a message again; False where it was asked for, and so often, or is still to go again."""
    return not is_waiting(session, message) and outbox.ask(session, message.shop_id, wanted)


def ask_of(message: Message, order: Order, *, times: int) -> Ask:
    """Return what is asked for to send a message again that was asked for again so often: the same once.

    It goes to where its shopper is reached now, which may be another address than then.
    """
    first = message.again_of or message.id
    return Ask(
        subject=f"again-{first}-{times}",
        trigger=message.trigger,
        step=message.step,
        medium=message.medium,
        category=message.category,
        profile_id=message.profile_id,
        order_id=message.order_id,
        shipment_ids=tuple(message.shipment_ids),
        case_entry_id=message.case_entry_id,
        recipient_id=message.recipient_id,
        again_of=first,
        to=_address(message, order),
        occasion_at=clock.now(),
    )


def _address(message: Message, order: Order) -> str | None:
    if message.recipient_id is not None or message.medium is Medium.PUSH:
        return message.to
    return order.email if message.medium is Medium.EMAIL else order.phone
