"""Tables of a parcel."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    UniqueConstraint,
    and_,
    bindparam,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import ExceptionKind, ShipmentStatus


class OwnCarrier(OfShop, Base):
    """A carrier that only this shop knows: its name, and the address where it shows a parcel."""

    __tablename__ = "own_carrier"

    id: Mapped[key]
    name: Mapped[str]
    template: Mapped[str]
    """An https address with {tracking_number} in it."""
    before: Mapped[dict[str, Any] | None]
    """What it was before its last change, to take that back."""
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_own_carrier_name",
            "shop_id",
            sql("lower(name)"),
            unique=True,
            postgresql_where=sql("removed_at IS NULL"),
        ),
    )


class Shipment(OfShop, Base):
    """One tracking number at one carrier, and where it is."""

    __tablename__ = "shipment"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    fulfillment_id: Mapped[int] = mapped_column(ForeignKey("fulfillment.id", ondelete="CASCADE"), index=True)
    slot: Mapped[str]
    """The normalized number; "fulfillment:<id>" for a parcel sent without one. Unique within its order."""
    number: Mapped[str | None]
    carrier: Mapped[str | None]
    """As the merchant declared it; nothing of ours ever overwrites it."""
    url: Mapped[str | None]
    """The carrier's own page, as the store has it."""
    carrier_slug: Mapped[str | None]
    """Who carries it, in app.carriers.directory: corrected here, else declared, else found by its number."""
    own_carrier_id: Mapped[int | None] = mapped_column(
        ForeignKey("own_carrier.id", ondelete="SET NULL"), index=True
    )
    """The same where it is a carrier of this shop only."""
    carrier_chosen_at: Mapped[datetime | None]
    """When the merchant corrected it in our admin: neither store nor number changes it after that."""
    status: Mapped[ShipmentStatus] = word(ShipmentStatus, default=ShipmentStatus.PENDING)
    detail: Mapped[str | None]
    status_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """app.tracking.scans.progress.Progress, written out."""
    expected_at: Mapped[datetime | None]
    """The carrier's delivery date; the beginning of its window. A day without an hour is midnight UTC."""
    expected_until: Mapped[datetime | None]
    """The end of the carrier's window, where it named one."""
    window_from: Mapped[date | None]
    """The first day of our own window, where the shop is: app.tracking.forecast.forecasts."""
    window_until: Mapped[date | None]
    pickup: Mapped[dict[str, Any] | None]
    """Where it waits to be collected: app.carriers.base.PickupPlace, written out."""
    service: Mapped[str | None]
    """What the carrier calls it."""
    followed_by: Mapped[str | None]
    """The source that was asked to follow it and said yes."""
    follow_failure: Mapped[str | None]
    """Why the source does not follow it."""
    heard_at: Mapped[datetime | None]
    """As of when a source last told of it; None: only the store ever did."""
    not_found_at: Mapped[datetime | None]
    """When a source first said that the carrier does not know the number; None: none does (any more)."""
    shipped_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    """The store cancelled the fulfillment."""
    announced_at: Mapped[datetime | None]
    """When ShipmentRegistered was recorded: not before the order itself is known."""
    updated_at: Mapped[datetime]
    late_only_at: Mapped[datetime | None]
    """Since when its shopper wants to hear of it only if it is late; None: of every milestone."""
    exceptions_due_at: Mapped[datetime | None]
    """When an exception of this parcel may next open or age; None: not before something is heard of it."""

    own_carrier: Mapped[OwnCarrier | None] = relationship(lazy="selectin")

    __table_args__ = (
        UniqueConstraint("order_id", "slot"),
        Index(
            "ix_shipment_chosen",
            "shop_id",
            "carrier_chosen_at",
            postgresql_where=sql("carrier_chosen_at IS NOT NULL"),
        ),
        Index(
            "ix_shipment_delivered",
            "shop_id",
            "delivered_at",
            postgresql_where=sql("delivered_at IS NOT NULL"),
        ),
        Index("ix_shipment_number", "shop_id", sql("number text_pattern_ops")),
        Index("ix_shipment_number_ends", "shop_id", sql("reverse(number) text_pattern_ops")),
        Index("ix_shipment_recent", "shop_id", sql("id DESC")),
        Index("ix_shipment_carrier", "shop_id", "carrier_slug", "id"),
        Index(
            "ix_shipment_under_way",
            "shop_id",
            sql("id DESC"),
            postgresql_where=sql("status NOT IN ('delivered', 'cancelled') AND cancelled_at IS NULL"),
        ),
        Index(
            "ix_shipment_exceptions_due",
            "exceptions_due_at",
            postgresql_where=sql("exceptions_due_at IS NOT NULL"),
        ),
    )


def is_under_way() -> ColumnElement[bool]:
    """Say in SQL that a parcel has neither arrived nor been cancelled, in the words of its index."""
    over = (ShipmentStatus.DELIVERED, ShipmentStatus.CANCELLED)
    listed = bindparam(None, over, Shipment.status.type, expanding=True, literal_execute=True)
    return and_(Shipment.status.not_in(listed), Shipment.cancelled_at.is_(None))


