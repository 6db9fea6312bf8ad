"""What a platform must be able to do, and what it tells of shoppers, shops and their rights.

What was bought, sent and seen is in purchases.py; the same rules hold for all records there and here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.lib.reading import Json
from app.platforms.purchases import (
    Checkout,
    Fulfillment,
    Location,
    Order,
    OrderDeleted,
    OrderEdited,
    Past,
    Person,
    Product,
    Refund,
    Scan,
    StockLevel,
    Variant,
)
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, PlatformKey, ShipmentStatus, Trigger


class UnknownTopic(Exception):
    """A genuine delivery of a topic that we have no use for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a shopper has said about one category of messages on one medium."""

    person: Person
    medium: Medium
    category: Category = Category.MARKETING
    state: ConsentState
    source: ConsentSource
    at: datetime | None
    address: str | None = None
    """Where it counts; None: at the person's own e-mail address, or telephone number."""
    is_confirmed: bool = False
    """It was said again from the address itself: double opt-in."""
    wording: str | None = None
    """The sentence that they agreed to, as they read it."""
    proof: Mapping[str, str] = field(default_factory=dict)
    """What else shows that they did: which page, which message. No personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDeleted:
    """The store has deleted its record of a shopper; their orders stay."""

    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMerged:
    """The store has made one record of two."""

    kept_id: str
    gone_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopChanged:
    """The store's own name, zone, currency or language."""

    name: str | None = None
    url: str | None = None
    """The storefront's address, without slash at the end."""
    email: str | None = None
    timezone: str | None = None
    currency: str | None = None
    locale: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopesChanged:
    """What the merchant lets us do."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uninstalled:
    """The store claims that the app was removed; to be believed once the token is found dead."""


class PrivacyKind(StrEnum):
    """What the law lets a shopper or a merchant ask for."""

    EXPORT = "export"
    ERASE_PERSON = "erase_person"
    ERASE_SHOP = "erase_shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """A request to export or erase; due within 30 days."""

    kind: PrivacyKind
    external_id: str
    """The store's id of the request, or one made of its content."""
    person: Person | None = None
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStore:
    """The delivery only says that something changed; the store must be asked what."""

    errand: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The store can no longer see its own data on our behalf; the merchant has to reconnect."""

    reason: str


Record = (
    Order
    | Fulfillment
    | Scan
    | Checkout
    | Product
    | Variant
    | Location
    | StockLevel
    | Refund
    | Person
    | Past
    | Consent
    | PersonDeleted
    | PersonMerged
    | OrderDeleted
    | OrderEdited
    | ShopChanged
    | ScopesChanged
    | Uninstalled
    | PrivacyRequest
    | AskStore
    | Broken
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a delivery's headers say; none of it is signed."""

    topic: str
    identity: str
    """Unique to this delivery, the same when the store repeats it."""


class Mailer(NamedTuple):
    """A plug-in of a store that can mail shoppers by itself."""

    label: str
    triggers: tuple[Trigger, ...]
    """The flows that it may double."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform's plug-in: how to read what its stores send. All functions are pure."""

    key: PlatformKey
    label: str
    signature_header: str
    envelope: Callable[[Mapping[str, str], bytes], Envelope]
    """Lower-case headers and raw body → what the headers say; raises Unreadable."""
    sender: Callable[[Mapping[str, str], str], str]
    """Headers and what follows the platform's name in the URL → the claimed shop; raises Unreadable."""
    is_ping: Callable[[Mapping[str, str], bytes], bool]
    """Whether an unsigned request is the platform's harmless greeting, to be answered 200."""
    dated: Callable[[str, bytes], bool]
    """Topic and raw body → whether the body carries its own updated time (cheap: called before the 200)."""
    parse: Callable[[str, Json, str], tuple[Record, ...]]
    """Topic, body and the shop's currency → records; raises UnknownTopic, Unreadable."""
    shop_named: Callable[[str, Json], str | None]
    """Topic and body → the shop's domain where the body names it, lower case."""
    order_errand: str | None = None
    """The errand that asks for an order of which only parts have come; None where orders come whole."""
    erased_errand: str | None = None
    """The errand that asks whether a shopper was erased of whose orders one was made anonymous."""
    stock_errand: str | None = None
    """The errand that asks what there is of a thing that we did not know; None where it is always told."""
    tracking_mails: Mapping[Trigger, tuple[str, ...]] = field(default_factory=dict)
    """The store's own mails that our flows would double, by the flow, as the store calls them."""
    mail_settings: Mapping[str, str] = field(default_factory=dict)
    """Under which name a store tells whether each of those is on; empty where it tells nobody."""
    mailers: Mapping[str, Mailer] = field(default_factory=dict)
    """The store's plug-ins that mail shoppers as well, by what the store calls them."""
    mails_page: str = ""
    """Where the merchant switches those off: an address with {domain} and {url} of the shop."""
    tells: Mapping[ShipmentStatus, str] = field(default_factory=dict)
    """How a store is told where a parcel is, in its own words; what has none here is not told."""
    tells_with: str | None = None
    """The scope that this takes; None: none that a merchant could withhold."""
    told_mails: tuple[str, ...] = ()
    """The store's own mails that go out whenever it is told so, as it calls them."""
    marks_with: Mapping[str, str] = field(default_factory=dict)
    """The scope that leaving a mark takes, by the mark; none: no scope that a merchant could withhold."""
    keeps_consent: tuple[Medium, ...] = ()
    """On which media the store has a record of who agreed to offers."""
    keeps_consent_with: str | None = None
    """The scope that writing there takes; None: none that a merchant could withhold."""
    keeps_consent_of_guests: bool = False
    """Whether that can be written of who has no account, too."""
    cart_of: str = ""
    """Which address fills a cart: one with {url} of the shop, and {things} as "variant:quantity,…"."""
    carts_last: bool = False
    """Whether the address that the store tells of a cart finds it for as long as we remind of it."""
    cart_code: str = ""
    """What is added to that address for a discount with {code}."""
    code_page: str = ""
    """Where a discount is put on whatever one buys: an address with {url} and {code}; empty: nowhere."""
    discounts_with: str | None = None
    """The scope that making discount codes takes; None: none that a merchant could withhold."""
    order_page: str = ""
    """Where the merchant sees an order: an address with {domain}, {url} and the platform's {order}."""
