"""What shoppers said about messages, where and how sure that is, in the merchant's words."""

from app.admin.words import Chip
from app.audience.models import ConsentRow
from app.vocabulary import Category, ConsentSource, ConsentState, Medium

MEDIA = {
    Medium.EMAIL: "E-mail",
    Medium.SMS: "Text",
    Medium.WHATSAPP: "WhatsApp",
    Medium.PUSH: "Browser",
}
CATEGORIES = {Category.MARKETING: "offers", Category.TRANSACTIONAL: "shipping news"}

WHERE = {
    ConsentSource.ORDER: "by ordering",
    ConsentSource.CHECKOUT: "in the box at the checkout",
    ConsentSource.SHOPIFY: "as Shopify’s record says",
    ConsentSource.TRACKING_PAGE: "on the tracking page",
    ConsentSource.PREFERENCES: "by the link in a message",
    ConsentSource.ONE_CLICK: "with the mailbox’s own button",
    ConsentSource.CONFIRMATION: "by the link that asked them to confirm",
    ConsentSource.KEYWORD: "by text, from this very number",
    ConsentSource.IMPORT: "on a list that you brought in",
    ConsentSource.MERCHANT: "entered by you",
    ConsentSource.RECORD_DELETED: "as the store deleted its record of them",
}
SAID = {
    ConsentState.SUBSCRIBED: "Said yes",
    ConsentState.UNSUBSCRIBED: "Said no",
    ConsentState.PENDING: "Said yes, not confirmed yet",
    ConsentState.NOT_SUBSCRIBED: "Did not agree",
}

STOPPED = {
    "unsubscribed": "They said no.",
    "bounced": "The address does not exist (any more).",
    "complained": "They called a message spam.",
}
"""Why an address is not written to; any other reason is a provider's own word."""


def about(medium: Medium, category: Category) -> str:
    """Return what kind of message a consent is for: "E-mail, offers"."""
    return f"{MEDIA[medium]}, {CATEGORIES[category]}"


def said(row: ConsentRow) -> str:
    """Return what was said, and where: "Said yes in the box at the checkout"."""
    return f"{SAID[row.state]} {WHERE[row.source]}"


def stopped(reason: str) -> str:
    """Return why an address is not written to."""
    return STOPPED.get(reason) or f"It is not written to: {reason.replace('_', ' ')}."


def seal(row: ConsentRow, *, is_unchanged: bool) -> Chip:
    """Return whether the record of what was said is as it was written."""
    if row.seal is None:
        return Chip("Older than seals", "off")
    return Chip("Sealed", "good") if is_unchanged else Chip("Changed since", "bad")


def standing(*, is_on: bool, is_stopped: bool) -> Chip:
    """Return whether messages of a kind go to an address."""
    if is_stopped:
        return Chip("Stopped", "bad")
    return Chip("Yes", "good") if is_on else Chip("No", "off")
