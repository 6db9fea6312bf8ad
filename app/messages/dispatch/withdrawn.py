"""What follows for messages once a recipient has left: none goes, and none keeps the address."""

from collections.abc import Collection

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.messages.models import Message
from app.tracking.shoppers import recipients
from app.vocabulary import MessageState, Reason


def end(session: Session, recipient_ids: Collection[int], *, for_good: bool = False) -> None:
    """Let recipients go, with all that is addressed to them."""
    theirs = update(Message).where(Message.recipient_id.in_(recipient_ids))
    waiting = theirs.where(Message.state == MessageState.QUEUED)
    session.execute(waiting.values(state=MessageState.SKIPPED, reason=Reason.WITHDRAWN))
    session.execute(theirs.values(to=None, subject=None))
    recipients.end(session, recipient_ids, for_good=for_good)
