"""Tables of reviews."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word


class ReviewState(StrEnum):
    """Whether others see what somebody says of a product."""

    WAITING = "waiting"
    """It appears by itself when its time comes, unless it is hidden before."""
    PUBLISHED = "published"
    HIDDEN = "hidden"


class HiddenBecause(StrEnum):
    """Why a review is not shown: something in its text or its photos, and nothing else."""

    INSULTS = "insults"
    PERSONAL = "personal"
    """It names somebody, or tells what is private."""
    OFF_TOPIC = "off_topic"
    """It is not about the product."""
    ADVERTISING = "advertising"
    UNLAWFUL = "unlawful"


class Review(OfShop, Base):
    """What somebody says of one product of one order; the last word counts."""

    __tablename__ = "review"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    product_external_id: Mapped[str]
    title: Mapped[str]
    """What the product was called when it was bought."""
    stars: Mapped[int]
    """From 1 to 5."""
    words: Mapped[str | None]
    """None: nothing was written, or the shopper's data was erased."""
    author: Mapped[str | None]
    """The name to show; None: they gave none, or their data was erased."""
    state: Mapped[ReviewState] = word(ReviewState)
    hidden_because: Mapped[HiddenBecause | None] = word(HiddenBecause)
    due_at: Mapped[datetime | None]
    """When it appears by itself; None: it was judged."""
    written_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    """Counts every change that others see: the store is told of each once."""
    reply: Mapped[str | None]
    """What the merchant answers."""
    replied_at: Mapped[datetime | None]
    external_id: Mapped[str | None]
    """What the store calls it, once it is there."""
    told: Mapped[str | None]
    """What the store was, or was about to be, told of the product because of it: "4.50 of 2"."""

    __table_args__ = (
        UniqueConstraint("order_id", "product_external_id"),
        Index("ix_review_product", "shop_id", "product_external_id"),
        Index("ix_review_recent", "shop_id", text("id DESC")),
        Index("ix_review_due", "shop_id", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )


class ReviewPhoto(OfShop, Base):
    """A picture beside a review, as we drew it anew: nothing of the file that was sent is kept."""

    __tablename__ = "review_photo"

    id: Mapped[key]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    picture: Mapped[bytes] = mapped_column(LargeBinary)
    """JPEG."""
