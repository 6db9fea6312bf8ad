"""Table of what happened: the shopper's timeline, and what reactions drain."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key


class EventRow(OfShop, Base):
    """One event as it is kept: the shopper's timeline, and what reactions drain."""

    __tablename__ = "event"

    id: Mapped[key]
    kind: Mapped[str]
    once: Mapped[str | None]
    """What this event says at most once per shop."""
    profile_id: Mapped[int | None] = mapped_column(index=True)
    data: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    reacted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """Until when it is passed over, because a reaction to it failed; None: none ever did."""

    __table_args__ = (
        UniqueConstraint("shop_id", "once"),
        Index("ix_event_unreacted", "shop_id", "id", postgresql_where=text("reacted_at IS NULL")),
    )
