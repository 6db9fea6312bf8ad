"""Tables of the templates that WhatsApp approved for a shop, and of which says what."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import Trigger


class WhatsAppTemplate(OfShop, Base):
    """One template in one language, as WhatsApp last told of it."""

    __tablename__ = "whatsapp_template"

    id: Mapped[key]
    name: Mapped[str]
    language: Mapped[str]
    category: Mapped[str]
    status: Mapped[str]
    """WhatsApp's own word in lower case: it may have others than we know."""
    header: Mapped[str]
    body: Mapped[str]
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """The places in it that are filled for each message."""
    is_named: Mapped[bool]
    lacks: Mapped[str]
    """What it wants and we do not give; empty: nothing."""
    seen_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "name", "language"),)


class WhatsAppUse(OfShop, Base):
    """Which template a message is said in, and what fills its places."""

    __tablename__ = "whatsapp_use"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    template: Mapped[str]
    """Its name; there may be one for each language."""
    says: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """{slot: {"field": what it says, "otherwise": what stands there where an order lacks it}}."""

    __table_args__ = (UniqueConstraint("shop_id", "trigger"),)
