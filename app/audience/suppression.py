"""Addresses that must not be written to: remembered as a keyed hash, which outlives an erasure."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audience.models import Suppression
from app.lib import clock, crypto
from app.vocabulary import Category, Medium

EVERYTHING = "all"
"""The category that stands for every one."""
ONE_EACH = "uq_suppression_shop_id_medium_address_hash_category"
UNSUBSCRIBED = "unsubscribed"
"""The reason that a shopper can take back."""


def suppress(  # noqa: PLR0913 - the columns of one row
    session: Session, shop_id: int, medium: Medium, address: str, category: Category | None, *, reason: str
) -> None:
    """Write no more to an address about a category, or about anything (None).

    What a shopper can take back gives way to what they cannot: a dead mailbox, a complaint.
    """
    row = {
        "shop_id": shop_id,
        "medium": medium,
        "address_hash": crypto.fingerprint(address),
        "category": category or EVERYTHING,
        "reason": reason,
        "at": clock.now(),
        "until": None,
    }
    put = insert(Suppression).values(row)
    for_good = {"reason": put.excluded.reason, "at": put.excluded.at, "until": None}
    weighs_more = and_(Suppression.reason == UNSUBSCRIBED, put.excluded.reason != UNSUBSCRIBED)
    gives_way = or_(Suppression.until.is_not(None), weighs_more)
    session.execute(put.on_conflict_do_update(constraint=ONE_EACH, set_=for_good, where=gives_way))


def rest(  # noqa: PLR0913 - the columns of one row
    session: Session, shop_id: int, medium: Medium, address: str, *, until: datetime, reason: str
) -> None:
    """Write nothing to an address for a while; one that is suppressed for good stays so."""
    row = {
        "shop_id": shop_id,
        "medium": medium,
        "address_hash": crypto.fingerprint(address),
        "category": EVERYTHING,
        "reason": reason,
        "at": clock.now(),
        "until": until,
    }
    put = insert(Suppression).values(row)
    longer = {"until": func.greatest(Suppression.until, put.excluded.until)}
    session.execute(
        put.on_conflict_do_update(constraint=ONE_EACH, set_=longer, where=Suppression.until.is_not(None))
    )


def holds() -> ColumnElement[bool]:
    """Say that a suppression is not over."""
    return or_(Suppression.until.is_(None), Suppression.until > clock.now())


def is_suppressed(
    session: Session, shop_id: int, medium: Medium, address: str, category: Category
) -> str | None:
    """Return why an address may not be written to about a category; None: it may."""
    return session.scalar(
        select(Suppression.reason)
        .filter_by(shop_id=shop_id, medium=medium, address_hash=crypto.fingerprint(address))
        .where(Suppression.category.in_((category, EVERYTHING)), holds())
        .order_by(Suppression.category)  # "all" weighs more, and comes first
        .limit(1)
    )


def lift(  # noqa: PLR0913 - the columns of one row
    session: Session,
    shop_id: int,
    medium: Medium,
    address: str,
    category: Category | None,
    *,
    before: datetime | None = None,
) -> None:
    """Let a shopper take back their own no, said before a moment; a dead mailbox stays.

    About one category; None: the no to everything, which is one of its own.
    """
    theirs = [
        Suppression.shop_id == shop_id,
        Suppression.medium == medium,
        Suppression.address_hash == crypto.fingerprint(address),
        Suppression.category == (category or EVERYTHING),
        Suppression.reason == UNSUBSCRIBED,
    ]
    if before is not None:
        theirs.append(Suppression.at <= before)
    session.execute(delete(Suppression).where(*theirs))
