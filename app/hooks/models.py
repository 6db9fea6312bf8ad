"""Table of those who are told."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word


class OffBecause(StrEnum):
    """Why somebody whom the merchant named is told nothing."""

    MERCHANT = "merchant"
    """The merchant switched it off."""
    FAILING = "failing"
    """It took nothing for days."""
    GONE = "gone"
    """It said that it is there no longer, and never will be."""
    REFUSED = "refused"
    """It refuses the keys that the merchant entered."""


class Hook(OfShop, Base):
    """Somebody outside who is told of what happens in a shop."""

    __tablename__ = "hook"

    id: Mapped[key]
    listener: Mapped[str]
    """The key of its plug-in in app.listeners."""
    keys: Mapped[bytes]
    """Sealed JSON: its address and its keys."""
    hears: Mapped[list[str]] = mapped_column(JSONB)
    """The types of events that it is told of."""
    made_at: Mapped[datetime]
    off_at: Mapped[datetime | None]
    """Since when it is told nothing."""
    off_because: Mapped[OffBecause | None] = word(OffBecause)
    told_at: Mapped[datetime | None]
    """When it last took what it was told."""
    failing_since: Mapped[datetime | None]
    """Since when it has taken nothing; None: the last try went well."""
    failure: Mapped[str | None]
    """How the last try failed."""
    __table_args__ = (Index("ix_hook_on", "shop_id", postgresql_where=text("off_at IS NULL")),)

    @property
    def line(self) -> str:
        """The line of its calls."""
        return f"hook:{self.id}"


class HookPending(OfShop, Base):
    """An event that the next message to somebody gathers."""

    __tablename__ = "hook_pending"

    id: Mapped[key]
    hook_id: Mapped[int] = mapped_column(ForeignKey("hook.id", ondelete="CASCADE"))
    event_id: Mapped[int]

    __table_args__ = (UniqueConstraint("hook_id", "event_id"),)
