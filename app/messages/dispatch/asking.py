"""What is asked of the outbox: one message for each subject, trigger, step and medium, whoever asks again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.lib import clock, queue
from app.lib.config import settings
from app.lib.db import add_new
from app.messages.models import Message
from app.vocabulary import Category, Medium, MessageState, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A message that somebody wants sent; one for each subject, trigger, step and medium."""

    subject: str
    """What it is about: "order-17"."""
    trigger: Trigger
    step: int = 1
    medium: Medium = Medium.EMAIL
    category: Category = Category.TRANSACTIONAL
    profile_id: int | None = None
    order_id: int | None = None
    checkout_id: int | None = None
    line_item_id: int | None = None
    waiting_id: int | None = None
    shipment_ids: tuple[int, ...] = ()
    case_entry_id: int | None = None
    recipient_id: int | None = None
    enrollment_id: int | None = None
    """Whose flow asks for it, where a flow does."""
    again_of: int | None = None
    """The message that it repeats."""
    to: str | None
    occasion_at: datetime
    due_at: datetime | None = None

    @property
    def key(self) -> str:
        """What makes it one: whoever asks with the same key gets the first."""
        return f"{self.subject}:{self.trigger}:{self.step}:{self.medium}"


def ask(session: Session, shop_id: int, wanted: Ask) -> bool:
    """Put a message into the outbox in this transaction; False when its key was already there."""
    return ask_all(session, [(shop_id, wanted)]) == 1


def ask_all(session: Session, wanted: Sequence[tuple[int, Ask]]) -> int:
    """Put messages of these shops into the outbox at once; returns how many were not there yet."""
    rows = [_row(shop_id, one) for shop_id, one in wanted]
    added = add_new(session, Message, rows)  # not so where its key is, or its cart has been texted about
    if added:
        queue.wake(session, "jobs.messages.send")
    return added


def unasked(shop_id: int, wanted: Ask, number: int) -> Message:
    """Return a message as it would be asked for, to look at; it is in no session and in no table."""
    return Message(id=-number, **_row(shop_id, wanted))


def _row(shop_id: int, wanted: Ask) -> dict[str, object]:
    now = clock.now()
    host = urlsplit(settings().url).hostname or "localhost"
    digest = hashlib.blake2b(f"{shop_id}:{wanted.key}".encode(), digest_size=15).hexdigest()
    return {
        "shop_id": shop_id,
        "key": wanted.key,
        "trigger": wanted.trigger,
        "step": wanted.step,
        "medium": wanted.medium,
        "category": wanted.category,
        "profile_id": wanted.profile_id,
        "order_id": wanted.order_id,
        "checkout_id": wanted.checkout_id,
        "line_item_id": wanted.line_item_id,
        "waiting_id": wanted.waiting_id,
        "shipment_ids": list(wanted.shipment_ids),
        "case_entry_id": wanted.case_entry_id,
        "recipient_id": wanted.recipient_id,
        "enrollment_id": wanted.enrollment_id,
        "again_of": wanted.again_of,
        "to": wanted.to,
        "occasion_at": wanted.occasion_at,
        "rfc_id": f"<{digest}@{host}>",
        "state": MessageState.QUEUED,
        "due_at": wanted.due_at or now,
        "created_at": now,
        "attempts": 0,
        "fence": 0,
    }
