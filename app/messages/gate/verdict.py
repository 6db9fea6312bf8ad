"""What the gate looks at, and what it may answer."""

from collections.abc import Hashable
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.audience.grants import Said
from app.messages.gate.manners import USUAL, Manners
from app.vocabulary import Category, Medium, Reason, ShipmentStatus, ShopState, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the gate looks at, as it is at this moment."""

    trigger: Trigger
    medium: Medium
    category: Category
    occasion_at: datetime
    asked_at: datetime
    """When the message was asked for."""
    shop_state: ShopState
    flow_is_on: bool
    has_channel: bool = True
    """Somebody carries the shop's messages of this medium."""
    has_words: bool = True
    """Whoever carries it takes its words: WhatsApp wants an approved template, or a shopper who wrote."""
    address: str | None
    address_is_readable: bool
    suppressed: str | None
    """Why the address is suppressed for this category; None: it is not."""
    said: Said | None
    """What was last said of this category on this medium, at this address."""
    offers: Said | None
    """The same of marketing, which holds the lesser permission as well."""
    ordered_at: datetime | None
    """When this very address was last typed to buy something."""
    country: str | None
    clocks: tuple[ZoneInfo, ...]
    """Whichever of them the recipient lives by, it must be a decent hour."""
    erased: bool
    order_is_test: bool
    order_is_cancelled: bool
    order_age_when_heard: timedelta
    parcels: tuple[ShipmentStatus, ...]
    """Where the parcels are that the message speaks of."""
    offers_are_suppressed: bool = False
    """The address is suppressed for offers, whatever the message is."""
    manners: Manners = USUAL
    """When and how often the shop sends offers."""
    offers_are_paused: bool = False
    """Too many readers called this shop's mail spam; its merchant has to resume them."""
    has_open_case: bool = False
    """The shopper has reported a problem that the merchant has not dealt with."""
    is_taken_back: bool = False
    """The shopper asked to be told on this medium, and no longer wants it."""
    only_if_late: bool = False
    """It tells how far parcels have come that their shopper wants to hear of only if they are late."""
    is_over: bool = False
    """What it tells of was so and is no longer: the parcel that was late has moved on."""
    is_bought: bool = False
    """The cart that it reminds of was bought or emptied."""
    is_behind: bool = False
    """The store has told of orders that were not looked at yet: its reader may have bought."""
    cart_left_at: datetime | None = None
    """When the cart that it reminds of last changed."""
    awaits_code: bool = False
    """The discount that it offers is about to be made in the store."""
    comes_from_flow: bool = False
    """Its flow was asked whether it still stands by it."""
    let_go: str | None = None
    """Why its flow would let go of the recipient by now; None: it would not."""
    sent_lately: tuple[datetime, ...] = ()
    """When messages of this category went to this shopper, on any medium."""
    is_told: bool = False
    """Another message has told this address the same."""
    merged_into: int | None = None
    """The message that has spoken for this one as well."""
    store_tells: bool = False
    """A mail of the store's own, which is on, asks the same."""
    person: Hashable = None
    """Whom the caps count for."""
    news: Hashable = None
    """What it tells to whom: the same for two messages that would say the same."""
    now: datetime


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """It may go later, and is asked about again then."""

    until: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Skipped:
    """It will not go; the merchant can read why."""

    reason: Reason


Objection = Deferred | Skipped
Decision = Allowed | Objection


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided of one message among others of its shopper, and what it stands on."""

    decision: Decision
    facts: Facts
    _: KW_ONLY
    saw: str | None = None
    """What was seen of the others; None: nobody looked, for the gate's answer was enough."""
    behind: int | None = None
    """The message that goes first."""
    would_go_at: datetime | None = None
    """When it would have gone, were there no others; None: they are not why it waits or stays."""
