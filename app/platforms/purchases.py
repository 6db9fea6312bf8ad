"""What was bought, sent and seen, in our words, whatever the store calls it: frozen records.

Identifiers are the platform's own, as text. Times are aware UTC. Money is integer minor units of
the record's currency. None means "the store did not say", which never overwrites what it said before.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from app.vocabulary import ShipmentStatus

IN_ORDER = "meta:"
"""Prefix of the id of a fulfillment that exists only as a line in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address; `region` is a state's or province's short code where the store has one."""

    first_name: str | None = None
    last_name: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A shopper as the store knows them; `external_id` is None for a guest."""

    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    """E.164 where it could be read as one, else as written."""
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a shopper has bought in all, as the store's record of them says: what it never told us, too."""

    person: Person
    orders: int
    spent: int
    currency: str
    last_order_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """One line of an order, checkout or cart."""

    external_id: str
    title: str
    quantity: int
    variant_title: str | None = None
    sku: str | None = None
    price: int = 0
    """Of one piece."""
    image_url: str | None = None
    product_id: str | None = None
    variant_id: str | None = None


class OrderState(StrEnum):
    """How far a purchase has come, as far as thanking for it is concerned."""

    OPEN = "open"
    """Not (yet) a purchase: draft, pending payment, on hold, failed."""
    PLACED = "placed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A whole order as of `updated_at`."""

    external_id: str
    updated_at: datetime
    state: OrderState
    name: str
    """As the shopper knows it: "#1042"."""
    currency: str
    total: int
    refunded: int = 0
    person: Person
    ship_to: Address | None = None
    shipping: str | None = None
    """How it is to be sent, as the shopper chose: "Express"."""
    tags: tuple[str, ...] | None = None
    """What its merchant marks it with; None: the store does not say."""
    items: tuple[LineItem, ...] = ()
    created_at: datetime
    placed_at: datetime | None = None
    cancelled_at: datetime | None = None
    is_test: bool = False
    is_fulfilled: bool = False
    """Nothing of it is left to be sent, as the store sees it."""
    is_first: bool | None = None
    """Whether it is the shopper's first order, where the store says so."""
    erased: bool = False
    """The store has erased the shopper's personal data from this order."""
    checkout_token: str | None = None
    cart_token: str | None = None
    status_url: str | None = None
    is_there: bool = False
    """The store has it now: it was restored, or asked for; else it may be from before its deletion."""
    fulfillments: tuple["Fulfillment", ...] | None = None
    """Those in the order's payload; a live one whose id begins with IN_ORDER and is missing was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDeleted:
    """The order was put in the store's trash or removed."""

    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEdited:
    """The order's items were edited; the store says what in a later order record."""

    external_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money given back for an order."""

    external_id: str
    order_id: str
    amount: int
    currency: str | None
    created_at: datetime
    items: tuple[tuple[str, int], ...] | None = None
    """What went back on the shelf: line item's external id, quantity; None where the store does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One tracking number; None where the store ships without one."""

    number: str | None
    carrier: str | None = None
    """As declared by the merchant: a name or a slug."""
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfillment:
    """Items sent together in one or more parcels, as of `updated_at`."""

    external_id: str
    order_id: str
    updated_at: datetime
    shipped_at: datetime
    cancelled: bool = False
    location: str | None = None
    """The store's place that it leaves from."""
    parcels: tuple[Parcel, ...] = ()
    items: tuple[tuple[str, int], ...] = ()
    """Line item's external id, quantity; empty where the store does not say: the whole order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One tracking event of a fulfillment's parcels."""

    external_id: str
    fulfillment_id: str
    order_id: str | None
    status: ShipmentStatus
    detail: str | None = None
    raw_status: str
    text: str | None = None
    happened_at: datetime
    city: str | None = None
    region: str | None = None
    country: str | None = None
    expected_at: datetime | None = None
    """The carrier's own delivery date, where the scan carries one."""
    withdrawn: bool = False
    """The store has deleted this scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A cart, with a contact as soon as the shopper gave one; a cart joins its checkout by `cart_token`."""

    token: str | None
    cart_token: str | None
    updated_at: datetime | None
    person: Person | None = None
    currency: str | None = None
    total: int | None = None
    items: tuple[LineItem, ...] = ()
    url: str | None = None
    """Where the shopper finds it again."""
    completed_at: datetime | None = None
    deleted: bool = False
    accepts_email: bool | None = None
    accepts_sms: bool | None = None
    started_at: datetime | None = None
    """When what is accepted was said at the earliest: a store says it again with every change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One thing that can be bought; a product without variants has one of its own id."""

    external_id: str
    product_id: str
    updated_at: datetime
    title: str | None = None
    sku: str | None = None
    price: int | None = None
    in_stock: bool | None = None
    quantity: int | None = None
    item: str | None = None
    """What the store calls it where it counts its stock."""
    is_counted: bool | None = None
    """False: it is sold without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place where things lie."""

    external_id: str
    name: str | None = None
    sells_online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """How many of one thing lie in one place, as of `updated_at`."""

    item: str
    """As a variant's `item`."""
    location_id: str | None
    """None where the store has one place only."""
    quantity: int | None
    is_there: bool | None = None
    """What the store says beside its count; None: the count says it."""
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product with its variants, as of `updated_at`; None: title, url and picture are not said here."""

    external_id: str
    updated_at: datetime
    title: str | None = None
    url: str | None = None
    image_url: str | None = None
    deleted: bool = False
    variants: tuple[Variant, ...] | None = None


T = TypeVar("T")


def as_there(records: tuple[T, ...]) -> tuple[T, ...]:
    """Return what is said of an order that the store surely has now."""
    return tuple(replace(it, is_there=True) if isinstance(it, Order) else it for it in records)
