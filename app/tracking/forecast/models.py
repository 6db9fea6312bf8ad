"""Tables of what is learnt about delivery dates, and of what was said."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word
from app.tracking.forecast.delivery_date import Clock
from app.tracking.forecast.typical import Level


class Transit(OfShop, Base):
    """When one parcel passed which point of its way: what the next parcels of its lane learn from."""

    __tablename__ = "transit"

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    carrier: Mapped[str]
    """As app.tracking.exceptions.lanes.key_of writes it."""
    service: Mapped[str]
    """How it was to be sent, as the shopper chose."""
    origin: Mapped[str]
    """The store's place that it left from."""
    country: Mapped[str]
    region: Mapped[str]
    zone: Mapped[str]
    """The beginning of the postcode."""
    draw: Mapped[int]
    """Where it stands in the lot by which a busy shop's parcels are chosen to be learnt from."""
    placed_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime] = mapped_column(index=True)
    moved_at: Mapped[datetime | None]
    """Its first scan on the way."""
    out_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_transit_draw", "shop_id", "draw"),)


class Forecast(OfShop, Base):
    """What a shop's parcels teach about one clock, and how right it has been."""

    __tablename__ = "forecast"

    clock: Mapped[Clock] = word(Clock)
    learnt: Mapped[dict[str, Any] | None]
    """app.tracking.forecast.delivery_date.Fit, written out; None: too few parcels have arrived."""
    levels: Mapped[dict[str, Any]]
    """{"asked": app.tracking.forecast.conformal.Levels.asked}."""
    arrivals: Mapped[int] = mapped_column(default=0)
    """Since it was learnt."""
    scored: Mapped[int] = mapped_column(default=0)
    """Predictions whose parcel has arrived."""
    within_80: Mapped[int] = mapped_column(default=0)
    within_90: Mapped[int] = mapped_column(default=0)
    kept_by: Mapped[int] = mapped_column(default=0)

    __table_args__ = (PrimaryKeyConstraint("shop_id", "clock"),)


class Prediction(OfShop, Base):
    """When a parcel, or an order before it has any, would arrive, as of one moment; scored when it has."""

    __tablename__ = "prediction"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"), index=True)
    clock: Mapped[Clock] = word(Clock)
    made_at: Mapped[datetime] = mapped_column(index=True)
    started_at: Mapped[datetime]
    low: Mapped[datetime]
    earliest: Mapped[datetime]
    middle: Mapped[datetime]
    by: Mapped[datetime]
    latest: Mapped[datetime]
    high: Mapped[datetime]
    level: Mapped[Level] = word(Level)
    samples: Mapped[int]
    log_days: Mapped[float]
    waited: Mapped[float]
    arrived_at: Mapped[datetime | None]
    """Filled when it is scored."""

    __table_args__ = (
        UniqueConstraint("order_id", "shipment_id", "clock", postgresql_nulls_not_distinct=True),
    )