class TrackingEvent(OfShop, Base):
    """One scan: of a fulfillment's parcels, kept even before they are known (so stores tell), or of one."""

    __tablename__ = "tracking_event"

    id: Mapped[key]
    fulfillment_id: Mapped[int] = mapped_column(ForeignKey("fulfillment.id", ondelete="CASCADE"))
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    """The parcel that it is of; None: all parcels of the fulfillment."""
    source: Mapped[str]
    """Who told us: "shopify", "woocommerce", or the key of a plug-in of app.carriers."""
    external_id: Mapped[str]
    status: Mapped[ShipmentStatus] = word(ShipmentStatus)
    detail: Mapped[str | None]
    raw_status: Mapped[str]
    text: Mapped[str | None]
    happened_at: Mapped[datetime]
    city: Mapped[str | None]
    region: Mapped[str | None]
    country: Mapped[str | None]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    """Since when it no longer counts: taken back, or never believed (`doubt`)."""
    doubt: Mapped[str | None]
    """Why it is kept and not believed: app.tracking.scans.scans.Doubt."""

    __table_args__ = (
        Index(
            "uq_tracking_event_of_fulfillment",
            "fulfillment_id",
            "source",
            "external_id",
            unique=True,
            postgresql_where=sql("shipment_id IS NULL"),
        ),
        Index(
            "uq_tracking_event_of_shipment",
            "shipment_id",
            "source",
            "external_id",
            unique=True,
            postgresql_where=sql("shipment_id IS NOT NULL"),
        ),
        Index("ix_tracking_event_fulfillment_id", "fulfillment_id"),
        Index(
            "ix_tracking_event_odd",
            "source",
            postgresql_where=sql("detail = 'unknown' OR doubt IS NOT NULL"),
        ),
    )

    def is_of(self, shipment: Shipment) -> bool:
        """Tell whether this scan was made of a parcel, alone or among those of its fulfillment."""
        own = self.fulfillment_id == shipment.fulfillment_id if self.shipment_id is None else False
        return own or self.shipment_id == shipment.id


class DrawnPage(Base):
    """An order's page as it was last drawn; it holds while every stamp on it is still right (ADR 0011).

    No foreign keys: each would lock its order's and its shop's row, for nothing but a copy of what they say.
    """

    __tablename__ = "drawn_page"

    order_id: Mapped[int]
    variant: Mapped[str]
    """"": the whole order; "2": its second parcel by itself; inside a store's page, the place before it."""
    shop_id: Mapped[int]
    press: Mapped[str]
    """The code and templates that drew it."""
    order_revision: Mapped[int]
    shop_revision: Mapped[int]
    holds_until: Mapped[datetime]
    """From then on the same rows are told in other words: "tomorrow" has become "today"."""
    tag: Mapped[str]
    """Hash of the page, for If-None-Match."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The page, gzipped."""

    __table_args__ = (
        PrimaryKeyConstraint("order_id", "variant"),
        Index("ix_drawn_page_holds_until", "holds_until"),
    )


class ExceptionRow(OfShop, Base):
    """Something wrong with a parcel, or with an order, for one stay; open until it is cleared."""

    __tablename__ = "parcel_exception"

    id: Mapped[key]
    kind: Mapped[ExceptionKind] = word(ExceptionKind)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"), index=True)
    """None: it is the whole order's."""
    since: Mapped[datetime]
    """When the stay began: the last scan, the payment, the day that was promised."""
    opened_at: Mapped[datetime]
    """When it began to be true, whenever it was noticed."""
    step: Mapped[int] = mapped_column(default=0)
    """How many of its further steps have come."""
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What makes it true, as app.tracking.exceptions.rules says; no personal data."""
    cleared_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    """The merchant has dealt with it: out of the queue, though it may still be so."""
    snoozed_until: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_parcel_exception_open_shipment",
            "shipment_id",
            "kind",
            unique=True,
            postgresql_where=sql("cleared_at IS NULL AND shipment_id IS NOT NULL"),
        ),
        Index(
            "uq_parcel_exception_open_order",
            "order_id",
            "kind",
            unique=True,
            postgresql_where=sql("cleared_at IS NULL AND shipment_id IS NULL"),
        ),
        Index("ix_parcel_exception_queue", "shop_id", postgresql_where=sql("cleared_at IS NULL")),
        Index(
            "ix_parcel_exception_cleared",
            "shop_id",
            "cleared_at",
            postgresql_where=sql("cleared_at IS NOT NULL"),
        ),
    )


class Lane(OfShop, Base):
    """How long parcels of one carrier to one country go unscanned, learnt from those that arrived."""

    __tablename__ = "lane"

    id: Mapped[key]
    carrier: Mapped[str]
    """As app.tracking.exceptions.lanes.key_of writes it."""
    country: Mapped[str]
    parcels: Mapped[int]
    """How many it was learnt from."""
    p95: Mapped[timedelta]
    """Of the longest gap between two scans of each parcel."""
    p99: Mapped[timedelta]
    learnt_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "carrier", "country"),)
