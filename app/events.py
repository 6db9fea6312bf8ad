"""Everything that can happen, on one page; app/reactions.py says what follows."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.lib import clock, queue
from app.lib.db import memory, put, together
from app.timeline import EventRow
from app.vocabulary import ExceptionKind, ShipmentStatus

__all__ = ["EventRow", "together"]  # looked for here, whatever else there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to one subject of a shop, in the past tense."""

    kind: ClassVar[str]
    happened_at: datetime
    profile_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    """A purchase was made: Shopify says paid, WooCommerce processing or completed."""

    kind = "order_placed"
    order_id: int
    first_heard_at: datetime
    as_of: datetime | None = None
    """The store's own time of what first showed it to us; long ago where nobody told us in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Event):
    """The merchant or the shopper called the order off."""

    kind = "order_cancelled"
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEdited(Event):
    """The order's items were changed after it was placed."""

    kind = "order_edited"
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(Event):
    """Money was given back; minor units."""

    kind = "order_refunded"
    order_id: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentRegistered(Event):
    """A parcel of a known order exists: the shopper's "shipped"."""

    kind = "shipment_registered"
    order_id: int
    shipment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentReached(Event):
    """A parcel is in this status for the first time, and still is."""

    kind = "shipment_reached"
    order_id: int
    shipment_id: int
    status: ShipmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionOpened(Event):
    """Something is wrong with a parcel, or with an order that has none: once for each stay."""

    kind = "exception_opened"
    order_id: int
    shipment_id: int | None
    exception_id: int
    exception: ExceptionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionAged(Event):
    """It is still so, and its next step is due: a reminder to collect a parcel, a task of the merchant's."""

    kind = "exception_aged"
    order_id: int
    shipment_id: int | None
    exception_id: int
    exception: ExceptionKind
    step: int
    """The first is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionCleared(Event):
    """It is no longer so: the parcel has moved, or what was awaited has come."""

    kind = "exception_cleared"
    order_id: int
    shipment_id: int | None
    exception_id: int
    exception: ExceptionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """A shopper reported a problem from their order's page."""

    kind = "case_opened"
    order_id: int
    case_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswered(Event):
    """The merchant wrote an answer; it goes out by e-mail."""

    kind = "case_answered"
    order_id: int
    case_id: int
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """The merchant has dealt with what a shopper reported."""

    kind = "case_closed"
    order_id: int
    case_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrdersAsked(Event):
    """Somebody asked for the link to all orders of an address; there may be no order with it."""

    kind = "own_orders_asked"
    order_id: int | None
    link_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientNamed(Event):
    """A shopper named another address for an order's updates; it is asked first."""

    kind = "recipient_named"
    order_id: int
    recipient_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutStarted(Event):
    """A cart got a contact."""

    kind = "checkout_started"
    checkout_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutCompleted(Event):
    """A checkout became an order."""

    kind = "checkout_completed"
    checkout_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReached(Event):
    """A shopper came to a step of a flow that has others told of it."""

    kind = "step_reached"
    order_id: int | None
    flow: str
    step: str
    key: str
    """Subject, flow and step: it is reached once."""
    topic: str
    """Who hears of it, by what they listen to: "flow.step", "flow.alert", "flow.ticket"."""
    says: str
    """What the merchant wrote at the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantSoldOut(Event):
    """Nothing is left of something, wherever it sells online."""

    kind = "variant_sold_out"
    variant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackInStock(Event):
    """Something that was waited for is truly back: no cancelled or refunded order explains it."""

    kind = "back_in_stock"
    variant_id: int
    quantity: int | None  # None where the store does not count


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged(Event):
    """A shopper said yes or no to one category of messages on one medium."""

    kind = "consent_changed"
    medium: str
    category: str = "marketing"
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileErased(Event):
    """A shopper's personal data was erased."""

    kind = "profile_erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopUninstalled(Event):
    """The app was removed from the store, and its token found dead."""

    kind = "shop_uninstalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionBroken(Event):
    """The store can no longer be read; the merchant has to reconnect."""

    kind = "connection_broken"
    reason: str


KINDS: dict[str, type[Event]] = {kind.kind: kind for kind in Event.__subclasses__()}


def record(session: Session, shop_id: int, event: Event, *, once: str | None = None) -> None:
    """Append an event in this transaction and wake the reactions; `once` makes a second one a no-op."""
    fields = {k: v for k, v in asdict(event).items() if k not in ("happened_at", "profile_id")}
    row = {
        "shop_id": shop_id,
        "kind": event.kind,
        "once": once,
        "profile_id": event.profile_id,
        "data": {k: v.isoformat() if isinstance(v, datetime) else v for k, v in fields.items()},
        "happened_at": event.happened_at,
        "recorded_at": clock.now(),
        "reacted_at": memory(session).get("reacted_at", lambda _: None)(event),  # app/imports: the past
    }
    put(session, _write, row)
    queue.wake(session, "jobs.flows.react")


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    add = insert(EventRow).on_conflict_do_nothing(constraint="uq_event_shop_id_once")
    session.connection().execute(add.returning(EventRow.id), rows)  # returning: one statement for all of them


def revive(row: EventRow) -> Event:
    """Return the event that a row keeps."""
    kind = KINDS[row.kind]
    data: dict[str, Any] = dict(row.data)
    for name in ("first_heard_at", "as_of"):
        if data.get(name) is not None:
            data[name] = datetime.fromisoformat(data[name])
    for name, word in (("status", ShipmentStatus), ("exception", ExceptionKind)):
        if name in data:
            data[name] = word(data[name])
    return kind(happened_at=row.happened_at, profile_id=row.profile_id, **data)
