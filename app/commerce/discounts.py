"""Discount codes: each for one shopper and one order, until a day; made in the store once, and taken back.

Say the process dies on any line: a code is thought of in the transaction that has it made, and written down
before the store hears of it. So whoever tries again asks the store for that very code first.
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import events
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import clock, crypto, plugins
from app.lib.days import Calendar
from app.lib.db import Base, OfShop, among, key
from app.lib.reading import Json
from app.platforms.base import Platform
from app.shops import calls
from app.shops.models import Call, Shop
from app.vocabulary import CallReason, CallState

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Those that nobody takes for another."""
LONG = 10
TOGETHER = 100
"""How many codes a store is asked to make at once."""
LAST_MINUTE = time(23, 59, 59)


class Discount(OfShop, Base):
    """One code."""

    __tablename__ = "discount"

    id: Mapped[key]
    key: Mapped[str]
    """Whoever asks twice gets the first."""
    way: Mapped[str]
    """Whose way through which flow it was offered on: the beginning of its messages' keys."""
    code: Mapped[str]
    percent: Mapped[int]
    expires_at: Mapped[datetime]
    """The end of a day on the shop's clock."""
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    """When the store had it; None: not yet, or it never did."""
    ended_at: Mapped[datetime | None]
    """When its shopper placed an order, or was erased: from then on it is worth nothing."""

    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        UniqueConstraint("shop_id", "code"),
        Index("ix_discount_profile_id", "profile_id"),
        Index("ix_discount_way", "shop_id", "way"),
        Index(
            "ix_discount_unmade",
            *("shop_id", "percent", "expires_at"),
            postgresql_where=text("made_at IS NULL AND ended_at IS NULL"),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A code that a store is to have, or to have no more."""

    id: int
    code: str
    others: tuple[str, ...]
    """Codes on the same terms that wait to be made as well."""
    percent: int
    expires_at: datetime
    email: str | None
    """Whose it is."""
    batch: str
    """A code that nobody is given, the same for all of these terms: the store keeps theirs under it."""
    is_over: bool
    """It is worth nothing any more."""


def may(shop: Shop) -> bool:
    """Tell whether the store lets us make any."""
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    return platform.discounts_with is None or platform.discounts_with in shop.scopes.split()


def offer(  # noqa: PLR0913 - the columns of one row
    session: Session, shop_id: int, asked: str, *, way: str, percent: int, days: int, profile_id: int | None
) -> bool:
    """Have a code made after this transaction; False where it was asked for before, or may not be made."""
    shop = session.get_one(Shop, shop_id)
    if not may(shop):
        return False
    row = {
        "shop_id": shop_id,
        "key": asked,
        "way": way,
        "code": "".join(secrets.choice(LETTERS) for _ in range(LONG)),
        "percent": percent,
        "expires_at": last_moment(shop, days),
        "profile_id": profile_id,
        "asked_at": clock.now(),
    }
    put = insert(Discount).values(row).on_conflict_do_nothing(index_elements=["shop_id", "key"])
    ident = session.scalar(put.returning(Discount.id))
    if ident is None:
        return False
    call = f"discount:{ident}"
    return calls.ask(
        session, shop_id, f"{shop.platform}.discount", call, {"discount_id": ident}, profile_id=profile_id
    )


def last_moment(shop: Shop, days: int) -> datetime:
    """Return the end of the day in so many days, on the shop's clock."""
    zone = Calendar.of(clock.now(), shop.timezone, None).zone
    day = clock.now().astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, LAST_MINUTE, zone).astimezone(UTC)


def on_order_placed(session: Session, shop_id: int, event: events.OrderPlaced) -> None:
    """Take back what its shopper was offered: it has done its work, or they came without it."""
    order = session.get_one(Order, event.order_id)
    if order.profile_id is not None:
        end(session, shop_id, order.profile_id)


def end(session: Session, shop_id: int, profile_id: int) -> None:
    """Let a shopper's codes be worth nothing from now on, in their store as well."""
    now, shop = clock.now(), session.get_one(Shop, shop_id)
    live = update(Discount).filter_by(shop_id=shop_id, profile_id=profile_id)
    live = live.where(Discount.ended_at.is_(None), Discount.expires_at > now)
    for ident in session.scalars(live.values(ended_at=now).returning(Discount.id)).all():
        calls.ask(
            session, shop_id, f"{shop.platform}.discount_end", f"discount:{ident}:end", {"discount_id": ident}
        )


def prepare(session: Session, payload: Json) -> News | CallReason:
    """Return what a call is about; or why there is nothing to do."""
    row = session.get(Discount, payload["discount_id"])
    if row is None:
        return CallReason.ERASED
    if row.made_at is not None and row.ended_at is None:
        return CallReason.KNOWN
    if row.expires_at <= clock.now():
        return CallReason.SUPERSEDED
    same = select(Discount.code).filter_by(
        shop_id=row.shop_id,
        percent=row.percent,
        expires_at=row.expires_at,
        made_at=None,
        ended_at=None,
    )
    others = same.where(Discount.id != row.id).order_by(Discount.id).limit(TOGETHER - 1)
    profile = session.get(Profile, row.profile_id) if row.profile_id else None
    return News(
        id=row.id,
        code=row.code,
        others=tuple(session.scalars(others)),
        percent=row.percent,
        expires_at=row.expires_at,
        email=profile.email if profile else None,
        batch=_batch(row),
        is_over=row.ended_at is not None,
    )


def made(session: Session, shop_id: int, codes: Collection[str]) -> None:
    """Note that the store has these."""
    there = update(Discount).where(Discount.shop_id == shop_id, Discount.code.in_(codes))
    session.execute(there.where(Discount.made_at.is_(None)).values(made_at=clock.now()))


def of_ways(session: Session, ways: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Discount]:
    """Return the code that each of these (shop, way) was offered last, and that can be used."""
    found = _on(session, ways)
    now = clock.now()
    living = (row for row in found if row.made_at and not row.ended_at and row.expires_at > now)
    return {(row.shop_id, row.way): row for row in living}


def awaited(session: Session, ways: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Return which of these wait for a code that is about to be made."""
    rows = [row for row in _on(session, ways) if row.made_at is None and row.ended_at is None]
    if not rows:
        return set()
    keys = {(row.shop_id, f"discount:{row.id}"): row for row in rows}
    waiting = select(Call.shop_id, Call.key).where(
        Call.shop_id.in_({row.shop_id for row in rows}),
        among(Call.key, {key for _, key in keys}),
        Call.state == CallState.WAITING,
    )
    asked = (keys.get((shop_id, key)) for shop_id, key in session.execute(waiting))
    return {(row.shop_id, row.way) for row in asked if row is not None}


def way_of(message_key: str) -> str:
    """Return on whose way through which flow a message, or an action, is asked for."""
    return ":".join(message_key.split(":")[:2])


def _on(session: Session, ways: Iterable[tuple[int, str]]) -> list[Discount]:
    wanted = set(ways)
    if not wanted:
        return []
    rows = select(Discount).where(
        Discount.shop_id.in_({shop_id for shop_id, _ in wanted}),
        among(Discount.way, {way for _, way in wanted}),
    )
    found = session.scalars(rows.order_by(Discount.id).execution_options(populate_existing=True))
    return [row for row in found if (row.shop_id, row.way) in wanted]


def _batch(row: Discount) -> str:
    terms = crypto.fingerprint(f"discount {row.shop_id} {row.percent} {row.expires_at.isoformat()}")
    return "DOORSTEP-" + "".join(LETTERS[byte % len(LETTERS)] for byte in terms[:16])
