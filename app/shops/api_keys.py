"""Keys of a shop's programming interface: shown once, kept as a hash, each for what it is named for."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ARRAY, LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib import clock
from app.lib.db import Base, OfShop, key
from app.shops.models import Shop
from app.vocabulary import ShopState

BEGINS = "dsk_"
"""So that a key that was published by mistake is known as one of ours."""
SHOWN = 8
"""Signs of a key by which its owner knows it again."""
NOTED_EVERY = timedelta(minutes=10)
MOST = 20
"""Keys of one shop."""


class Scope(StrEnum):
    """What a key may do."""

    READ_SHIPMENTS = "shipments:read"
    WRITE_SHIPMENTS = "shipments:write"
    READ_MESSAGES = "messages:read"
    WRITE_MESSAGES = "messages:write"
    READ_CUSTOMERS = "customers:read"
    WRITE_CUSTOMERS = "customers:write"
    READ_FLOWS = "flows:read"
    WRITE_FLOWS = "flows:write"
    READ_STOCK = "stock:read"
    WRITE_STOCK = "stock:write"


class ApiKey(OfShop, Base):
    """One key."""

    __tablename__ = "api_key"

    id: Mapped[key]
    name: Mapped[str]
    """What it is for, in its owner's words."""
    begins: Mapped[str]
    """Its first signs."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    who: Mapped[str]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """Roughly."""
    revoked_at: Mapped[datetime | None]

    def may(self, scope: Scope) -> bool:
        """Tell whether it is for this."""
        return scope in self.scopes


def make(session: Session, shop_id: int, name: str, scopes: Iterable[Scope], who: str) -> str:
    """Return a new key: nobody can read it again."""
    secret = f"{BEGINS}{secrets.token_urlsafe(32)}"
    row = ApiKey(
        shop_id=shop_id,
        name=name,
        begins=secret[: len(BEGINS) + SHOWN],
        token_hash=_hash(secret),
        scopes=sorted(scopes),
        who=who,
        made_at=clock.now(),
    )
    session.add(row)
    return secret


def of_shop(session: Session, shop_id: int) -> list[ApiKey]:
    """Return a shop's keys that are good, the newest first."""
    mine = select(ApiKey).filter_by(shop_id=shop_id, revoked_at=None)
    return list(session.scalars(mine.order_by(ApiKey.id.desc())))


def revoke(session: Session, shop_id: int, key_id: int) -> bool:
    """Let nobody in by a key any more; False where there is none."""
    mine = update(ApiKey).filter_by(id=key_id, shop_id=shop_id, revoked_at=None)
    return session.scalar(mine.values(revoked_at=clock.now()).returning(ApiKey.id)) is not None


def find(session: Session, secret: str) -> tuple[ApiKey, Shop] | None:
    """Return the key that somebody shows, with its shop; None where it is none (any more)."""
    wanted = select(ApiKey, Shop).join(Shop, Shop.id == ApiKey.shop_id)
    good = wanted.where(ApiKey.token_hash == _hash(secret), ApiKey.revoked_at.is_(None))
    found = session.execute(good.where(Shop.state == ShopState.INSTALLED)).one_or_none()
    return (found[0], found[1]) if found else None


def note_use(session: Session, row: ApiKey) -> None:
    """Remember that a key is in use, without writing at each use."""
    now = clock.now()
    if row.used_at is None or row.used_at < now - NOTED_EVERY:
        lately = ApiKey.used_at.is_(None) | (ApiKey.used_at < now - NOTED_EVERY)
        session.execute(update(ApiKey).where(ApiKey.id == row.id, lately).values(used_at=now))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
