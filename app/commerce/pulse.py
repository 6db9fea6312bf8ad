"""What our own rows say of a connection: when the store last spoke, and what had to be asked for instead."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce import gaps
from app.commerce.models import Delivery, Order
from app.lib import clock
from app.lib.days import Calendar
from app.platforms.findings import Finding, Grade, Remedy, good
from app.shops.models import Errand, Shop
from app.vocabulary import InboxState

SETTLING = timedelta(hours=1)
"""How long a store that has just connected may say nothing."""
TRIES = 3
"""How often something must have failed in a row before anybody is bothered with it."""
LOOKED_AT = 20
"""How many of the newest orders are looked at for addresses."""


def look(session: Session, shop: Shop) -> list[Finding]:
    """Return what our rows say of a shop's connection."""
    return [finding for finding in (_heard(session, shop), _asking(session, shop)) if finding is not None]


def heard_at(session: Session, shop_id: int) -> datetime | None:
    """Return when a store last told us something."""
    newest = select(Delivery.received_at).where(Delivery.shop_id == shop_id)
    return session.scalar(newest.order_by(Delivery.id.desc()).limit(1))


def behind(session: Session, shop_ids: Collection[int]) -> set[int]:
    """Return which of these shops have told of orders that were not looked at yet."""
    if not shop_ids:
        return set()
    waiting = select(Delivery.shop_id).where(
        Delivery.state == InboxState.WAITING,
        Delivery.attempts == 0,
        Delivery.shop_id.in_(shop_ids),
        Delivery.topic.startswith("order"),
    )
    return set(session.scalars(waiting.distinct()))


def addresses(session: Session, shop_id: int) -> tuple[int, int]:
    """Return how many of the newest orders were looked at, and how many have an address or a number."""
    newest = select(Order.email, Order.phone).where(
        Order.shop_id == shop_id, Order.updated_at.is_not(None), Order.erased_at.is_(None)
    )
    rows = session.execute(newest.order_by(Order.id.desc()).limit(LOOKED_AT)).all()
    return len(rows), sum(bool(email or phone) for email, phone in rows)


def _heard(session: Session, shop: Shop) -> Finding | None:
    last = heard_at(session, shop.id)
    missed = gaps.missed_since(session, shop.id, last or shop.installed_at)
    if missed:
        since = f"its last notice came on {_written(shop, last)}" if last else "none of its notices ever came"
        many = f"{missed:,} order{'' if missed == 1 else 's'}"
        return Finding(
            what="News",
            grade=Grade.BAD,
            said=f"Your store’s notices do not reach us: {since}, and {many} had to be asked for since.",
            mend="See below what stands in their way; until then orders are asked for, a little late.",
            remedy=Remedy.COMPARE,
        )
    if last is not None:
        return good("News", f"Your store last told us something on {_written(shop, last)}.")
    if clock.now() - shop.installed_at < SETTLING:
        return good("News", "Your store has just connected, and will tell us of its next order.")
    return Finding(
        what="News",
        grade=Grade.ODD,
        said="Your store has not told us anything yet.",
        mend="Change an order in your store, and look again: its notice should be here within minutes.",
    )


def _asking(session: Session, shop: Shop) -> Finding | None:
    """Return what has failed several times in a row when the store was asked."""
    kind = f"{shop.platform}.catch_up"
    row = session.scalar(select(Errand).filter_by(shop_id=shop.id, kind=kind))
    if row is None or row.attempts < TRIES:
        return None
    again = _written(shop, row.due_at)
    said = f"Asking your store for changed orders has failed {row.attempts} times: {row.failure}."
    return Finding(what="Asking", grade=Grade.BAD, said=said, mend=f"It is tried again on {again}.")


def _written(shop: Shop, moment: datetime) -> str:
    calendar = Calendar.of(clock.now(), shop.timezone, "en_US")
    return f"{calendar.written(calendar.day(moment))}, {calendar.time(moment)}"
