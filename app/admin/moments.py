"""Lines of a timeline: what happened when, and how its ring is drawn."""

from datetime import datetime
from typing import NamedTuple

from app.admin import words
from app.admin.saying import say
from app.admin.tables import Said
from app.lib.told import tell_as
from app.lib.words import sentence
from app.messages.models import Message
from app.vocabulary import Medium, MessageState

WHAT = Said(
    {
        Medium.EMAIL: sentence("Mail"),
        Medium.SMS: tell_as("a text message", "Text"),
        Medium.WHATSAPP: sentence("WhatsApp message"),
        Medium.PUSH: sentence("Notification"),
    }
)


class Became(NamedTuple):
    """What may become of a message on one medium, as a line of a timeline says it of its subject or name."""

    sent: str
    sent_again: str
    waiting: str
    waiting_again: str
    unsent: str
    unsent_again: str
    failed: str
    unknown: str


BECAME = {
    Medium.EMAIL: Became(
        sent=sentence("Mail sent: %(name)s"),
        sent_again=sentence("Mail sent again: %(name)s"),
        waiting=sentence("Mail waiting to go out: %(name)s"),
        waiting_again=sentence("Mail waiting to go out again: %(name)s"),
        unsent=sentence("Mail not sent: %(name)s"),
        unsent_again=sentence("Mail not sent again: %(name)s"),
        failed=sentence("Mail failed: %(name)s"),
        unknown=sentence("Mail may have been sent: %(name)s"),
    ),
    Medium.SMS: Became(
        sent=sentence("Text sent: %(name)s"),
        sent_again=sentence("Text sent again: %(name)s"),
        waiting=sentence("Text waiting to go out: %(name)s"),
        waiting_again=sentence("Text waiting to go out again: %(name)s"),
        unsent=sentence("Text not sent: %(name)s"),
        unsent_again=sentence("Text not sent again: %(name)s"),
        failed=sentence("Text failed: %(name)s"),
        unknown=sentence("Text may have been sent: %(name)s"),
    ),
    Medium.WHATSAPP: Became(
        sent=sentence("WhatsApp message sent: %(name)s"),
        sent_again=sentence("WhatsApp message sent again: %(name)s"),
        waiting=sentence("WhatsApp message waiting to go out: %(name)s"),
        waiting_again=sentence("WhatsApp message waiting to go out again: %(name)s"),
        unsent=sentence("WhatsApp message not sent: %(name)s"),
        unsent_again=sentence("WhatsApp message not sent again: %(name)s"),
        failed=sentence("WhatsApp message failed: %(name)s"),
        unknown=sentence("WhatsApp message may have been sent: %(name)s"),
    ),
    Medium.PUSH: Became(
        sent=sentence("Notification sent: %(name)s"),
        sent_again=sentence("Notification sent again: %(name)s"),
        waiting=sentence("Notification waiting to go out: %(name)s"),
        waiting_again=sentence("Notification waiting to go out again: %(name)s"),
        unsent=sentence("Notification not sent: %(name)s"),
        unsent_again=sentence("Notification not sent again: %(name)s"),
        failed=sentence("Notification failed: %(name)s"),
        unknown=sentence("Notification may have been sent: %(name)s"),
    ),
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
    """Where it leads: all of it, or `about`."""
    about: str = ""
    """The part of its text that leads there."""
    why: tuple[str, ...] = ()
    """What was looked at on the way to it, step by step."""
    again: str = ""
    """Where it is sent again, of a message."""


def told(message: Message) -> Moment:
    """Return what became of a message, with the reason where it did not go."""
    name, reason = words.TRIGGERS[message.trigger], words.reason(message)
    became, is_again = BECAME[message.medium], message.again_of is not None
    match message.state:
        case MessageState.SENT | MessageState.DELIVERED:
            text = say(became.sent_again if is_again else became.sent, name=message.subject or name)
            return Moment(message.sent_at or message.created_at, "", "mail", text, _by_itself(name))
        case MessageState.BOUNCED:
            text = say("Bounced: %(name)s", name=message.subject or name)
            return Moment(message.sent_at or message.created_at, "late", "warn", text, _by_itself(name))
        case MessageState.COMPLAINED:
            text = say("Called spam: %(name)s", name=message.subject or name)
            return Moment(message.sent_at or message.created_at, "late", "warn", text, _by_itself(name))
        case MessageState.QUEUED | MessageState.SENDING:
            text = say(became.waiting_again if is_again else became.waiting, name=name)
            return Moment(message.due_at, "", "clock", text)
        case MessageState.SKIPPED:
            text = say(became.unsent_again if is_again else became.unsent, name=name)
            return Moment(message.created_at, "unsent", "ban", text, reason)
        case _:
            is_lost = message.state is MessageState.FAILED
            text = say(became.failed if is_lost else became.unknown, name=name)
            return Moment(message.created_at, "late", "warn", text, reason)


def _by_itself(name: str) -> str:
    return say("%(name)s.", name=name)
