"""What our own rows say of a connection: when the store last spoke, and what had to be asked for instead."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce import gaps
from app.commerce.models import Delivery, Order
from app.lib import clock
from app.lib.days import Calendar
from app.lib.words import merchant_sentence
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
        return Finding(
            what=merchant_sentence("News"),
            grade=Grade.BAD,
            said=_lost(f"{missed:,}", _written(shop, last) if last else None),
            mend=merchant_sentence(
                "See below what stands in their way; until then orders are asked for, a little late."
            ),
            remedy=Remedy.COMPARE,
        )
    if last is not None:
        return good(
            merchant_sentence("News"),
            merchant_sentence(
                "Your store last told us something on %(written)s.", written=_written(shop, last)
            ),
        )
    if clock.now() - shop.installed_at < SETTLING:
        return good(
            merchant_sentence("News"),
            merchant_sentence("Your store has just connected, and will tell us of its next order."),
        )
    return Finding(
        what=merchant_sentence("News"),
        grade=Grade.ODD,
        said=merchant_sentence("Your store has not told us anything yet."),
        mend=merchant_sentence(
            "Change an order in your store, and look again: its notice should be here within minutes."
        ),
    )


def _lost(missed: str, last: str | None) -> str:
    if last is None and missed == "1":
        return merchant_sentence(
            "Your store’s notices do not reach us: none of its notices ever came, and 1 order had to be "
            "asked "
            "for since."
        )
    if last is None:
        return merchant_sentence(
            "Your store’s notices do not reach us: none of its notices ever came, and %(number)s orders had "
            "to be asked for since.",
            number=missed,
        )
    if missed == "1":
        return merchant_sentence(
            "Your store’s notices do not reach us: its last notice came on %(date)s, and 1 order had to be "
            "asked for since.",
            date=last,
        )
    return merchant_sentence(
        "Your store’s notices do not reach us: its last notice came on %(date)s, and %(number)s orders had "
        "to "
        "be asked for since.",
        date=last,
        number=missed,
    )


def _asking(session: Session, shop: Shop) -> Finding | None:
    """Return what has failed several times in a row when the store was asked."""
    kind = f"{shop.platform}.catch_up"
    row = session.scalar(select(Errand).filter_by(shop_id=shop.id, kind=kind))
    if row is None or row.attempts < TRIES:
        return None
    again = _written(shop, row.due_at)
    return Finding(
        what=merchant_sentence("Asking"),
        grade=Grade.BAD,
        said=merchant_sentence(
            "Asking your store for changed orders has failed %(attempts)s times: %(failure)s.",
            attempts=row.attempts,
            failure=row.failure,
        ),
        mend=merchant_sentence("It is tried again on %(again)s.", again=again),
    )


def _written(shop: Shop, moment: datetime) -> str:
    calendar = Calendar.of(clock.now(), shop.timezone, "en_US")
    return f"{calendar.written(calendar.day(moment))}, {calendar.time(moment)}"
