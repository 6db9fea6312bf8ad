"""What deliveries still say of those who were forgotten for their age: looked for once, however many.

Going through every kept body for each of a hundred thousand old orders would take days. Their words
are kept as keyed hashes until all bodies were gone through, each once. Say the process dies on any line: they
still are.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import LargeBinary, UniqueConstraint, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.commerce import bodies
from app.commerce.models import Delivery
from app.lib import clock, crypto
from app.lib.db import Base, OfShop, among, key
from app.shops import errands
from app.shops.models import Shop
from app.vocabulary import InboxState

FOLLOW = "retention.follow"
"""Errand: go through the kept bodies of a shop."""
PAUSE = timedelta(minutes=1)
"""So long more may be forgotten that the same look serves."""
AT_ONCE = 200
"""Bodies that are gone through in one transaction."""
READ = (InboxState.DONE, InboxState.IGNORED)


class Trace(OfShop, Base):
    """A word by which somebody could be found who is forgotten."""

    __tablename__ = "trace"

    id: Mapped[key]
    word: Mapped[bytes] = mapped_column(LargeBinary)
    """Its keyed hash."""

    __table_args__ = (UniqueConstraint("shop_id", "word"),)


def leave(session: Session, shop_id: int, words: Collection[str]) -> None:
    """Have every body emptied, soon, in which one of these mailboxes or numbers stands."""
    hashes = {crypto.fingerprint(word) for word in map(bodies.plain, words) if word}
    if not hashes:
        return
    rows = [{"shop_id": shop_id, "word": it} for it in hashes]
    session.execute(insert(Trace).on_conflict_do_nothing(), rows)
    errands.add(session, shop_id, FOLLOW, due_at=clock.now() + PAUSE)


def go_on(session: Session, shop: Shop) -> None:
    """Look on for a shop that comes back."""
    if last(session, shop.id):
        errands.add(session, shop.id, FOLLOW)


def last(session: Session, shop_id: int) -> int:
    """Return the latest trace of a shop; 0 where there is none."""
    return session.scalar(select(func.max(Trace.id)).filter_by(shop_id=shop_id)) or 0


def follow(session: Session, shop_id: int, until: int, after: int) -> int | None:
    """Empty what bears one of the traces until this one, among the next bodies; None: that were all."""
    kept = select(Delivery.id, Delivery.body, Delivery.state).where(
        Delivery.shop_id == shop_id, Delivery.id > after, Delivery.body.is_not(None)
    )
    rows = session.execute(kept.order_by(Delivery.id).limit(AT_ONCE)).all()
    said = {row.id: _words(row.body, is_read=row.state in READ) for row in rows}
    known = _known(session, shop_id, until, set[bytes]().union(*said.values()))
    bodies.empty_these(session, [ident for ident, words in said.items() if words & known])
    return rows[-1].id if rows else None


def lift(session: Session, shop_id: int, until: int) -> bool:
    """Forget the traces until this one; tells whether more were left meanwhile."""
    session.execute(delete(Trace).where(Trace.shop_id == shop_id, Trace.id <= until))
    return last(session, shop_id) > 0


def _words(body: bytes, *, is_read: bool) -> set[bytes]:
    """Return the hashes of a body's words; of one still to be read only of those that name one person."""
    return {crypto.fingerprint(word) for word in bodies.words_in(body) if is_read or bodies.names_one(word)}


def _known(session: Session, shop_id: int, until: int, words: Collection[bytes]) -> set[bytes]:
    mine = select(Trace.word).where(Trace.shop_id == shop_id, Trace.id <= until, among(Trace.word, words))
    return set(session.scalars(mine))
