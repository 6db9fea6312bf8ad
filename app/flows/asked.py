"""What shoppers asked for themselves: it goes to them though its flow is off, where any milestone is on."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy.orm import Session

from app.flows import switches
from app.flows.switches import MILESTONES, ON_REQUEST
from app.messages.models import Message
from app.tracking import wishes
from app.vocabulary import Trigger


def is_wanted(session: Session, shop_id: int, order_id: int, trigger: Trigger) -> bool:
    """Tell whether a milestone is to be told: by its flow, or on request."""
    if trigger not in ON_REQUEST or trigger in switches.switched_on(session, shop_id):
        return True
    return order_id in wishes.of_orders(session, [order_id])


def for_themselves(
    session: Session, messages: Sequence[Message], switched_on: Collection[tuple[int, Trigger]]
) -> frozenset[int]:
    """Return the ids of those messages that their shoppers asked for, while their shop tells anything."""
    chosen = [message for message in messages if message.trigger in ON_REQUEST and message.order_id]
    if not chosen:
        return frozenset()
    wanted = wishes.of_orders(session, [message.order_id for message in chosen if message.order_id])
    return frozenset(
        message.id
        for message in chosen
        if message.medium in wanted.get(message.order_id or 0, ())
        and tells_anything(trigger for shop_id, trigger in switched_on if shop_id == message.shop_id)
    )


def tells_anything(switched_on: Iterable[Trigger]) -> bool:
    """Tell whether a shop with these flows on writes about parcels at all."""
    return any(trigger in MILESTONES for trigger in switched_on)
