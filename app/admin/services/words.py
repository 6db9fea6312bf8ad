"""What others are told of, and how that goes, in the merchant's words."""

from app.admin.words import Chip
from app.events import KINDS
from app.hooks.happenings import TYPES
from app.hooks.models import OffBecause
from app.listeners.base import ListenerKind, about
from app.tracking.exceptions.evidence import LABELS
from app.vocabulary import CallReason, CallState

CALL_STATES = {
    CallState.WAITING: Chip("Waiting"),
    CallState.DONE: Chip("Told", "good"),
    CallState.SKIPPED: Chip("Not told", "off"),
    CallState.PARKED: Chip("Not taken", "bad"),
}

OFF_BECAUSE = {
    OffBecause.MERCHANT: "You switched it off.",
    OffBecause.FAILING: "It took nothing for five days, so Doorstep stopped telling it.",
    OffBecause.GONE: "It said that it is there no longer.",
    OffBecause.REFUSED: "It refuses the keys that you entered.",
}

LISTENERS = {
    ListenerKind.ENDPOINT: "Your own servers",
    ListenerKind.MARKETING: "Marketing tools",
    ListenerKind.ALERT: "Alerts for your team",
    ListenerKind.DESK: "Help desks",
}

HEARS = {
    "order.placed": "An order is placed",
    "order.edited": "An order is changed",
    "order.cancelled": "An order is cancelled",
    "order.refunded": "Money is given back",
    "shipment.registered": "A parcel is sent",
    "shipment.updated": "A parcel reaches another status",
    "exception.opened": "Something goes wrong with a parcel",
    "exception.aged": "It is wrong for longer",
    "exception.cleared": "It is right again",
    "case.opened": "A shopper reports a problem",
    "case.answered": "You answer them",
    "case.closed": "The problem is dealt with",
    "variant.restocked": "Something can be bought again",
    "variant.sold_out": "Something is sold out",
    "consent.changed": "A shopper agrees to messages, or no longer",
    "customer.erased": "A shopper’s data is erased",
    "connection.broken": "Your store can no longer be read",
    "flow.step": "Somebody comes to a “webhook” of a flow",
    "flow.alert": "Somebody comes to an “alert” of a flow",
    "flow.ticket": "Somebody comes to a “ticket” of a flow",
    **{about(kind): f"“{label}” opens" for kind, label in LABELS.items()},
}
"""What may be told to others, by its name there."""


NOT_TOLD = {
    CallReason.SWITCHED_OFF: "It was switched off.",
    CallReason.ERASED: "Its shopper’s data was erased.",
    CallReason.DECLINED: "Its shopper wants no messages.",
    CallReason.SUPERSEDED: "By then it was no longer so.",
    CallReason.SHOP_GONE: "Your store was disconnected.",
    CallReason.USELESS: "It has no use for this.",
    CallReason.KNOWN: "It knew already.",
    CallReason.NOT_OURS: "Somebody else keeps it there.",
}


def not_told(reason: CallReason) -> str:
    """Say why somebody was not told something."""
    return NOT_TOLD[reason]


FORGETTING = "A shopper to be forgotten"


def happened(kind: str) -> str:
    """Say what an event of ours is in what others are told."""
    known = KINDS.get(kind)
    return HEARS.get(TYPES.get(known, "") if known else "", "What happened")
