"""Addresses of other recipients that are of no more use: unanswered for a day, or the page has ended."""

from sqlalchemy.orm import Session

from app.lib import clock
from app.messages.dispatch import withdrawn
from app.storefront import bought
from app.tracking.shoppers import recipients


def look(session: Session) -> bool:
    """Let go of a few of them, and say when to look at the others; False when none is due."""
    due = recipients.due(session)
    for it in due:
        found = bought.read(session, it.order_id)
        if it.confirmed_at is None or found is None or found.has_ended(clock.now()):
            withdrawn.end(session, [it.id], for_good=it.confirmed_at is not None)
        else:
            it.due_at = found.ends_at
    return bool(due)
