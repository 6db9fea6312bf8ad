"""Tables of a flow."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import Trigger


class Flow(OfShop, Base):
    """One flow of one shop; no row, or `on_since` None: it is off."""

    __tablename__ = "flow"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    on_since: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("shop_id", "trigger"),)
