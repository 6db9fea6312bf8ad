"""What others are told of, and how that goes, in the merchant's words."""

from app.admin.saying import say
from app.admin.tables import Said
from app.admin.words import Chip
from app.events import KINDS
from app.hooks.happenings import TYPES
from app.hooks.models import OffBecause
from app.lib.words import sentence
from app.listeners.base import ListenerKind, about
from app.tracking.exceptions.evidence import LABELS
from app.vocabulary import CallReason, CallState

CALL_STATES = {
    CallState.WAITING: Chip(sentence("Waiting")),
    CallState.DONE: Chip(sentence("Told"), "good"),
    CallState.SKIPPED: Chip(sentence("Not told"), "off"),
    CallState.PARKED: Chip(sentence("Not taken"), "bad"),
}

OFF_BECAUSE = Said(
    {
        OffBecause.MERCHANT: sentence("You switched it off."),
        OffBecause.FAILING: sentence("It took nothing for five days, so Doorstep stopped telling it."),
        OffBecause.GONE: sentence("It said that it is there no longer."),
        OffBecause.REFUSED: sentence("It refuses the keys that you entered."),
    }
)

LISTENERS = Said(
    {
        ListenerKind.ENDPOINT: sentence("Your own servers"),
        ListenerKind.MARKETING: sentence("Marketing tools"),
        ListenerKind.ALERT: sentence("Alerts for your team"),
        ListenerKind.DESK: sentence("Help desks"),
    }
)

HEARS = Said(
    {
        "order.placed": sentence("An order is placed"),
        "order.edited": sentence("An order is changed"),
        "order.cancelled": sentence("An order is cancelled"),
        "order.refunded": sentence("Money is given back"),
        "shipment.registered": sentence("A parcel is sent"),
        "shipment.updated": sentence("A parcel reaches another status"),
        "exception.opened": sentence("Something goes wrong with a parcel"),
        "exception.aged": sentence("It is wrong for longer"),
        "exception.cleared": sentence("It is right again"),
        "case.opened": sentence("A shopper reports a problem"),
        "case.answered": sentence("You answer them"),
        "case.closed": sentence("The problem is dealt with"),
        "variant.restocked": sentence("Something can be bought again"),
        "variant.sold_out": sentence("Something is sold out"),
        "consent.changed": sentence("A shopper agrees to messages, or no longer"),
        "customer.erased": sentence("A shopper’s data is erased"),
        "connection.broken": sentence("Your store can no longer be read"),
        "flow.step": sentence("Somebody comes to a “webhook” of a flow"),
        "flow.alert": sentence("Somebody comes to an “alert” of a flow"),
        "flow.ticket": sentence("Somebody comes to a “ticket” of a flow"),
    }
)
"""What may be told to others, by its name there; that an exception opens is told of each kind."""
OPENED = {about(kind): kind for kind in LABELS}


NOT_TOLD = Said(
    {
        CallReason.SWITCHED_OFF: sentence("It was switched off."),
        CallReason.ERASED: sentence("Its shopper’s data was erased."),
        CallReason.DECLINED: sentence("Its shopper wants no messages."),
        CallReason.SUPERSEDED: sentence("By then it was no longer so."),
        CallReason.SHOP_GONE: sentence("Your store was disconnected."),
        CallReason.USELESS: sentence("It has no use for this."),
        CallReason.KNOWN: sentence("It knew already."),
        CallReason.NOT_OURS: sentence("Somebody else keeps it there."),
    }
)


def not_told(reason: CallReason) -> str:
    """Say why somebody was not told something."""
    return NOT_TOLD[reason]


FORGETTING = sentence("A shopper to be forgotten")


def heard(name: str) -> str:
    """Say what may be told to others."""
    if name in OPENED:
        return say("“%(problem)s” opens", problem=say(LABELS[OPENED[name]]))
    return HEARS.get(name) or say("What happened")


def happened(kind: str) -> str:
    """Say what an event of ours is in what others are told."""
    known = KINDS.get(kind)
    return heard(TYPES.get(known, "") if known else "")
