"""What shoppers asked for themselves: it goes to them though its flow is off, where any milestone is on."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from app.flows import switches, telling
from app.flows.switches import MILESTONES, ON_REQUEST, START_OFF
from app.flows.telling import Occasion
from app.messages.models import Message
from app.tracking.models import Shipment
from app.tracking.shoppers import wishes
from app.vocabulary import Medium, Trigger


def is_wanted(session: Session, shop_id: int, it: Occasion) -> bool:
    """Tell whether there is somebody to tell: by the merchant's switch, or on request."""
    if it.trigger not in START_OFF or it.trigger in switches.switched_on(session, shop_id):
        return True
    if it.trigger is Trigger.RUNNING_LATE:
        return telling.is_silenced(session, [it.shipment_id])
    return Medium.EMAIL in wishes.of_orders(session, [it.order_id]).get(it.order_id, ())


def for_themselves(
    session: Session,
    messages: Sequence[Message],
    switched_on: Collection[tuple[int, Trigger]],
    shipments: Mapping[int | None, Shipment],
) -> frozenset[int]:
    """Return the ids of those messages that their shoppers asked for, while their shop tells anything."""
    chosen = [message for message in messages if message.trigger in START_OFF]
    if not chosen:
        return frozenset()
    steps = {message.order_id for message in chosen if message.order_id and message.trigger in ON_REQUEST}
    wanted = wishes.of_orders(session, steps)
    return frozenset(
        message.id
        for message in chosen
        if tells_anything(trigger for shop_id, trigger in switched_on if shop_id == message.shop_id)
        and (
            any(_late_only(message, shipments))
            if message.trigger is Trigger.RUNNING_LATE
            else message.medium in wanted.get(message.order_id or 0, ())
        )
    )


def is_silenced(message: Message, shipments: Mapping[int | None, Shipment]) -> bool:
    """Tell whether a message tells how far parcels have come that are to be heard of only if late."""
    silent = _late_only(message, shipments)
    is_theirs = message.recipient_id is None and message.trigger in MILESTONES
    return is_theirs and bool(silent) and all(silent)


def tells_anything(switched_on: Iterable[Trigger]) -> bool:
    """Tell whether a shop with these flows on writes about parcels at all."""
    return any(trigger in MILESTONES for trigger in switched_on)


def _late_only(message: Message, shipments: Mapping[int | None, Shipment]) -> list[bool]:
    return [shipments[i].late_only_at is not None for i in message.shipment_ids if i in shipments]
