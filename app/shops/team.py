"""Who works for a shop and what each may do: invited by a link that is good once, and let go at once.

One person may work for several shops: their e-mail address says so, once it was shown to be theirs.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, LargeBinary, Select, UniqueConstraint, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib import clock
from app.lib.db import Base, OfShop, key, word
from app.shops.models import Shop
from app.vocabulary import ShopState

GOOD_FOR = timedelta(days=7)
"""How long an invitation may be taken up."""
LINK_GOOD_FOR = timedelta(minutes=10)
"""How long a link that was mailed lets its reader in."""
MAIL_LINK = "team.link"
"""Kind of a call that mails such a link: never over a server that one of their shops can read."""


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
    """Their e-mail address, in small letters: so the record of who looked at what names them."""
    role: Mapped[Role] = word(Role)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """Of the link that lets them in; None once it was used."""
    invited_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    """Of the link that was mailed last to let them in again, the same in each of their shops."""
    link_until: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]
    """Browsers that were let in before know them no more."""

    __table_args__ = (UniqueConstraint("shop_id", "address"), Index("ix_member_address", "address"))


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
        "link_hash": None,
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


def role_of(session: Session, shop_id: int, member_id: int, since: datetime) -> Role | None:
    """Return what a member may do who came in at a time; None for one who was let go or signed out since."""
    return _role(session, Member.shop_id == shop_id, Member.id == member_id, since)


def role_at(session: Session, shop_id: int, address: str, since: datetime) -> Role | None:
    """Return what the member with an address may do, as `role_of` does."""
    return _role(session, Member.shop_id == shop_id, Member.address == address, since)


def workplaces(address: str, since: datetime) -> Select[int]:
    """Return a query for the shops in which `role_at` finds a role."""
    return select(Member.shop_id).where(Member.address == address, _is_known(since), *_works_here())


def new_link(session: Session, address: str) -> tuple[str, Member] | None:
    """Return the secret of a link that lets somebody into all their shops, and where they work first.

    None for whoever works nowhere. It takes the place of the one before.
    """
    token = secrets.token_urlsafe(32)
    theirs = update(Member).where(Member.address == address, _is_open(), *_works_here())
    made = {"link_hash": _hash(token), "link_until": clock.now() + LINK_GOOD_FOR}
    works_at = sorted(session.scalars(theirs.values(made).returning(Member)), key=lambda it: it.id)
    return (token, works_at[0]) if works_at else None


def of_link(session: Session, token: str) -> list[Member]:
    """Return whom a link lets in, in which shops; nobody where it is unknown, used or too old."""
    return list(session.scalars(select(Member).where(*_link(token)).order_by(Member.id)))


def use_link(session: Session, token: str) -> list[Member]:
    """Return whom a link lets in, in which shops, and use it up."""
    used = update(Member).where(*_link(token)).values(link_hash=None, link_until=None)
    return list(session.scalars(used.returning(Member)))


def with_address(session: Session, address: str) -> list[Member]:
    """Return who somebody is, in which shops, whose e-mail address this was shown to be."""
    theirs = select(Member).where(Member.address == address, _is_open(), *_works_here())
    return list(session.scalars(theirs.order_by(Member.id)))


def sign_out(session: Session, address: str) -> None:
    """Let every browser forget somebody, in all their shops."""
    theirs = update(Member).where(Member.address == address)
    session.execute(theirs.values(signed_out_at=clock.now(), link_hash=None, link_until=None))


def change(session: Session, shop_id: int, member_id: int, role: Role) -> bool:
    """Give a member another role, which counts from their next click on; False where there is none."""
    return _set(session, shop_id, member_id, role=role)


def let_go(session: Session, shop_id: int, member_id: int) -> bool:
    """Let nobody in as this member any more, nor by their invitation; False where there is none.

    A browser of before stays out when they are invited again.
    """
    now = clock.now()
    return _set(session, shop_id, member_id, removed_at=now, signed_out_at=now, token_hash=None)


def _role(
    session: Session, shop: ColumnElement[bool], member: ColumnElement[bool], since: datetime
) -> Role | None:
    return session.scalar(select(Member.role).where(shop, member, _is_known(since), *_works_here()))


def _set(session: Session, shop_id: int, member_id: int, **values: object) -> bool:
    mine = update(Member).filter_by(id=member_id, shop_id=shop_id, removed_at=None)
    return session.scalar(mine.values(**values).returning(Member.id)) is not None


def _is_known(since: datetime) -> ColumnElement[bool]:
    return or_(Member.signed_out_at.is_(None), Member.signed_out_at < since)


def _works_here() -> tuple[ColumnElement[bool], ...]:
    return Member.joined_at.is_not(None), Member.removed_at.is_(None)


def _is_open() -> ColumnElement[bool]:
    return Member.shop_id.in_(select(Shop.id).filter_by(state=ShopState.INSTALLED))


def _link(token: str) -> tuple[ColumnElement[bool], ...]:
    return Member.link_hash == _hash(token), Member.link_until > clock.now(), _is_open(), *_works_here()


def _good(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Member.token_hash == _hash(token),
        Member.removed_at.is_(None),
        Member.invited_at > clock.now() - GOOD_FOR,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
