"""Tables of who carries a shop's mail, of the domains it is sent for, and of how much went each day."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.channels.server import Security
from app.lib.db import Base, OfShop, key, word
from app.vocabulary import Medium

HOUSE = 0
"""Stands for the operator's own server where a provider's id is asked for."""
BY_MEDIUM = {Medium.SMS: -1, Medium.WHATSAPP: -2}
"""What stands for the shop's account with a provider of texts, and with WhatsApp."""


class Carries(StrEnum):
    """Which mail goes over a provider."""

    EVERYTHING = "everything"
    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"


class Provider(OfShop, Base):
    """A mail server that a merchant named; the first that may carry a mail does, the others take over."""

    __tablename__ = "provider"
    __table_args__ = (Index("ix_provider_shop_id", "shop_id"),)

    id: Mapped[key]
    place: Mapped[int]
    """Its turn; the lower goes first."""
    preset: Mapped[str]
    host: Mapped[str]
    port: Mapped[int]
    security: Mapped[Security] = word(Security)
    username: Mapped[str] = mapped_column(default="")
    password: Mapped[bytes | None]
    """Sealed."""
    sender: Mapped[str]
    """The address that mails come from."""
    reply_to: Mapped[str | None]
    """Where answers go; None: to the brand's own address."""
    carries: Mapped[Carries] = word(Carries, default=Carries.EVERYTHING)
    daily: Mapped[int | None]
    """How many mails it may carry a day; None: as many as there are."""
    selectors: Mapped[str] = mapped_column(default="")
    """Names of the keys that it signs with, with commas, as far as the merchant knows."""
    receipt_secret: Mapped[bytes | None]
    """Sealed; what its receipts are signed with."""
    rests_until: Mapped[datetime | None]
    """It refused for reasons of its own, and is left alone until then."""
    failures: Mapped[int] = mapped_column(default=0)
    """How often in a row."""
    complaint: Mapped[str | None]
    """What it said when it last refused, without personal data."""
    asked_to: Mapped[str | None]
    """Where the merchant wants a test mail to go; None: none is asked for."""
    tried: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The last test: {"to", "at", "went", "steps": [[what we did, what was said, if it went well]]}."""


class MailDomain(OfShop, Base):
    """A domain that a shop sends for: what its DNS says, and the keys that we sign with."""

    __tablename__ = "mail_domain"

    id: Mapped[key]
    domain: Mapped[str]
    selector: Mapped[str | None]
    """Of the key that mails are signed with; None: we do not sign."""
    secret: Mapped[bytes | None]
    """That key, sealed."""
    next_selector: Mapped[str | None]
    next_secret: Mapped[bytes | None]
    """A new key, which takes over as soon as DNS shows it."""
    old_selector: Mapped[str | None]
    """Of the key before: its record may go once no mail signed with it is under way."""
    turned_at: Mapped[datetime | None]
    """When the present key took over."""
    findings: Mapped[list[dict[str, Any]] | None]
    looked_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("shop_id", "domain"),)


class MailDay(OfShop, Base):
    """How many mails or texts of a shop one provider has taken on one day of the shop's calendar."""

    __tablename__ = "mail_day"

    id: Mapped[key]
    provider_id: Mapped[int]
    """HOUSE for the operator's server, below it for texts. No foreign key: what was sent stays counted."""
    day: Mapped[date] = mapped_column(Date)
    spent: Mapped[int] = mapped_column(default=0)
    """Taken, or set aside for a chunk that is on its way."""

    __table_args__ = (UniqueConstraint("shop_id", "provider_id", "day"),)
