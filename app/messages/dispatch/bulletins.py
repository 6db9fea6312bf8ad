"""One message to the shoppers of many parcels, in the merchant's words: whom it is for, how far it is."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib.db import Base, OfShop, among, key

LONGEST_SUBJECT = 120
LONGEST = 4000
"""Characters."""


class Bulletin(OfShop, Base):
    """What is told about many parcels; its messages name it by their step."""

    __tablename__ = "bulletin"

    id: Mapped[key]
    parcels: Mapped[list[dict[str, Any]]]
    """{"order": 7, "shipments": [8, 9]}: one message for each, settled when it was begun."""
    subject: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    who: Mapped[str]
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    taken: Mapped[int] = mapped_column(default=0)
    """For how many of its orders it was asked for."""
    done_at: Mapped[datetime | None]

    @property
    def is_written(self) -> bool:
        """Tell whether there is something to send."""
        return bool(self.subject and self.words)

    @property
    def order_ids(self) -> list[int]:
        """Return the orders that it is about."""
        return [int(part["order"]) for part in self.parcels]


def texts(session: Session, ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """Return subject and words of bulletins, by id."""
    if not ids:
        return {}
    rows = session.execute(
        select(Bulletin.id, Bulletin.subject, Bulletin.words).where(among(Bulletin.id, ids))
    )
    return {ident: (subject, words) for ident, subject, words in rows}


def purge(session: Session, *, before: datetime) -> None:
    """Forget what was begun before a moment and never sent."""
    session.execute(delete(Bulletin).where(Bulletin.confirmed_at.is_(None), Bulletin.made_at < before))
