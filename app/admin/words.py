"""Our enums in the merchant's words: a chip of three words at most, and a sentence where it needs one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import format_currency

from app.admin.dates import Calendar
from app.admin.details import DETAILS
from app.admin.messages.reasons import HELD_BACK, REASONS, WOULD_HAVE_GONE
from app.admin.saying import locale, say, say_many
from app.admin.tables import Said
from app.flows.models import HeldBack
from app.lib import plugins
from app.lib.words import sentence
from app.messages.models import Message
from app.shops import texting
from app.tracking.exceptions import evidence
from app.tracking.scans.progress import MERCHANT
from app.tracking.scans.scans import Doubt
from app.vocabulary import (
    CaseKind,
    CaseWish,
    ExceptionKind,
    Medium,
    MessageState,
    Reason,
    ShipmentStatus,
    Trigger,
)


class Chip(NamedTuple):
    """A state in words; `tone` gives it its shape and color."""

    sentence: str
    tone: str = ""

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return say(self.sentence)


STATUSES = {
    ShipmentStatus.PENDING: Chip(sentence("No scan yet"), "off"),
    ShipmentStatus.LABEL_CREATED: Chip(sentence("Label printed"), "off"),
    ShipmentStatus.PICKED_UP: Chip(sentence("Picked up")),
    ShipmentStatus.IN_TRANSIT: Chip(sentence("On its way")),
    ShipmentStatus.DELAYED: Chip(sentence("Running late"), "warn"),
    ShipmentStatus.EXCEPTION: Chip(sentence("Held up"), "bad"),
    ShipmentStatus.ATTEMPT_FAILED: Chip(sentence("Delivery missed"), "warn"),
    ShipmentStatus.OUT_FOR_DELIVERY: Chip(sentence("Out for delivery"), "good"),
    ShipmentStatus.AVAILABLE_FOR_PICKUP: Chip(sentence("Ready to collect"), "good"),
    ShipmentStatus.RETURN_TO_SENDER: Chip(sentence("Coming back"), "bad"),
    ShipmentStatus.DELIVERED: Chip(sentence("Delivered"), "good"),
    ShipmentStatus.CANCELLED: Chip(sentence("Cancelled"), "off"),
}

GRAVE = (
    ExceptionKind.REPORTED,
    ExceptionKind.PRESUMED_LOST,
    ExceptionKind.RETURNED,
    ExceptionKind.RETURNING,
    ExceptionKind.HELD_UP,
    ExceptionKind.INVALID_NUMBER,
)
EXCEPTIONS = {
    kind: Chip(label, "bad" if kind in GRAVE else "warn") for kind, label in evidence.LABELS.items()
}

STATES = {
    MessageState.QUEUED: Chip(sentence("Waiting")),
    MessageState.SENDING: Chip(sentence("Going out")),
    MessageState.SENT: Chip(sentence("Sent"), "good"),
    MessageState.DELIVERED: Chip(sentence("Delivered"), "good"),
    MessageState.BOUNCED: Chip(sentence("Bounced"), "bad"),
    MessageState.COMPLAINED: Chip(sentence("Called spam"), "bad"),
    MessageState.FAILED: Chip(sentence("Failed"), "bad"),
    MessageState.UNKNOWN: Chip(sentence("Not sure"), "warn"),
    MessageState.HELD: Chip(sentence("Held"), "warn"),
    MessageState.SKIPPED: Chip(sentence("Not sent"), "off"),
}

OF_TEXTS = Said(
    {
        Reason.NO_CHANNEL: sentence("You have no provider of text messages."),
        Reason.NO_ADDRESS: sentence("The order came without a telephone number."),
        Reason.SUPPRESSED: sentence("They asked for no more texts, or their number cannot be reached."),
        Reason.REFUSED: sentence("Your provider of text messages refused it for good."),
        Reason.DROPPED: sentence("It did not get through to their phone."),
        Reason.GAVE_UP: sentence("Your provider of text messages did not take it for two days."),
        Reason.BUDGET_SPENT: sentence("As many texts have gone as you let go in a day: it goes tomorrow."),
    }
)
ON_WHATSAPP = Said(
    {
        Reason.NO_CHANNEL: sentence("You have no WhatsApp number."),
        Reason.NO_ADDRESS: sentence("The order came without a telephone number."),
        Reason.SUPPRESSED: sentence(
            "They asked for no more messages there, or nobody is on WhatsApp with their number."
        ),
        Reason.REFUSED: sentence("WhatsApp refused it for good."),
        Reason.DROPPED: sentence("WhatsApp took it, and then did not deliver it."),
        Reason.GAVE_UP: sentence("WhatsApp did not take it for two days."),
        Reason.BUDGET_SPENT: sentence(
            "As many WhatsApp messages have gone as you let go in a day: it goes tomorrow."
        ),
    }
)
OTHERWISE: Mapping[Medium, Mapping[Reason, str]] = {Medium.SMS: OF_TEXTS, Medium.WHATSAPP: ON_WHATSAPP}
"""Where other messages need other words than a mail."""


def reason(message: Message) -> str:
    """Say why a message was not sent, or not yet."""
    if message.reason is None:
        return ""
    other = OTHERWISE.get(message.medium, {})
    return other.get(message.reason, REASONS[message.reason])


def held_back(message: Message, rows: Sequence[HeldBack], dates: Calendar) -> str:
    """Say when a message would have gone if there were no others, and what came between."""
    first = rows[0]
    known = first.reason is message.reason
    return say(WOULD_HAVE_GONE if known else HELD_BACK[first.reason], when=dates.within(first.would_go_at))


def paid(segments: int, price: int | None, currency: str) -> str:
    """Write how many messages a text is paid as, and about what: "2 segments, about $0.016"."""
    if price is None:
        return say_many("%(count)s segment", "%(count)s segments", segments)
    cost = (Decimal(price * segments) / texting.MILLION).normalize()
    about = format_currency(cost, currency, locale=locale(), decimal_quantization=False)
    return say_many(
        "%(count)s segment, about %(cost)s", "%(count)s segments, about %(cost)s", segments, cost=about
    )


TRIGGERS = Said(
    {
        Trigger.THANK_YOU: sentence("Thank-you"),
        Trigger.SHIPPED: sentence("Shipped"),
        Trigger.OUT_FOR_DELIVERY: sentence("Out for delivery"),
        Trigger.DELIVERED: sentence("Delivered"),
        Trigger.READY_TO_COLLECT: sentence("Ready to collect"),
        Trigger.PICKUP_REMINDER: sentence("Reminder to collect"),
        Trigger.ATTEMPT_FAILED: sentence("Delivery attempt failed"),
        Trigger.LABEL_CREATED: sentence("Packed"),
        Trigger.IN_TRANSIT: sentence("On its way"),
        Trigger.RUNNING_LATE: sentence("Running late"),
        Trigger.ABANDONED_CHECKOUT: sentence("Cart reminder"),
        Trigger.REVIEW_REQUEST: sentence("Review request"),
        Trigger.WIN_BACK: sentence("Win-back"),
        Trigger.CHECK_IN: sentence("Check-in"),
        Trigger.REPLENISHMENT: sentence("Buy it again"),
        Trigger.WELCOME: sentence("Welcome"),
        Trigger.LAPSED_SURVEY: sentence("Question to who stayed away"),
        Trigger.BACK_IN_STOCK: sentence("Back in stock"),
        Trigger.CASE_REPLY: sentence("Your answer"),
        Trigger.REVIEW_REPLY: sentence("Your answer to a review"),
        Trigger.BULLETIN: sentence("Your message to many"),
        Trigger.OWN_ORDERS: sentence("Link to all their orders"),
        Trigger.CONFIRM_RECIPIENT: sentence("Asked to get updates"),
        Trigger.CONFIRM_WAITING: sentence("Asked to confirm that they wait"),
        Trigger.CONFIRM_OFFERS: sentence("Asked to confirm"),
    }
)

GRADES = Said(
    {
        1: sentence("very bad"),
        2: sentence("bad"),
        3: sentence("all right"),
        4: sentence("good"),
        5: sentence("very good"),
    }
)

CASES = Said(
    {
        CaseKind.NOT_RECEIVED: sentence("It is said to be delivered, and they do not have it."),
        CaseKind.PROBLEM: sentence("Something is wrong with it."),
    }
)

WISHES = Said(
    {
        CaseWish.ANSWER: sentence("an answer"),
        CaseWish.REFUND: sentence("their money back"),
        CaseWish.RESEND: sentence("it sent again"),
    }
)


WITH_STATES = ("US", "CA", "AU", None)
"""Where people know the codes of regions; None where the country is not told."""


def detail(word: str | None) -> str:
    """Write a status's detail as people do: "address_issue" → "Address issue"."""
    return DETAILS.get(word, word.replace("_", " ").capitalize()) if word else ""


def place(city: str | None, region: str | None, country: str | None) -> str:
    """Write where something is: "Denver, CO", "Galway, IE"; a region's code means nothing to most."""
    wider = region if region and country in WITH_STATES else country
    return ", ".join(part for part in (city, wider) if part)


def masked(address: str | None) -> str:
    """Show enough of an address to know it again: "ada@example.com" → "a•••@example.com"."""
    if not address:
        return ""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}•••{at}{host}" if at else f"•••{address[-2:]}"


DOUBTS = Said(
    {
        Doubt.FUTURE: sentence("Its time had not come yet."),
        Doubt.BEFORE_ORDER: sentence(
            "It is from long before the order: the number was somebody else’s then."
        ),
    }
)


def source(key: str) -> str:
    """Return who told of a scan: "EasyPost"."""
    if key == MERCHANT:
        return say("Your team")
    found = plugins.discover("app.carriers").get(key) or plugins.discover("app.platforms").get(key)
    return str(found.label) if found else key


def as_sentence(said: str | None) -> str:
    """Write what somebody answered as a sentence."""
    return f"{said[0].upper()}{said[1:].rstrip('.')}." if said else ""
