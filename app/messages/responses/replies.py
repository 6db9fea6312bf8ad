"""What shoppers text to a shop's number: done where it is a keyword, answered once, and kept to be read.

That a text counts once, however often its provider tells of it, is a unique constraint.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.audience import keywords
from app.audience.keywords import ANSWERS, Keyword
from app.channels.sms.base import Heard
from app.channels.sms.segments import plain
from app.commerce.models import Order
from app.lib import clock, crypto
from app.lib.db import Base, OfShop, Row, key, word
from app.lib.words import of as words_of
from app.messages.models import Message
from app.shops import brand, calls, texting
from app.shops.models import Call, Shop
from app.tracking.shoppers import wishes
from app.vocabulary import CallState, Medium

LONGEST = 2000
"""Characters of a text that are kept."""
NUMBER = re.compile(r"\+\d{7,15}")
"""Whom an answer goes to: no short code, and no name."""
ANSWERS_A_DAY = 5
"""To one number: two machines could answer each other for ever."""
YES = (Keyword.START, Keyword.OFFERS)


class Reply(OfShop, Base):
    """One text that came in."""

    __tablename__ = "reply"

    id: Mapped[key]
    identity: Mapped[bytes]
    medium: Mapped[Medium] = word(Medium)
    address_hash: Mapped[bytes]
    to: Mapped[str]
    """The number that it came from, and that an answer goes to."""
    words: Mapped[str]
    keyword: Mapped[Keyword | None] = word(Keyword)
    """What it asks of us; None: it is for a person to read."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    """The order that this number was last texted about."""
    at: Mapped[datetime]

    __table_args__ = (
        Index("uq_reply_identity", "shop_id", "identity", unique=True),
        Index("ix_reply_address", "shop_id", "address_hash"),
    )


def hear(
    session: Session, shop_id: int, provider: str, heard: Heard, medium: Medium = Medium.SMS
) -> Keyword | None:
    """Keep a text, do what it asks, and have it answered in its sender's language; None: nothing was asked.

    What is told again changes nothing: a STOP that came before a START does not end what that began. Nor does
    a yes that is told late undo the STOP that was written after it.
    """
    order, sender = _texted_about(session, shop_id, medium, heard)
    asked = keywords.keyword(heard.words, medium)
    row = {
        "shop_id": shop_id,
        "identity": hashlib.blake2b(f"{provider}\0{heard.id}".encode(), digest_size=16).digest(),
        "medium": medium,
        "address_hash": crypto.fingerprint(sender),
        "to": sender,
        "words": heard.words[:LONGEST].replace("\0", ""),
        "keyword": asked,
        "order_id": order.id if order else None,
        "at": heard.at or clock.now(),
    }
    put = insert(Reply).values(row).on_conflict_do_nothing().returning(Reply.id)
    reply_id = session.scalar(put)
    if reply_id is None or (asked in YES and _has_stopped_since(session, row)):
        return None
    if asked is Keyword.STOP:  # so that their orders' pages no longer say that they get it
        wishes.stop(session, shop_id, medium, sender)
    elif asked is Keyword.START:
        wishes.resume(session, shop_id, medium, sender)
    said = keywords.hear(session, shop_id, medium, sender, heard.words, at=clock.now())
    if said is not None and not heard.is_answered and _may_answer(session, shop_id, sender):
        shop = session.get_one(Shop, shop_id)
        by = {"to": sender, "provider": provider, "medium": medium}
        _answer(session, shop, order, said, by, about=f"reply-{reply_id}")
    return said


def newest(
    session: Session, shop_id: int, medium: Medium = Medium.SMS, *, most: int
) -> list[tuple[Reply, Order | None]]:
    """Return the last texts that are for a person to read, with the order they seem to be about."""
    unread = select(Reply, Order).outerjoin(Order, Order.id == Reply.order_id)
    mine = unread.where(Reply.shop_id == shop_id, Reply.medium == medium, Reply.keyword.is_(None))
    return [(reply, order) for reply, order in session.execute(mine.order_by(Reply.id.desc()).limit(most))]


def unanswered(session: Session, shop_id: int, medium: Medium = Medium.SMS) -> int:
    """Return how many answers the provider did not take."""
    parked = select(func.count()).where(
        Call.shop_id == shop_id, Call.line == _line(medium), Call.state == CallState.PARKED
    )
    return session.scalar(parked) or 0


def forget(session: Session, shop_id: int, addresses: Collection[str], order_id: int | None = None) -> None:
    """Remove what came from these numbers, or belongs to an order."""
    hashes = [crypto.fingerprint(address) for address in addresses]
    theirs = or_(Reply.address_hash.in_(hashes), Reply.order_id == order_id)
    session.execute(delete(Reply).where(Reply.shop_id == shop_id, theirs))


def _may_answer(session: Session, shop_id: int, number: str) -> bool:
    asked = select(func.count()).where(
        Reply.shop_id == shop_id,
        Reply.address_hash == crypto.fingerprint(number),
        Reply.keyword.is_not(None),
        Reply.at > clock.now() - timedelta(days=1),
    )
    return bool(NUMBER.fullmatch(number)) and (session.scalar(asked) or 0) <= ANSWERS_A_DAY


def _has_stopped_since(session: Session, row: Row) -> bool:
    """Tell whether a STOP is known that its number wrote after a text."""
    same = Reply.shop_id == row["shop_id"], Reply.address_hash == row["address_hash"]
    later = Reply.medium == row["medium"], Reply.keyword == Keyword.STOP, Reply.at > row["at"]
    return session.scalar(select(Reply.id).where(*same, *later).limit(1)) is not None


def _texted_about(session: Session, shop_id: int, medium: Medium, heard: Heard) -> tuple[Order | None, str]:
    """Return the order that a number was last texted about, and that number as we know it."""
    texted = select(Order, Message.to).join(Message, Message.order_id == Order.id)
    numbers = heard.sender, *heard.spellings
    to_it = texted.where(Message.shop_id == shop_id, Message.medium == medium, Message.to.in_(numbers))
    last = session.execute(to_it.order_by(Message.id.desc()).limit(1)).one_or_none()
    return (last[0], last[1] or heard.sender) if last else (None, heard.sender)


def _answer(  # noqa: PLR0913 - what is answered, to whom, in which language
    session: Session, shop: Shop, order: Order | None, said: Keyword, by: Mapping[str, str], *, about: str
) -> None:
    """Answer over whom it came, to whoever wrote it."""
    medium = Medium(by["medium"])
    look, words = brand.of(shop), words_of(order.locale if order else None, shop.locale)
    text = words.say(ANSWERS[medium][said], shop=look.name, contact=look.support_email or look.url)
    payload = {**by, "words": plain(text)}
    order_id = order.id if order else None
    calls.ask(session, shop.id, "texts.answer", about, payload, order_id=order_id, line=_line(medium))


def _line(medium: Medium) -> str:
    """Return the line of a medium's answers."""
    return texting.SETTING[medium]
