"""What senders that died or froze left behind: settled by what their journals say."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.lib.db import among
from app.messages.dispatch import outbox
from app.messages.dispatch.journal import Dead, Fate
from app.messages.dispatch.outbox import Result
from app.messages.models import Message
from app.vocabulary import MessageState, Reason

FOREIGN_GRACE = timedelta(minutes=10)
"""How long another host's journal may be away before its messages count as unknown."""
AT_ONCE = 1000
"""How many messages of others are looked at in one transaction."""
DEATHS_AT_MOST = 3
"""How many senders one message may cut off before it is set aside."""
BREATHER = timedelta(minutes=1)
"""How long what was in hand twice waits: somebody has to bring the sender back each time."""


def recover(session: Session, mine: str) -> int:
    """Settle what dead or frozen senders left behind, and what `mine` could not write down itself.

    Call it while nothing of `mine` is being sent; returns how many messages were settled. All of `mine` are,
    whoever looks at them meanwhile: after this, its journal may be forgotten.
    """
    left = select(Message).where(Message.state == MessageState.SENDING)
    own = left.filter_by(journal=mine).order_by(Message.id).with_for_update()
    others = left.where(Message.journal != mine).order_by(Message.lease_until)
    at_hand = others.with_for_update(skip_locked=True).limit(AT_ONCE)
    found = [*session.scalars(own), *session.scalars(at_hand)]
    journals = {name: Dead(name) for name in {message.journal for message in found} if name}
    results = []
    for message in found:
        journal = journals.get(message.journal or "")
        if journal is not None and (journal.name == mine or _may_settle(message, journal)):
            results.append(_settled(message, journal, is_mine=journal.name == mine))
    return outbox.record(session, results)


def needless(session: Session, journals: Collection[str]) -> set[str]:
    """Return those journals of dead senders that no message refers to any more."""
    named = select(Message.journal).where(
        Message.state == MessageState.SENDING, among(Message.journal, journals)
    )
    return set(journals).difference(session.scalars(named))


def _settled(message: Message, journal: Dead, *, is_mine: bool) -> Result:
    fate = journal.fate(message.id, message.fence)
    if fate is Fate.TAKEN:
        return Result(message_id=message.id, fence=message.fence, state=MessageState.SENT)
    is_anyones = not (is_mine or journal.blames_nobody or journal.owner_lives)
    if fate is Fate.IN_HAND or (fate is Fate.NOT_BEGUN and is_anyones):
        return _after_death(message)
    if fate is Fate.NOT_BEGUN:
        return Result(message_id=message.id, fence=message.fence, state=MessageState.QUEUED, is_put_off=True)
    return outbox.after_doubt(
        message, "its sender died in the middle" if fate else "its sender and journal are gone"
    )


def _after_death(message: Message) -> Result:
    """Return what follows for a message that may have cut its sender off: it is tried again a few times."""
    deaths = message.deaths + 1
    is_last = deaths >= DEATHS_AT_MOST
    return Result(
        message_id=message.id,
        fence=message.fence,
        state=MessageState.FAILED if is_last else MessageState.QUEUED,
        reason=Reason.CUT_OFF if is_last else None,
        failure="its sender was cut off before it had gone",
        due_at=clock.now() + BREATHER * (deaths - 1),
        is_put_off=True,
        is_suspect=True,
    )


def _may_settle(message: Message, journal: Dead) -> bool:
    lease_until = message.lease_until or message.created_at
    if journal.is_ours:
        return not journal.owner_lives or lease_until < clock.now()
    return lease_until + FOREIGN_GRACE < clock.now()
