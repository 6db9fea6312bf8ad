"""Tables of a shopper."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import ConsentState, Medium


class Profile(OfShop, Base):
    """A shopper in one shop; at most one for each platform id and for each e-mail address."""

    __tablename__ = "profile"

    id: Mapped[key]
    external_id: Mapped[str | None]
    """The platform's customer id; None for a guest."""
    email: Mapped[str | None]
    """Lower case."""
    phone: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    locale: Mapped[str | None]
    platform_updated_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("shop_id", "external_id"), UniqueConstraint("shop_id", "email"))


class ConsentRow(OfShop, Base):
    """One thing a shopper said about marketing; the latest by `at` holds."""

    __tablename__ = "consent"

    id: Mapped[key]
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"))
    medium: Mapped[Medium] = word(Medium)
    state: Mapped[ConsentState] = word(ConsentState)
    source: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("profile_id", "medium", "at", "state"),)


class Suppression(OfShop, Base):
    """An address that must not be written to; kept as a keyed hash, so that it outlives an erasure."""

    __tablename__ = "suppression"

    id: Mapped[key]
    medium: Mapped[Medium] = word(Medium)
    address_hash: Mapped[bytes]
    reason: Mapped[str]
    category: Mapped[str] = mapped_column(default="all")
    """"all", or "marketing" where only marketing was declined."""
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "medium", "address_hash", "category"),)
