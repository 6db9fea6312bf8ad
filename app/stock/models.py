"""Tables of what there is, where, and who waits for it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key


class Location(OfShop, Base):
    """A place where a store keeps things; a store on WooCommerce has one, without a name."""

    __tablename__ = "location"

    id: Mapped[key]
    external_id: Mapped[str]
    name: Mapped[str | None]
    sells_online: Mapped[bool]
    """What lies in any other place counts for nobody who waits: it is never sent to them."""

    __table_args__ = (UniqueConstraint("shop_id", "external_id"),)


class Level(OfShop, Base):
    """How many of one variant lie in one place."""

    __tablename__ = "stock_level"

    id: Mapped[key]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id", ondelete="CASCADE"), index=True)
    quantity: Mapped[int | None]
    """None where the store does not count."""
    is_there: Mapped[bool]
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("variant_id", "location_id"),)


class Shelf(OfShop, Base):
    """One variant as those see it who wait for it: sold out, maybe back, back."""

    __tablename__ = "shelf"

    id: Mapped[key]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    item: Mapped[str | None]
    """What the store calls it where it counts."""
    is_counted: Mapped[bool] = mapped_column(default=True)
    """A store may sell a thing without end."""
    quantity: Mapped[int | None]
    """Of all places that sell online; None where nobody counts."""
    is_there: Mapped[bool | None]
    """None: not heard yet."""
    short_since: Mapped[datetime | None]
    """Since when it is waited for: sold out, and not truly back since."""
    explained: Mapped[int] = mapped_column(default=0)
    """How many of those that are there came back by a cancelled or refunded order."""
    rose_at: Mapped[datetime | None]
    """When more were there than are explained; None: nothing is to be judged."""
    judged_at: Mapped[datetime | None]
    back_at: Mapped[datetime | None]
    """When it was last truly back."""

    __table_args__ = (
        UniqueConstraint("variant_id"),
        Index("uq_shelf_item", "shop_id", "item", unique=True),
    )


class Waiting(OfShop, Base):
    """One mailbox that asked to be told, once, when a variant is back."""

    __tablename__ = "waiting"

    id: Mapped[key]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    """None until the asking counts."""
    address: Mapped[str]
    """Lower case."""
    address_hash: Mapped[bytes] = mapped_column(LargeBinary)
    locale: Mapped[str | None]
    wording: Mapped[str]
    """What they agreed to, as they read it."""
    source: Mapped[str]
    """On which form: "theme", "plug-in", "page", or the name of the site that it stood on."""
    asked_at: Mapped[datetime]
    counts_since: Mapped[datetime | None]
    """When their place in the line was theirs; None: they have to confirm it from the mailbox first."""
    told_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    """When they took it back."""

    __table_args__ = (
        Index(
            "uq_waiting_open",
            *("variant_id", "address_hash"),
            unique=True,
            postgresql_where=text("told_at IS NULL AND left_at IS NULL"),
        ),
        Index(
            "ix_waiting_line",
            *("variant_id", "asked_at", "id"),
            postgresql_where=text("told_at IS NULL AND left_at IS NULL"),
        ),
        Index("ix_waiting_address", "shop_id", "address_hash"),
        Index("ix_waiting_asked", "asked_at"),
    )
