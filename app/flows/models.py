"""Tables of a flow."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import Trigger


class Flow(OfShop, Base):
    """One flow of one shop; no row, or `on_since` None: it is off."""

    __tablename__ = "flow"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    on_since: Mapped[datetime | None]

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
