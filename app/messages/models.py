"""Tables of what was, will be or will not be sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.channels.receipts.base import ReceiptKind
from app.lib.db import Base, OfShop, key, word
from app.vocabulary import Category, Medium, MessageState, Reason, Trigger


class Message(OfShop, Base):
    """One thing to tell one shopper; `key` is unique per shop: whoever asks twice gets the first."""

    __tablename__ = "message"

    id: Mapped[key]
    key: Mapped[str]
    """subject:trigger:step:medium."""
    trigger: Mapped[Trigger] = word(Trigger)
    step: Mapped[int] = mapped_column(default=1)
    medium: Mapped[Medium] = word(Medium)
    category: Mapped[Category] = word(Category)
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    shipment_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    """The parcels it speaks of."""
    checkout_id: Mapped[int | None] = mapped_column(
        ForeignKey("checkout.id", ondelete="SET NULL"), index=True
    )
    """The cart that it reminds of."""
    waiting_id: Mapped[int | None] = mapped_column(ForeignKey("waiting.id", ondelete="SET NULL"))
    """The request to hear when a thing is back that it answers."""
    line_item_id: Mapped[int | None] = mapped_column(ForeignKey("line_item.id", ondelete="SET NULL"))
    """The one thing of the order that it speaks of; None: of all of it."""
    case_entry_id: Mapped[int | None] = mapped_column(ForeignKey("case_entry.id", ondelete="CASCADE"))
    """The merchant's answer that it carries."""
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    """Whom it goes to where that is not the shopper."""
    enrollment_id: Mapped[int | None]
    """Whose flow asked for it; without a foreign key, for they are kept for as long as they are of use."""
    again_of: Mapped[int | None]
    """The message that it repeats, because the merchant asked for that."""
    occasion_at: Mapped[datetime]
    """When what it tells of happened."""
    to: Mapped[str | None]
    subject: Mapped[str | None]
    """As sent; of a text message, its words."""
    segments: Mapped[int | None]
    """How many messages a text is paid as."""
    rfc_id: Mapped[str]
    """Message-ID, the same on every try."""
    state: Mapped[MessageState] = word(MessageState, default=MessageState.QUEUED)
    reason: Mapped[Reason | None] = word(Reason)
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What the gate last answered, when, and what each of its rules saw; no personal data."""
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("template_version.id"))
    """The version of the shop's own words that it was last written with; None: ours, or not written yet."""
    failure: Mapped[str | None]
    """The channel's last complaint, without personal data."""
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often its sender was cut off with it in hand, before any of it had gone."""
    resent_at: Mapped[datetime | None]
    """When a transactional message of unknown fate was given its one second try."""
    journal: Mapped[str | None]
    """The send journal of whoever claimed it."""
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    sending_at: Mapped[datetime | None]
    """Committed once the gate let it go, before the first byte of its chunk goes out."""
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_message_due", "shop_id", "due_at", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_message_suspect", "due_at", postgresql_where=text("state = 'queued' AND deaths > 0")),
        Index("ix_message_leased", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("ix_message_doubted", "state", "reason", postgresql_where=text("state IN ('unknown', 'held')")),
        Index("ix_message_profile", "profile_id", "category", "created_at"),
        Index(
            "ix_message_offer_waits",
            "profile_id",
            "trigger",
            "due_at",
            "id",
            postgresql_where=text("category = 'marketing' AND state IN ('queued', 'sending')"),
        ),
        Index(
            "ix_message_offer_went",
            "profile_id",
            "sending_at",
            postgresql_where=text("category = 'marketing'"),
        ),
        Index(
            "ix_message_enrollment_id", "enrollment_id", postgresql_where=text("enrollment_id IS NOT NULL")
        ),
        Index(
            "uq_message_cart_text",
            *("shop_id", "checkout_id"),
            unique=True,
            postgresql_where=text("medium = 'sms' AND checkout_id IS NOT NULL"),
        ),
        Index("ix_message_line_item_id", "line_item_id", postgresql_where=text("line_item_id IS NOT NULL")),
        Index("ix_message_waiting_id", "waiting_id", postgresql_where=text("waiting_id IS NOT NULL")),
        *(
            Index(f"ix_message_{name}", name, postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("recipient_id", "case_entry_id", "template_version_id")
        ),
        Index("ix_message_recent", "shop_id", text("id DESC")),
        *(
            Index(
                f"ix_message_{name}", "shop_id", text("id DESC"), postgresql_where=text(f"state IN ({which})")
            )
            for name, which in (
                ("went", "'sent', 'delivered', 'bounced', 'complained'"),
                ("waits", "'queued', 'sending'"),
                ("skipped", "'skipped'"),
                ("odd", "'failed', 'unknown', 'held', 'bounced', 'complained'"),
            )
        ),
        Index("ix_message_created", "shop_id", "created_at"),
        Index("ix_message_to", "shop_id", "to"),
        Index("ix_message_ref", text("split_part(rfc_id, '@', 1)")),
    )


class ClickDoubt(StrEnum):
    """Why a link that was followed counts for nobody."""

    HEAD = "head"
    """Only its headers were asked for."""
    PREFETCH = "prefetch"
    """A browser fetched it in case somebody would follow it."""
    AGENT = "agent"
    """Whoever followed it says that it is a program."""
    TOO_SOON = "too_soon"
    """Seconds after the message arrived, as scanners do."""
    ALL_AT_ONCE = "all_at_once"
    """Together with the message's other links."""


class Click(OfShop, Base):
    """A link of a message that somebody followed; of who did it, nothing is kept."""

    __tablename__ = "click"

    id: Mapped[key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    link: Mapped[bytes]
    """A hash of where it leads."""
    at: Mapped[datetime]
    """The first time; the first by a person, where one followed it later."""
    doubt: Mapped[ClickDoubt | None] = word(ClickDoubt)
    """Why it counts for nobody; None: it counts."""

    __table_args__ = (UniqueConstraint("message_id", "link"),)


class ReceiptRow(OfShop, Base):
    """One thing that was told of a message after it was handed over; no personal data."""

    __tablename__ = "receipt"

    id: Mapped[key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    teller: Mapped[str]
    """The plug-in of app.channels.receipts that it came through."""
    identity: Mapped[bytes] = mapped_column(unique=True)
    kind: Mapped[ReceiptKind] = word(ReceiptKind)
    detail: Mapped[str | None]
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_receipt_complained", "shop_id", "at", postgresql_where=text("kind = 'complained'")),
    )
