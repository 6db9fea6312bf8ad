"""What shoppers said about messages, where and how sure that is, in the merchant's words."""

from app.admin.saying import say
from app.admin.tables import Said
from app.admin.words import Chip
from app.audience.models import ConsentRow
from app.lib.words import sentence
from app.vocabulary import Category, ConsentSource, ConsentState, Medium

KINDS = Said(
    {
        (Medium.EMAIL, Category.MARKETING): sentence("E-mail, offers"),
        (Medium.EMAIL, Category.TRANSACTIONAL): sentence("E-mail, shipping news"),
        (Medium.SMS, Category.MARKETING): sentence("Text, offers"),
        (Medium.SMS, Category.TRANSACTIONAL): sentence("Text, shipping news"),
        (Medium.WHATSAPP, Category.MARKETING): sentence("WhatsApp, offers"),
        (Medium.WHATSAPP, Category.TRANSACTIONAL): sentence("WhatsApp, shipping news"),
        (Medium.PUSH, Category.MARKETING): sentence("Browser, offers"),
        (Medium.PUSH, Category.TRANSACTIONAL): sentence("Browser, shipping news"),
    }
)
"""What kind of message a consent is for."""

WHERE = Said(
    {
        ConsentSource.ORDER: sentence("by ordering"),
        ConsentSource.CHECKOUT: sentence("in the box at the checkout"),
        ConsentSource.SHOPIFY: sentence("as Shopify’s record says"),
        ConsentSource.TRACKING_PAGE: sentence("on the tracking page"),
        ConsentSource.PREFERENCES: sentence("by the link in a message"),
        ConsentSource.ONE_CLICK: sentence("with the mailbox’s own button"),
        ConsentSource.CONFIRMATION: sentence("by the link that asked them to confirm"),
        ConsentSource.KEYWORD: sentence("by text, from this very number"),
        ConsentSource.IMPORT: sentence("on a list that you brought in"),
        ConsentSource.MERCHANT: sentence("entered by you"),
        ConsentSource.RECORD_DELETED: sentence("as the store deleted its record of them"),
    }
)
SAID = {
    ConsentState.SUBSCRIBED: sentence("Said yes %(where)s"),
    ConsentState.UNSUBSCRIBED: sentence("Said no %(where)s"),
    ConsentState.PENDING: sentence("Said yes, not confirmed yet %(where)s"),
    ConsentState.NOT_SUBSCRIBED: sentence("Did not agree %(where)s"),
}

STOPPED = Said(
    {
        "unsubscribed": sentence("They said no."),
        "bounced": sentence("The address does not exist (any more)."),
        "complained": sentence("They called a message spam."),
    }
)
"""Why an address is not written to; any other reason is a provider's own word."""


def about(medium: Medium, category: Category) -> str:
    """Return what kind of message a consent is for: "E-mail, offers"."""
    return KINDS[medium, category]


def said(row: ConsentRow) -> str:
    """Return what was said, and where: "Said yes in the box at the checkout"."""
    return say(SAID[row.state], where=WHERE[row.source])


def stopped(reason: str) -> str:
    """Return why an address is not written to."""
    if reason in STOPPED:
        return STOPPED[reason]
    return say("It is not written to: %(why)s.", why=reason.replace("_", " "))


def seal(row: ConsentRow, *, is_unchanged: bool) -> Chip:
    """Return whether the record of what was said is as it was written."""
    if row.seal is None:
        return Chip(sentence("Older than seals"), "off")
    return Chip(sentence("Sealed"), "good") if is_unchanged else Chip(sentence("Changed since"), "bad")


def standing(*, is_on: bool, is_stopped: bool) -> Chip:
    """Return whether messages of a kind go to an address."""
    if is_stopped:
        return Chip(sentence("Stopped"), "bad")
    return Chip(sentence("Yes"), "good") if is_on else Chip(sentence("No"), "off")
