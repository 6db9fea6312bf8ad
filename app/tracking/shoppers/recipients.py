"""Other recipients of an order's updates: named by its shopper, told nothing before they say yes.

At most three at a time, and each address is asked once for one order; who said "No, thank you" is asked for
no other order of the shop. An address is kept no longer than it is of use: a day without an answer, until
they or the shopper end it, or until the order's page ends.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import events
from app.audience.models import ConsentRow
from app.commerce.models import Order
from app.lib import clock, crypto, signing
from app.lib.db import Base, OfShop, key
from app.shops import page_host
from app.shops.models import Shop
from app.vocabulary import Category, Medium

MOST = 3
ANSWERS_WITHIN = timedelta(hours=24)
LOOK_AGAIN = timedelta(days=90)
"""How long a page is open at least after somebody said yes: before that nothing is to be ended."""
PURPOSE = "recipient"
DECLINED = {"asked": "no"}
"""In the proof of what was said: they do not want to be told of anybody's orders."""


class Recipient(OfShop, Base):
    """An address that one order's updates go to besides its shopper's."""

    __tablename__ = "recipient"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    place: Mapped[int]
    """From 1 to 3; free again once they have left."""
    address: Mapped[str | None]
    """None once it is of no more use."""
    address_hash: Mapped[bytes | None]
    """By which an address is not asked twice; None once the order's page has ended."""
    named_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """When to look whether the address is still of use."""

    __table_args__ = (
        CheckConstraint(f"place BETWEEN 1 AND {MOST}", name="ck_recipient_place"),
        UniqueConstraint("order_id", "address_hash"),
        Index(
            "uq_recipient_place", "order_id", "place", unique=True, postgresql_where=text("left_at IS NULL")
        ),
        Index("ix_recipient_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    @property
    def is_told(self) -> bool:
        """Whether they said yes, and still do."""
        return self.confirmed_at is not None and self.left_at is None and self.address is not None


def name(session: Session, order: Order, address: str) -> Recipient | None:
    """Have an address of a locked order asked; None where it was asked before, or three are there.

    None too where whoever has the address declined to be told of another order of the shop, and where the
    order's shopper was erased meanwhile: nobody would let go of the address.
    """
    if order.erased_at is not None or _has_declined(session, order.shop_id, address):
        return None
    rows = session.scalars(select(Recipient).filter_by(order_id=order.id)).all()
    free = set(range(1, MOST + 1)) - {row.place for row in rows if row.left_at is None}
    digest = crypto.fingerprint(address)
    if not free or address == order.email or any(row.address_hash == digest for row in rows):
        return None
    now = clock.now()
    made = Recipient(
        shop_id=order.shop_id,
        order_id=order.id,
        place=min(free),
        address=address,
        address_hash=digest,
        named_at=now,
        due_at=now + ANSWERS_WITHIN,
    )
    session.add(made)
    session.flush()  # the event names it
    named = events.RecipientNamed(
        happened_at=now, profile_id=order.profile_id, order_id=order.id, recipient_id=made.id
    )
    events.record(session, order.shop_id, named, once=f"recipient:{made.id}")
    return made


def _has_declined(session: Session, shop_id: int, address: str) -> bool:
    about = {"medium": Medium.EMAIL, "category": Category.TRANSACTIONAL}
    said = select(ConsentRow.proof).filter_by(
        shop_id=shop_id, address_hash=crypto.fingerprint(address), **about
    )
    newest = session.scalar(said.order_by(ConsentRow.at.desc(), ConsentRow.id.desc()).limit(1))
    return newest is not None and newest.items() >= DECLINED.items()


def confirm(recipient: Recipient) -> None:
    """Note that they said yes; saying it again changes nothing."""
    if recipient.confirmed_at is None:
        recipient.confirmed_at = clock.now()
        recipient.due_at = clock.now() + LOOK_AGAIN


def end(session: Session, chosen: Iterable[int], *, for_good: bool = False) -> None:
    """Let go of recipients' addresses; for good, so that not even a hash is left."""
    ended: dict[str, object] = {"address": None, "due_at": None}
    if for_good:
        ended["address_hash"] = None
    ids = list(chosen)
    session.execute(update(Recipient).where(Recipient.id.in_(ids)).values(ended))
    left = update(Recipient).where(Recipient.id.in_(ids), Recipient.left_at.is_(None))
    session.execute(left.values(left_at=clock.now()))


def of_order(session: Session, order_id: int) -> list[Recipient]:
    """Return those who are asked or told, in the order in which they were named."""
    there = select(Recipient).filter_by(order_id=order_id, left_at=None).where(Recipient.address.is_not(None))
    return list(session.scalars(there.order_by(Recipient.id)))


def find(session: Session, shop_id: int, recipient_id: int) -> Recipient | None:
    """Return a recipient of a shop whose address is still kept, locked."""
    one = select(Recipient).filter_by(id=recipient_id, shop_id=shop_id).where(Recipient.address.is_not(None))
    return session.scalar(one.with_for_update())


def ids_of(session: Session, shop_id: int, *, order_id: int | None = None, address: str = "") -> list[int]:
    """Return the recipients of an order, or whom an address is that of."""
    theirs = or_(Recipient.order_id == order_id, Recipient.address_hash == crypto.fingerprint(address))
    return list(session.scalars(select(Recipient.id).where(Recipient.shop_id == shop_id, theirs)))


def due(session: Session) -> list[Recipient]:
    """Return those whose address may be of no more use, locked; a few at a time."""
    late = select(Recipient).where(Recipient.due_at <= clock.now()).order_by(Recipient.due_at).limit(50)
    return list(session.scalars(late.with_for_update(skip_locked=True)))


def url(shop: Shop, recipient_id: int) -> str:
    """Return where a recipient says yes, and ends it."""
    return f"{page_host.public_url(shop)}/w/{signing.token(PURPOSE, [shop.id, recipient_id])}"


def recipient_of(token: str) -> tuple[int, int]:
    """Return the shop and the recipient that a link was made for; raises Forged."""
    match signing.read_token(PURPOSE, token):
        case [int(shop_id), int(recipient_id)]:
            return shop_id, recipient_id
        case _:
            raise signing.Forged
