"""Tables of a shopper."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import Category, ConsentBasis, ConsentSource, ConsentState, Medium


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
    gone_at: Mapped[datetime | None]
    """When the store deleted its record of this id: the row says that only, and is nobody."""
    past_orders: Mapped[int | None]
    """How often they have bought in all, as the store's own record said; None: it never did."""
    past_spent: Mapped[int | None]
    past_currency: Mapped[str | None]
    past_last_order_at: Mapped[datetime | None]
    past_told_at: Mapped[datetime | None]
    """As of when that is so: what was bought since is in the orders."""

    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        UniqueConstraint("shop_id", "email"),
        Index("ix_profile_phone", "shop_id", "phone", postgresql_where=text("phone IS NOT NULL")),
        Index("ix_profile_recent", "shop_id", text("id DESC")),
        Index(
            "ix_profile_name_words",
            text("name_words(shop_id, first_name, last_name)"),
            postgresql_using="gin",
        ),
        Index("ix_profile_email_begins", "shop_id", text("email text_pattern_ops")),
    )


class ConsentRow(OfShop, Base):
    """One thing that was said about messages to one address; the latest by `at` holds."""

    __tablename__ = "consent"

    id: Mapped[key]
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"))
    """None where nothing but a telephone number is known."""
    address_hash: Mapped[bytes | None]
    """Which address it is about, as a keyed hash; None: whichever the profile has."""
    medium: Mapped[Medium] = word(Medium)
    category: Mapped[Category] = word(Category, default=Category.MARKETING)
    state: Mapped[ConsentState] = word(ConsentState)
    basis: Mapped[ConsentBasis | None] = word(ConsentBasis)
    """What a yes stands on; None for a no."""
    source: Mapped[ConsentSource] = word(ConsentSource)
    wording: Mapped[str | None]
    """The sentence that they agreed to, as they read it."""
    proof: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What else shows that they did; no personal data."""
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    seal: Mapped[bytes | None]
    """Over all of the above: a row that was changed afterwards no longer fits. None: older than seals."""

    __table_args__ = (
        Index(
            "uq_consent_said",
            *("shop_id", "profile_id", "address_hash", "medium", "category", "state", "at"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_consent_address", "shop_id", "address_hash"),
        Index("ix_consent_profile_id", "profile_id"),
    )


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
    until: Mapped[datetime | None]
    """From when on it may be written to again; None: not by itself."""

    __table_args__ = (UniqueConstraint("shop_id", "medium", "address_hash", "category"),)
