"""Why a message went, waits or did not go: what each rule of the gate saw, in lines of text."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.admin import words
from app.admin.messages import reasons
from app.commerce.models import Order
from app.flows import arbiter
from app.messages.gate import permission
from app.messages.models import Message
from app.messages.wording.versions import TemplateVersion
from app.vocabulary import MessageState, Reason

MARKS = {"allowed": "yes", "deferred": "wait", "skipped": "no"}


def lines(session: Session, message: Message) -> Iterator[str]:
    """Tell what the gate answered about a message, and of one that still waits what it would answer now."""
    order = session.get(Order, message.order_id) if message.order_id else None
    about = f", order {order.name}" if order and order.name else ""
    yield (
        f"Message {message.id}: {words.TRIGGERS[message.trigger]} by {message.medium} "
        f"to {words.masked(message.to) or 'nobody'}{about} ({message.category})"
    )
    reason = f": {words.reason(message)}" if message.reason else ""
    yield f"  {words.STATES[message.state].label}{reason}"
    if message.template_version_id is not None:
        version = session.get_one(TemplateVersion, message.template_version_id)
        yield f"  Written in the shop’s own words, version {version.number}"
    elif message.sending_at is not None:
        yield "  Written in Doorstep’s words"
    yield from _held_back(session, message)
    if message.decision is not None:
        yield from _told(message.decision)
    if message.state is MessageState.QUEUED:
        now = arbiter.look(session, [message])[message.id]
        yield from _told(permission.record_of(now), is_preview=True)


def _held_back(session: Session, message: Message) -> Iterator[str]:
    """Tell when it would have gone if there were no others, once for each that held it back."""
    for row in arbiter.held_back(session, [message.id]).get(message.id, ()):
        ahead = session.get(Message, row.behind_id) if row.behind_id is not None else None
        behind = f" Behind message {ahead.id}, {words.TRIGGERS[ahead.trigger]}." if ahead else ""
        until = f"asked again at {row.until:%Y-%m-%d %H:%M} UTC" if row.until else "it does not go"
        yield (
            f"  Would have gone on {row.would_go_at:%Y-%m-%d at %H:%M} UTC. {reasons.REASONS[row.reason]}"
            f"{behind} Decided at {row.at:%Y-%m-%d %H:%M} UTC: {until}."
        )


def _told(decision: Mapping[str, Any], *, is_preview: bool = False) -> Iterator[str]:
    at = datetime.fromisoformat(decision["at"])
    asked = "Asked now, the gate would say" if is_preview else f"At {at:%Y-%m-%d %H:%M} UTC the gate said"
    until = (
        f" until {datetime.fromisoformat(decision['until']):%Y-%m-%d %H:%M} UTC"
        if "until" in decision
        else ""
    )
    reason = decision.get("reason")
    because = f": {reasons.REASONS[Reason(reason)]}" if reason else ""
    yield f"  {asked} {MARKS[decision['answer']]}{until}{because}"
    *passed, last = decision["saw"]
    for name, saw in passed:
        yield f"    yes  {name:<18} {saw}"
    yield f"    {MARKS[decision['answer']]:<4} {last[0]:<18} {last[1]}"
