"""Messages that would say again what another says: "shipped" tells where a parcel is when it goes out."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messages.models import Message
from app.vocabulary import WENT_OUT, MessageState, Trigger

SAID_BY_SHIPPED = (Trigger.LABEL_CREATED, Trigger.IN_TRANSIT)
COUNTS = (MessageState.QUEUED, MessageState.SENDING, *WENT_OUT, MessageState.UNKNOWN)


def of(
    session: Session, messages: Sequence[Message], switched_on: Collection[tuple[int, Trigger]]
) -> frozenset[int]:
    """Return the ids of those messages whose every parcel has been told of, or is about to be."""
    chosen = [
        message
        for message in messages
        if message.trigger in SAID_BY_SHIPPED and (message.shop_id, Trigger.SHIPPED) in switched_on
    ]
    if not chosen:
        return frozenset()
    order_ids = {message.order_id for message in chosen}
    rows = select(Message).where(
        Message.order_id.in_(order_ids), Message.trigger == Trigger.SHIPPED, Message.state.in_(COUNTS)
    )
    shipped = list(session.scalars(rows))
    return frozenset(message.id for message in chosen if _is_said(message, shipped))


def _is_said(message: Message, shipped: Sequence[Message]) -> bool:
    said = {
        parcel
        for other in shipped
        if (other.medium, other.to) == (message.medium, message.to) and _says(other, message)
        for parcel in other.shipment_ids
    }
    return said.issuperset(message.shipment_ids)


def _says(shipped: Message, message: Message) -> bool:
    """Tell whether "shipped" says the same: that it is packed always, that it moves if it went later."""
    if message.trigger is Trigger.LABEL_CREATED or shipped.sent_at is None:
        return True
    return shipped.sent_at >= message.occasion_at
