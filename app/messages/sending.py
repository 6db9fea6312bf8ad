"""One chunk of messages, from the claim to the results; the caller owns the transactions.

Say the process dies on any line: before `sending_at` is committed the claim was never made; after it,
the journal knows of every message whether its send was begun and whether it was taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.orm import Session

from app.channels.base import Channel, Connection, SendError
from app.lib import clock, plugins
from app.lib.logs import trail
from app.messages import compose, outbox, permission
from app.messages.compose import Letter
from app.messages.journal import Journal
from app.messages.models import Message
from app.messages.outbox import Result
from app.messages.verdict import Allowed, Deferred, Facts, Skipped
from app.vocabulary import MessageState, Reason

Gather = Callable[[Session, Sequence[Message]], dict[int, Facts]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may go, with everything that its text needs."""

    message: Message
    letter: Letter


def prepare(session: Session, journal: str, gather: Gather) -> list[Ready] | None:
    """Claim a chunk, ask the gate about each, and mark those that go; None when nothing was due."""
    claimed = outbox.claim(session, journal)
    if not claimed:
        return None
    decided = permission.decide_together(gather(session, claimed))
    ready = []
    for message in claimed:
        decision, facts = decided[message.id]
        message.decision = permission.record_of(decision, facts)
        if isinstance(decision, Allowed):
            try:
                letter = compose.gather(session, message)
            except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
                log.error("message.ungathered", message=message.id, **trail(error))
                outbox.record(session, [_unrenderable(message, type(error).__name__)])
                continue
            message.sending_at = clock.now()
            ready.append(Ready(message, letter))
        else:
            outbox.record(session, [_not_now(message, decision)])
    return ready


def deliver(ready: Sequence[Ready], journal: Journal, channel: str = "smtp") -> list[Result]:
    """Send a chunk that `prepare` committed; returns what became of each, in order."""
    plugin: Channel = plugins.discover("app.channels")[channel]
    results: list[Result] = []
    try:
        with plugin.connect() as line:
            for item in ready:  # not extend(): what was sent must be known when a later one raises
                results.append(_send(item, line, journal))  # noqa: PERF401
    except SendError as error:  # the channel itself is away: nothing was begun for the rest
        log.warning("channel.away", channel=channel, reason=str(error))
        rest = ready[len(results) :]
        results += [outbox.after_failure(item.message, str(error), permanent=False) for item in rest]
    return results


def _send(item: Ready, line: Connection, journal: Journal) -> Result:
    message = item.message
    if message.lease_until is None or clock.now() > message.lease_until - outbox.LAST_START:
        return _with(message, MessageState.QUEUED)
    try:
        mail = compose.render(item.letter)
    except compose.Unrenderable as error:
        log.warning("message.unrenderable", message=message.id, reason=str(error))
        return _unrenderable(message, str(error)[:300])
    journal.begin(message.id, message.fence)
    try:
        line.send(mail)
    except SendError as error:
        if error.everyone:
            raise
        if error.unknown:
            return outbox.after_doubt(message, str(error))
        failed = outbox.after_failure(message, str(error), permanent=error.permanent)
        return replace(failed, is_dead_address=error.bad_address)
    journal.taken(message.id, message.fence)
    return Result(
        message_id=message.id, fence=message.fence, state=MessageState.SENT, subject=mail.subject[:300]
    )


def _unrenderable(message: Message, failure: str) -> Result:
    return Result(
        message_id=message.id,
        fence=message.fence,
        state=MessageState.FAILED,
        reason=Reason.UNRENDERABLE,
        failure=failure,
    )


def _not_now(message: Message, decision: Deferred | Skipped) -> Result:
    if isinstance(decision, Deferred):
        return Result(
            message_id=message.id,
            fence=message.fence,
            state=MessageState.QUEUED,
            reason=decision.reason,
            due_at=decision.until,
            is_put_off=True,
        )
    return Result(
        message_id=message.id, fence=message.fence, state=MessageState.SKIPPED, reason=decision.reason
    )


def _with(message: Message, state: MessageState) -> Result:
    return Result(message_id=message.id, fence=message.fence, state=state)
