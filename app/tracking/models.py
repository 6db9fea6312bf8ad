"""Tables of a parcel."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import ShipmentStatus


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
    """As the merchant declared it."""
    url: Mapped[str | None]
    """The carrier's own page."""
    status: Mapped[ShipmentStatus] = word(ShipmentStatus, default=ShipmentStatus.PENDING)
    detail: Mapped[str | None]
    status_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """app.tracking.progress.Progress, written out."""
    expected_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    """The store cancelled the fulfillment."""
    announced_at: Mapped[datetime | None]
    """When ShipmentRegistered was recorded: not before the order itself is known."""
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("order_id", "slot"),
        Index("ix_shipment_number", "shop_id", "number"),
        Index("ix_shipment_recent", "shop_id", text("id DESC")),
    )


class TrackingEvent(OfShop, Base):
    """One scan, of one fulfillment's parcels; kept even before the parcels are known."""

    __tablename__ = "tracking_event"

    id: Mapped[key]
    fulfillment_id: Mapped[int] = mapped_column(ForeignKey("fulfillment.id", ondelete="CASCADE"))
    source: Mapped[str]
    """Who told us: "shopify", "woocommerce", later an aggregator's or carrier's key."""
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

    __table_args__ = (UniqueConstraint("fulfillment_id", "source", "external_id"),)


class DrawnPage(Base):
    """An order's page as it was last drawn; it holds while every stamp on it is still right (ADR 0011).

    No foreign keys: each would lock its order's and its shop's row, for nothing but a copy of what they say.
    """

    __tablename__ = "drawn_page"

    order_id: Mapped[int]
    variant: Mapped[str]
    """"": the whole order; "2": its second parcel by itself."""
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
