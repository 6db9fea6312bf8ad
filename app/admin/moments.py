"""Lines of a timeline: what happened when, and how its ring is drawn."""

from datetime import datetime
from typing import NamedTuple

from app.admin import words
from app.messages.models import Message
from app.vocabulary import Medium, MessageState

WHAT = {
    Medium.EMAIL: "Mail",
    Medium.SMS: "Text",
    Medium.WHATSAPP: "WhatsApp message",
    Medium.PUSH: "Notification",
}


class Moment(NamedTuple):
    """One line of a timeline."""

    at: datetime
    kind: str
    """"scan", "late", "unsent" or "": how its ring is drawn."""
    icon: str
    text: str
    more: str = ""
    href: str = ""
    """Where its beginning leads: `about`."""
    about: str = ""
    """What it is about, said before the text."""
    why: tuple[str, ...] = ()
    """What was looked at on the way to it, step by step."""
    again: str = ""
    """Where it is sent again, of a message."""


def told(message: Message) -> Moment:
    """Return what became of a message, with the reason where it did not go."""
    name = words.TRIGGERS[message.trigger]
    reason, what = words.reason(message), WHAT[message.medium]
    once_more = " again" if message.again_of is not None else ""
    match message.state:
        case MessageState.SENT | MessageState.DELIVERED:
            text = f"{what} sent{once_more}: {message.subject or name}"
            return Moment(message.sent_at or message.created_at, "", "mail", text, f"{name}.")
        case MessageState.BOUNCED | MessageState.COMPLAINED:
            text = f"{words.STATES[message.state].label}: {message.subject or name}"
            return Moment(message.sent_at or message.created_at, "late", "warn", text, f"{name}.")
        case MessageState.QUEUED | MessageState.SENDING:
            return Moment(message.due_at, "", "clock", f"{what} waiting to go out{once_more}: {name}")
        case MessageState.SKIPPED:
            return Moment(message.created_at, "unsent", "ban", f"{what} not sent{once_more}: {name}", reason)
        case _:
            became = "failed" if message.state is MessageState.FAILED else "may have been sent"
            return Moment(message.created_at, "late", "warn", f"{what} {became}: {name}", reason)
