"""Cases: what a shopper reports of their order, until the merchant has dealt with it.

An order has one open case at most; whatever its shopper writes meanwhile is added to it. An open case stands
in the queue of exceptions, and holds back reviews and offers.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import events
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import Base, OfShop, among, key, word
from app.tracking.exceptions import watch
from app.tracking.exceptions.rules import Due
from app.tracking.models import ExceptionRow
from app.vocabulary import CaseKind, CaseWish, ExceptionKind

LONGEST = 2000
"""Characters of what is written at once."""
MOST_ENTRIES = 20
"""So often a shopper may write into one case."""


class CaseAuthor(StrEnum):
    """Who wrote a part of a case."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"


class Case(OfShop, Base):
    """Something that a shopper reported of an order."""

    __tablename__ = "case"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    kind: Mapped[CaseKind] = word(CaseKind)
    wish: Mapped[CaseWish] = word(CaseWish)
    granted_at: Mapped[datetime | None]
    """When the merchant agreed to the wish; what it takes is done in the store."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_case_open", "order_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_case_order_id", "order_id"),
    )


class CaseEntry(OfShop, Base):
    """What somebody wrote in a case."""

    __tablename__ = "case_entry"

    id: Mapped[key]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    author: Mapped[CaseAuthor] = word(CaseAuthor)
    words: Mapped[str | None]
    """None once the shopper's data was erased."""
    said_at: Mapped[datetime]


def report(session: Session, order_id: int, *, kind: CaseKind, wish: CaseWish, words: str) -> Case | None:
    """Keep what a shopper reports, in a new case or the open one; None: enough written, or erased."""
    now = clock.now()
    order = session.get_one(Order, order_id, with_for_update=True)
    if order.erased_at is not None:
        return None
    case = open_of(session, order_id)
    if case is None:
        case = Case(shop_id=order.shop_id, order_id=order_id, kind=kind, wish=wish, opened_at=now)
        session.add(case)
        session.flush()  # its entry and its events name it
        watch.begin(session, order, None, Due(kind=ExceptionKind.REPORTED, since=now, at=now), now)
        opened = events.CaseOpened(
            happened_at=now, profile_id=order.profile_id, order_id=order_id, case_id=case.id
        )
        events.record(session, order.shop_id, opened, once=f"case:{case.id}:opened")
    elif _count(session, case) >= MOST_ENTRIES:
        return None
    if wish is not CaseWish.ANSWER and case.granted_at is None:
        case.wish = wish
    _add(session, case, CaseAuthor.SHOPPER, words)
    return case


def answer(session: Session, case: Case, words: str) -> None:
    """Keep the merchant's answer, and have it sent."""
    entry = _add(session, case, CaseAuthor.MERCHANT, words)
    session.flush()  # the event names it
    answered = events.CaseAnswered(
        happened_at=entry.said_at, order_id=case.order_id, case_id=case.id, entry_id=entry.id
    )
    events.record(session, case.shop_id, answered, once=f"case:{case.id}:answered:{entry.id}")


def grant(session: Session, case: Case, *, granted: bool) -> None:
    """Note that the merchant agrees to the shopper's wish, or does not after all."""
    del session
    case.granted_at = (case.granted_at or clock.now()) if granted else None


def close(session: Session, case: Case) -> None:
    """Note that a case is dealt with; closing it twice is closing it once."""
    if case.closed_at is not None:
        return
    now = clock.now()
    case.closed_at = now
    order = session.get_one(Order, case.order_id, with_for_update=True)
    mine = {"order_id": order.id, "kind": ExceptionKind.REPORTED, "cleared_at": None}
    for row in session.scalars(select(ExceptionRow).filter_by(**mine)):
        watch.clear(session, order, row, now)
    closed = events.CaseClosed(
        happened_at=now, profile_id=order.profile_id, order_id=order.id, case_id=case.id
    )
    events.record(session, case.shop_id, closed, once=f"case:{case.id}:closed")


def find(session: Session, shop_id: int, case_id: int) -> Case | None:
    """Return a case of a shop."""
    return session.scalar(select(Case).filter_by(id=case_id, shop_id=shop_id))


def open_of(session: Session, order_id: int) -> Case | None:
    """Return an order's open case."""
    return session.scalar(select(Case).filter_by(order_id=order_id, closed_at=None))


def open_ids(session: Session, order_ids: Iterable[int]) -> dict[int, int]:
    """Return the open case of each of these orders that has one."""
    still = select(Case.order_id, Case.id).where(among(Case.order_id, order_ids), Case.closed_at.is_(None))
    return dict(session.execute(still).all())


def entries(session: Session, case: Case) -> Sequence[CaseEntry]:
    """Return what was written in a case, in order."""
    return session.scalars(select(CaseEntry).filter_by(case_id=case.id).order_by(CaseEntry.id)).all()


def troubled(session: Session, profile_ids: Iterable[int | None]) -> frozenset[int]:
    """Return which of these shoppers have an open case, whatever the order."""
    wanted = {profile_id for profile_id in profile_ids if profile_id is not None}
    still = select(Order.profile_id).join(Case, Case.order_id == Order.id)
    having = still.where(among(Order.profile_id, wanted), Case.closed_at.is_(None))
    return frozenset(profile_id for profile_id in session.scalars(having) if profile_id is not None)


def _count(session: Session, case: Case) -> int:
    written = select(func.count()).select_from(CaseEntry)
    return session.scalar(written.filter_by(case_id=case.id, author=CaseAuthor.SHOPPER)) or 0


def _add(session: Session, case: Case, author: CaseAuthor, words: str) -> CaseEntry:
    entry = CaseEntry(
        shop_id=case.shop_id,
        case_id=case.id,
        order_id=case.order_id,
        author=author,
        words=words.strip()[:LONGEST],
        said_at=clock.now(),
    )
    session.add(entry)
    return entry
