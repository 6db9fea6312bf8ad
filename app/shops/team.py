"""Who works for a shop and what each may do: invited by a link that is good once, and let go at once."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, LargeBinary, UniqueConstraint, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib import clock
from app.lib.db import Base, OfShop, key, word

GOOD_FOR = timedelta(days=7)
"""How long an invitation may be taken up."""


class Role(StrEnum):
    """What somebody may do; each may do all that those after it may."""

    OWNER = "owner"
    EDITOR = "editor"
    SUPPORT = "support"
    READER = "reader"

    def covers(self, needed: "Role") -> bool:
        """Tell whether whoever has this role may do what another is needed for."""
        roles = list(Role)
        return roles.index(self) <= roles.index(needed)


class Member(OfShop, Base):
    """Somebody whom an owner invited."""

    __tablename__ = "member"

    id: Mapped[key]
    address: Mapped[str]
    """Their e-mail address: so the record of who looked at what names them. Nothing is sent there."""
    role: Mapped[Role] = word(Role)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """Of the link that lets them in; None once it was used."""
    invited_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("shop_id", "address"),)


def invite(session: Session, shop_id: int, address: str, role: Role) -> str:
    """Return the secret of a link that makes somebody a member; one invited before has the new link only."""
    token = secrets.token_urlsafe(32)
    row = {
        "shop_id": shop_id,
        "address": address,
        "role": role,
        "token_hash": _hash(token),
        "invited_at": clock.now(),
        "joined_at": None,
        "removed_at": None,
    }
    put = insert(Member).values(row)
    session.execute(put.on_conflict_do_update(index_elements=("shop_id", "address"), set_=row))
    return token


def invitation(session: Session, token: str) -> Member | None:
    """Return what an invitation is for; None where it is unknown, used, too old or taken back."""
    return session.scalar(select(Member).where(*_good(token)))


def join(session: Session, token: str) -> Member | None:
    """Take an invitation up; None where that can no longer be done."""
    taken = update(Member).where(*_good(token)).values(token_hash=None, joined_at=clock.now())
    return session.scalar(taken.returning(Member))


def of_shop(session: Session, shop_id: int) -> list[Member]:
    """Return a shop's members and those who are invited, by name."""
    mine = select(Member).filter_by(shop_id=shop_id).where(Member.removed_at.is_(None))
    return list(session.scalars(mine.order_by(Member.address)))


def role_of(session: Session, shop_id: int, member_id: int) -> Role | None:
    """Return what a member may do; None for one who was let go."""
    mine = select(Member.role).filter_by(id=member_id, shop_id=shop_id, removed_at=None)
    return session.scalar(mine.where(Member.joined_at.is_not(None)))


def change(session: Session, shop_id: int, member_id: int, role: Role) -> bool:
    """Give a member another role, which counts from their next click on; False where there is none."""
    return _set(session, shop_id, member_id, role=role)


def let_go(session: Session, shop_id: int, member_id: int) -> bool:
    """Let nobody in as this member any more, nor by their invitation; False where there is none."""
    return _set(session, shop_id, member_id, removed_at=clock.now(), token_hash=None)


def _set(session: Session, shop_id: int, member_id: int, **values: object) -> bool:
    mine = update(Member).filter_by(id=member_id, shop_id=shop_id, removed_at=None)
    return session.scalar(mine.values(**values).returning(Member.id)) is not None


def _good(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Member.token_hash == _hash(token),
        Member.removed_at.is_(None),
        Member.invited_at > clock.now() - GOOD_FOR,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
