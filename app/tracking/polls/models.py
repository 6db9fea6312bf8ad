"""Tables of asking carriers."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key


class CarrierAccount(OfShop, Base):
    """How a shop's account with a carrier stands: what it has used up, whether it rests, what came of it."""

    __tablename__ = "carrier_account"

    id: Mapped[key]
    source: Mapped[str]
    """The key of a plug-in of app.carriers."""
    due_at: Mapped[datetime | None]
    """When it may be asked something; None: nothing is to be asked, or nothing may."""
    spent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """app.tracking.polls.pace's memory."""
    failures: Mapped[int] = mapped_column(default=0)
    """In a row, of the carrier as a whole: each lets it rest for longer."""
    failure: Mapped[str | None]
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How often what came of asking: app.tracking.polls.answers.Outcome."""

    __table_args__ = (
        UniqueConstraint("shop_id", "source"),
        Index("ix_carrier_account_due", "source", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
    )


class CarrierWatch(OfShop, Base):
    """A number to ask a carrier about: one question serves all parcels of the shop that have it."""

    __tablename__ = "carrier_watch"

    id: Mapped[key]
    source: Mapped[str]
    number: Mapped[str]
    """Normalized."""
    due_at: Mapped[datetime | None]
    """When to ask, or until when somebody is asking; None: no more."""
    fence: Mapped[int] = mapped_column(default=0)
    """Counts claims: whoever comes back late with an old number is ignored."""
    asked_at: Mapped[datetime | None]
    """When its carrier last answered."""
    failure: Mapped[str | None]
    """Why the last question about it gave nothing."""

    __table_args__ = (
        UniqueConstraint("shop_id", "source", "number"),
        Index(
            "ix_carrier_watch_due_of_account",
            "shop_id",
            "source",
            "due_at",
            postgresql_where=sql("due_at IS NOT NULL"),
        ),
    )
