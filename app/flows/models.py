"""Tables of a flow."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import Reason, Trigger


class Flow(OfShop, Base):
    """One flow of one shop; no row, or `on_since` None: it is off."""

    __tablename__ = "flow"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    on_since: Mapped[datetime | None]
    draft: Mapped[str | None]
    """The file that the merchant is writing; None: there is none."""
    draft_number: Mapped[int] = mapped_column(default=0, server_default="0")
    """Which of the draft's states (FlowDraft) it is in."""
    draft_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    """Grows with every change, so that whoever looked at an older one is told."""

    __table_args__ = (UniqueConstraint("shop_id", "trigger"),)


class FlowDraft(OfShop, Base):
    """One state of a flow's draft, to which one can go back until it is published."""

    __tablename__ = "flow_draft"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    number: Mapped[int]
    """In the order in which they came to be."""
    file: Mapped[str]
    did: Mapped[str]
    """What was done to the state before it, as a sentence."""
    who: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "trigger", "number"),)


class Rehearsal(OfShop, Base):
    """A shop's history gone through with a flow, because somebody asked; of each flow the last is kept."""

    __tablename__ = "rehearsal"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    file: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    asked_at: Mapped[datetime]
    reached: Mapped[datetime | None]
    """How far it has come; None: nobody has begun."""
    ended_at: Mapped[datetime | None]
    failed: Mapped[str | None]
    """Why it came to nothing, in a sentence."""
    found: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What it came to; numbers of shoppers and orders, and nothing else of them."""

    __table_args__ = (UniqueConstraint("shop_id", "trigger"),)


class StoreMails(OfShop, Base):
    """What a store mails shoppers by itself, as it told us, or as its merchant did."""

    __tablename__ = "store_mails"

    id: Mapped[key]
    told: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """Whether each of its own mails is on, by its setting; one that is missing it does not have."""
    plugins: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    """Its plug-ins that mail shoppers as well."""
    told_at: Mapped[datetime | None]
    """When the store was last asked; None: never."""
    confirmed: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """When the merchant said that the store's own mails of a flow are off, by the flow."""

    __table_args__ = (UniqueConstraint("shop_id"),)


class FlowVersion(OfShop, Base):
    """A flow as it was published; never changed."""

    __tablename__ = "flow_version"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    number: Mapped[int]
    """From 1, of its shop and trigger."""
    file: Mapped[str]
    is_preset: Mapped[bool] = mapped_column(default=False)
    """It is what we ship, and gives way to what we ship later."""
    published_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "trigger", "number"),)


class Enrollment(OfShop, Base):
    """Somebody in a flow about one subject: where they are, and when to look at them next."""

    __tablename__ = "enrollment"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    version_id: Mapped[int] = mapped_column(ForeignKey("flow_version.id", ondelete="CASCADE"))
    """They keep the version that they came into."""
    about: Mapped[str]
    """The kind of its subject: plan.fields.FIELDS."""
    about_id: Mapped[int]
    """The subject's row; without a foreign key, for what is gone ends the enrollment."""
    entry: Mapped[int]
    """The how manieth time about the same subject, from 1."""
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    """The order that it is about, where it is about one."""
    step: Mapped[str]
    """The step that is next."""
    arrived_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    occasion_at: Mapped[datetime | None]
    """When what it tells of happened, where that is news; None: it is about nothing that gets old."""
    held_out: Mapped[bool]
    """They walk along unseen: nothing is sent to them."""
    gets_none: Mapped[bool] = mapped_column(default=False, server_default="false")
    """They are held out because they get no offers at all, from any flow."""
    path: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    """[[step, when it was gone through], …]; no personal data."""
    due_at: Mapped[datetime | None]
    """When to look next; None: it is over, or waits for something to be heard."""
    over: Mapped[str | None]
    """Why it is over; None: it is not."""
    ended_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """How often looking at it failed one time after the other."""

    __table_args__ = (
        UniqueConstraint("shop_id", "trigger", "about", "about_id", "entry"),
        Index("ix_enrollment_due", "shop_id", "due_at", "id", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_enrollment_of_flow", "shop_id", "trigger", postgresql_where=text("over IS NULL")),
        Index("ix_enrollment_bought", "shop_id", "ended_at", postgresql_where=text("over = 'bought'")),
        Index("ix_enrollment_profile_id", "profile_id"),
        Index("ix_enrollment_inside", "profile_id", postgresql_where=text("over IS NULL")),
        Index(
            "ix_enrollment_told",
            "ended_at",
            postgresql_where=text("occasion_at IS NOT NULL AND over IS NOT NULL"),
        ),
        Index("ix_enrollment_version_id", "version_id"),
    )


class HeldBack(OfShop, Base):
    """A message that waited, or did not go, only because there are others for its shopper."""

    __tablename__ = "held_back"

    id: Mapped[key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    reason: Mapped[Reason] = word(Reason)
    behind_id: Mapped[int | None]
    """The message that went first, or spoke for it; without a foreign key, for it may be gone by now."""
    at: Mapped[datetime]
    """When it was first held back for this reason."""
    until: Mapped[datetime | None]
    """When it was asked about again; None: it did not go at all."""
    would_go_at: Mapped[datetime]
    """When it would have gone, were there no others."""

    __table_args__ = (
        UniqueConstraint("message_id", "reason", "behind_id", postgresql_nulls_not_distinct=True),
    )


class Eligibility(OfShop, Base):
    """A shopper could have been offered something: written down for those who are left out just the same.

    Once for each comparison and share of those left out; the shopper is compared from then on.
    """

    __tablename__ = "eligibility"

    id: Mapped[key]
    comparison: Mapped[str]
    """hold_outs.OFFERS, or a flow's trigger."""
    share: Mapped[int]
    """How many in a hundred are left out."""
    drawn_as: Mapped[int]
    """The profile that chance knew; their records may have been merged since."""
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    left_out: Mapped[bool]
    at: Mapped[datetime]
    measured_at: Mapped[datetime | None]
    """When what they bought since was counted; None: not yet."""
    orders: Mapped[int | None]
    revenue: Mapped[int | None]
    """In minor units of the shop's currency, less what was paid back."""

    __table_args__ = (
        UniqueConstraint("shop_id", "comparison", "share", "drawn_as"),
        Index("ix_eligibility_unmeasured", "at", "id", postgresql_where=text("measured_at IS NULL")),
        Index(
            "ix_eligibility_open",
            "shop_id",
            "comparison",
            "share",
            "left_out",
            postgresql_where=text("measured_at IS NULL"),
        ),
    )
