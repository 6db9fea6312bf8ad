"""What would become of messages that nobody has asked for yet, by the gate's own answer."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.flows import arbiter
from app.messages.dispatch import outbox
from app.messages.dispatch.outbox import Ask
from app.messages.gate.verdict import Ruling


def look(session: Session, shop_id: int, wanted: Sequence[Ask]) -> list[Ruling]:
    """Return what the gate and the arbiter would say of each at this moment, in the same order."""
    messages = [outbox.unasked(shop_id, one, number) for number, one in enumerate(wanted, 1)]
    rulings = arbiter.look(session, messages)
    return [rulings[message.id] for message in messages]
