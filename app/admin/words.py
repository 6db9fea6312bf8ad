"""Our enums in the merchant's words: a chip of three words at most, and a sentence where it needs one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import format_currency

from app.admin.dates import Calendar
from app.admin.messages.reasons import HELD_BACK, REASONS
from app.flows.models import HeldBack
from app.lib import plugins
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

    label: str
    tone: str = ""


STATUSES = {
    ShipmentStatus.PENDING: Chip("No scan yet", "off"),
    ShipmentStatus.LABEL_CREATED: Chip("Label printed", "off"),
    ShipmentStatus.PICKED_UP: Chip("Picked up"),
    ShipmentStatus.IN_TRANSIT: Chip("On its way"),
    ShipmentStatus.DELAYED: Chip("Running late", "warn"),
    ShipmentStatus.EXCEPTION: Chip("Held up", "bad"),
    ShipmentStatus.ATTEMPT_FAILED: Chip("Delivery missed", "warn"),
    ShipmentStatus.OUT_FOR_DELIVERY: Chip("Out for delivery", "good"),
    ShipmentStatus.AVAILABLE_FOR_PICKUP: Chip("Ready to collect", "good"),
    ShipmentStatus.RETURN_TO_SENDER: Chip("Coming back", "bad"),
    ShipmentStatus.DELIVERED: Chip("Delivered", "good"),
    ShipmentStatus.CANCELLED: Chip("Cancelled", "off"),
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
    MessageState.QUEUED: Chip("Waiting"),
    MessageState.SENDING: Chip("Going out"),
    MessageState.SENT: Chip("Sent", "good"),
    MessageState.DELIVERED: Chip("Delivered", "good"),
    MessageState.BOUNCED: Chip("Bounced", "bad"),
    MessageState.COMPLAINED: Chip("Called spam", "bad"),
    MessageState.FAILED: Chip("Failed", "bad"),
    MessageState.UNKNOWN: Chip("Not sure", "warn"),
    MessageState.HELD: Chip("Held", "warn"),
    MessageState.SKIPPED: Chip("Not sent", "off"),
}

OF_TEXTS = {
    Reason.NO_CHANNEL: "You have no provider of text messages.",
    Reason.NO_ADDRESS: "The order came without a telephone number.",
    Reason.SUPPRESSED: "They asked for no more texts, or their number cannot be reached.",
    Reason.REFUSED: "Your provider of text messages refused it for good.",
    Reason.DROPPED: "It did not get through to their phone.",
    Reason.GAVE_UP: "Your provider of text messages did not take it for two days.",
    Reason.BUDGET_SPENT: "As many texts have gone as you let go in a day: it goes tomorrow.",
}
ON_WHATSAPP = {
    Reason.NO_CHANNEL: "You have no WhatsApp number.",
    Reason.NO_ADDRESS: "The order came without a telephone number.",
    Reason.SUPPRESSED: "They asked for no more messages there, or nobody is on WhatsApp with their number.",
    Reason.REFUSED: "WhatsApp refused it for good.",
    Reason.DROPPED: "WhatsApp took it, and then did not deliver it.",
    Reason.GAVE_UP: "WhatsApp did not take it for two days.",
    Reason.BUDGET_SPENT: "As many WhatsApp messages have gone as you let go in a day: it goes tomorrow.",
}
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
    because = "" if first.reason is message.reason else f", but {HELD_BACK[first.reason]}"
    return f"Would have gone {dates.within(first.would_go_at)}{because}."


def paid(segments: int, price: int | None, currency: str) -> str:
    """Write how many messages a text is paid as, and about what: "2 segments, about $0.016"."""
    counted = plural(segments, "segment")
    if price is None:
        return counted
    cost = (Decimal(price * segments) / texting.MILLION).normalize()
    digits = max(2, -int(cost.as_tuple().exponent))
    written = format_currency(
        cost, currency, locale="en", decimal_quantization=False, format=f"¤#,##0.{'0' * digits}"
    )
    return f"{counted}, about {written}"


TRIGGERS = {
    Trigger.THANK_YOU: "Thank-you",
    Trigger.SHIPPED: "Shipped",
    Trigger.OUT_FOR_DELIVERY: "Out for delivery",
    Trigger.DELIVERED: "Delivered",
    Trigger.READY_TO_COLLECT: "Ready to collect",
    Trigger.PICKUP_REMINDER: "Reminder to collect",
    Trigger.ATTEMPT_FAILED: "Delivery attempt failed",
    Trigger.LABEL_CREATED: "Packed",
    Trigger.IN_TRANSIT: "On its way",
    Trigger.RUNNING_LATE: "Running late",
    Trigger.ABANDONED_CHECKOUT: "Cart reminder",
    Trigger.REVIEW_REQUEST: "Review request",
    Trigger.WIN_BACK: "Win-back",
    Trigger.CHECK_IN: "Check-in",
    Trigger.REPLENISHMENT: "Buy it again",
    Trigger.WELCOME: "Welcome",
    Trigger.LAPSED_SURVEY: "Question to who stayed away",
    Trigger.BACK_IN_STOCK: "Back in stock",
    Trigger.CASE_REPLY: "Your answer",
    Trigger.REVIEW_REPLY: "Your answer to a review",
    Trigger.BULLETIN: "Your message to many",
    Trigger.OWN_ORDERS: "Link to all their orders",
    Trigger.CONFIRM_RECIPIENT: "Asked to get updates",
    Trigger.CONFIRM_WAITING: "Asked to confirm that they wait",
    Trigger.CONFIRM_OFFERS: "Asked to confirm",
}

GRADES = {1: "very bad", 2: "bad", 3: "all right", 4: "good", 5: "very good"}

CASES = {
    CaseKind.NOT_RECEIVED: "It is said to be delivered, and they do not have it.",
    CaseKind.PROBLEM: "Something is wrong with it.",
}

WISHES = {CaseWish.ANSWER: "an answer", CaseWish.REFUND: "their money back", CaseWish.RESEND: "it sent again"}


WITH_STATES = ("US", "CA", "AU", None)
"""Where people know the codes of regions; None where the country is not told."""


DETAILS = {
    "label_purchased": "",
    "label_printed": "",
    "confirmed": "",
    "returning": "",
    "recipient_action_required": "The shopper has to act",
    "collected_by_recipient": "Collected by the shopper",
    "unknown": "The carrier’s word is new to us",
}
"""Details that need better words than their own, or none because the status says it all."""


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


DOUBTS = {
    Doubt.FUTURE: "Its time had not come yet.",
    Doubt.BEFORE_ORDER: "It is from long before the order: the number was somebody else’s then.",
}


def source(key: str) -> str:
    """Return who told of a scan: "EasyPost"."""
    if key == MERCHANT:
        return "Your team"
    found = plugins.discover("app.carriers").get(key) or plugins.discover("app.platforms").get(key)
    return str(found.label) if found else key


def sentence(said: str | None) -> str:
    """Write what somebody answered as a sentence."""
    return f"{said[0].upper()}{said[1:].rstrip('.')}." if said else ""


def plural(number: int, one: str, many: str | None = None) -> str:
    """Count in words: (1, "parcel") → "1 parcel", (1200, "parcel") → "1,200 parcels"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
