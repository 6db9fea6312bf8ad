"""Ways into a shop's pages that a store's own back office asks for: each opens once, within a minute."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib import clock
from app.lib.db import Base, OfShop, key

GOOD_FOR = timedelta(minutes=1)
"""The browser is sent on at once."""


class WayIn(OfShop, Base):
    """A way into one page of a shop's admin; used up by whoever comes first."""

    __tablename__ = "way_in"

    id: Mapped[key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    page: Mapped[str]
    """Where it leads, under the shop's own pages."""
    who: Mapped[str]
    """For the record of who looked at which shopper's data."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def begin(session: Session, shop_id: int, *, page: str, who: str) -> str:
    """Return an unguessable token that opens a page once."""
    now = clock.now()
    session.execute(delete(WayIn).where(WayIn.expires_at < now - GOOD_FOR))
    token = secrets.token_urlsafe(32)
    made = WayIn(shop_id=shop_id, token_hash=_hash(token), page=page, who=who, expires_at=now + GOOD_FOR)
    session.add(made)
    return token


def look(session: Session, token: str) -> WayIn | None:
    """Return what a token opens, and leave it as it is; None where it is unknown, too old or used."""
    fresh = select(WayIn).where(
        WayIn.token_hash == _hash(token), WayIn.used_at.is_(None), WayIn.expires_at > clock.now()
    )
    return session.scalar(fresh)


def use(session: Session, token: str) -> WayIn | None:
    """Return what a token opens, and use it up; None where it is unknown, too old or used."""
    now = clock.now()
    fresh = update(WayIn).where(
        WayIn.token_hash == _hash(token), WayIn.used_at.is_(None), WayIn.expires_at > now
    )
    return session.scalar(fresh.values(used_at=now).returning(WayIn))


def use_up(session: Session, shop_id: int, token: str, good_for: timedelta) -> bool:
    """Note that a link was used that stands in no row; False where it was used before."""
    now = clock.now()
    row = {"shop_id": shop_id, "token_hash": _hash(token), "page": "home", "who": "sign-in link"}
    row |= {"expires_at": now + good_for, "used_at": now}
    put = insert(WayIn).values(row).on_conflict_do_nothing(index_elements=("token_hash",))
    return session.scalar(put.returning(WayIn.id)) is not None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
