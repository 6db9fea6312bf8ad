"""What whoever is told of what happens must be able to do; what we tell is docs/outgoing-webhooks.md.

A listener is one file in this folder that ends in `PLUGIN = Listener(…)`. It translates and does not decide:
every function is pure, from what happened to a request, and from an answer to what was made. The call table
says "once" (ADR 15), jobs/hooks.py speaks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum

from app.lib.reading import Json
from app.vocabulary import ExceptionKind

Keys = Mapping[str, str]
"""What the merchant entered, by the names of its fields, and what we made for them."""

ORDERS = ("order.placed", "order.edited", "order.cancelled", "order.refunded")
PARCELS = ("shipment.registered", "shipment.updated")
TROUBLE = ("exception.opened", "exception.aged", "exception.cleared")
CASES = ("case.opened", "case.answered", "case.closed")
STOCK = ("variant.restocked", "variant.sold_out")
PEOPLE = ("consent.changed", "customer.erased")
SHOP = ("connection.broken",)
FLOWS = ("flow.step",)
EVERYTHING = (*ORDERS, *PARCELS, *TROUBLE, *CASES, *STOCK, *PEOPLE, *SHOP, *FLOWS)
"""Every type of event that is told outside."""


def about(kind: ExceptionKind) -> str:
    """Name one thing that may be wrong, for whoever wants to hear of it and not of others."""
    return f"exception:{kind}"


WRONG = tuple(about(kind) for kind in ExceptionKind if kind is not ExceptionKind.REPORTED)
"""What may be wrong with a parcel; of what its shopper reports, the case tells."""
ALARMS = (*WRONG, "case.opened", *SHOP, "flow.alert")
"""What people may be alerted to."""
TICKETS = ("case.opened", *WRONG, "flow.ticket")
"""What may become a ticket."""
NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


class Unfit(Exception):
    """What the merchant entered cannot be used: the sentence says why; in which field, if that is known."""

    def __init__(self, said: str, field: str = "") -> None:
        super().__init__(said)
        self.field = field


class ListenerKind(StrEnum):
    """What a listener is to the merchant."""

    ENDPOINT = "endpoint"
    """A server of their own: told of whatever they choose, as we write it."""
    MARKETING = "marketing"
    """Writes to shoppers itself: told only of those who may be written to about their orders."""
    ALERT = "alert"
    """People: what happens within minutes is told in one message."""
    DESK = "desk"
    """A help desk: one ticket for each thing that is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that the merchant has to enter."""

    name: str
    label: str
    help: str = ""
    is_secret: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, ready to go."""

    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to the merchant's own people."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something to tell, once."""

    told: Json
    """What happened, as docs/outgoing-webhooks.md says; its "id" is the same however often it is told."""
    key: str
    """Names this telling for good: for whoever knows idempotency keys."""
    at: datetime
    """When this try is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """By what a service knows a shopper, or something that was made about them: one of these."""

    email: str = ""
    phone: str = ""
    made: str = ""
    """What it calls that which we had it make."""
    key: str = ""
    """Our name for what it may have made, where what it calls that was lost: it is asked first."""

    def plain(self) -> dict[str, str]:
        """Return it as data."""
        return {name: value for name, value in asdict(self).items() if value}


def is_name(typed: str) -> bool:
    """Tell whether something can stand before a service's domain."""
    return NAME.fullmatch(typed) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One listener's plug-in."""

    key: str
    """Names it in addresses and rows; lower case, never changed."""
    label: str
    kind: ListenerKind
    fields: tuple[Field, ...]
    manual: str
    """Where in its own pages the merchant finds these."""
    hears: tuple[str, ...]
    """The types of events that it can be told of."""
    starts_with: tuple[str, ...]
    """Those that it is told of unless the merchant chooses others."""
    check: Callable[[Keys], None]
    """Raises Unfit for what cannot be used; asks nobody."""
    request: Callable[[Keys, Occasion], Request | None] = lambda _, __: None
    """How it is told; None: it has no use for this."""
    letter: Callable[[Keys, Occasion], Letter] | None = None
    """How it is told by mail; None: by a request."""
    made: Callable[[Json], str | None] = lambda _: None
    """An answer → what it calls that which was made."""
    asked: Callable[[Keys, Occasion], Request] | None = None
    """How it is asked, before it is told again, whether it was; None: the same key twice is once there."""
    is_known: Callable[[Json, Occasion], str | None] = lambda _, __: None
    """That answer → what was made the first time."""
    forget: Callable[[Keys, Known], Request] | None = None
    """How it is asked to forget a shopper; None: it cannot be, or hears of it as of all that happens."""
    forgets: str | None = None
    """What that asks of it, in words."""
    makes: Callable[[], Mapping[str, str]] = dict
    """What we make for the merchant: a secret to sign with."""
    was_tried: bool = False
    """Whether this plug-in was ever run against the real service; the admin says so."""
