"""Gaps: orders of which the store told us nothing, or not the last of it; found by comparing, and closed.

A comparison walks through all orders that changed in a window, oldest change first. What the store holds in a
newer state was missed; what we hold in the window and the store does not list is gone there.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.commerce import orders
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import Base, OfShop, key, word

DAILY = 86_400
"""Seconds between two comparisons."""
GRACE = timedelta(minutes=15)
"""How long after a change the store may take to tell us, before we call it missed."""


class GapOutcome(StrEnum):
    """What became of an order of which the store had not told us."""

    REPAIRED = "repaired"
    GONE = "gone"
    """The store no longer has it."""
    UNREADABLE = "unreadable"
    """What the store holds cannot be read."""


class Comparison(OfShop, Base):
    """One comparison of a store's orders with ours."""

    __tablename__ = "comparison"

    id: Mapped[key]
    since: Mapped[datetime]
    """Orders changed from then on were compared."""
    began_at: Mapped[datetime]
    """And until then."""
    ended_at: Mapped[datetime | None]
    """When the last of them was repaired; None while it goes on."""
    compared: Mapped[int] = mapped_column(default=0)
    scans: Mapped[int] = mapped_column(default=0)
    """Scans of parcels that had to be fetched: a scan changes no order."""

    __table_args__ = (Index("ix_comparison_shop", "shop_id", text("id DESC")),)


class MissedOrder(OfShop, Base):
    """A state of an order that we had to fetch ourselves."""

    __tablename__ = "missed_order"

    id: Mapped[key]
    external_id: Mapped[str]
    changed_at: Mapped[datetime]
    """The store's time of that state; of the last one that we knew, where the order is gone."""
    found_at: Mapped[datetime]
    comparison_id: Mapped[int | None] = mapped_column(ForeignKey("comparison.id", ondelete="SET NULL"))
    """None: found by the regular catch-up."""
    outcome: Mapped[GapOutcome | None] = word(GapOutcome)
    """None while it is still to be fetched."""
    mended_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    """Why it could not be read."""

    __table_args__ = (
        UniqueConstraint("shop_id", "external_id", "changed_at"),
        Index("ix_missed_order_shop", "shop_id", text("id DESC")),
        Index("ix_missed_order_open", "comparison_id", postgresql_where=text("outcome IS NULL")),
    )


def begin(session: Session, shop_id: int, since: datetime) -> Comparison:
    """Return the comparison of a shop that is under way, else a new one."""
    under_way = select(Comparison).filter_by(shop_id=shop_id, ended_at=None).order_by(Comparison.id.desc())
    run = session.scalar(under_way.limit(1))
    if run is None:
        run = Comparison(shop_id=shop_id, since=since, began_at=clock.now(), compared=0, scans=0)
        session.add(run)
        session.flush()  # its id is where we go on
    return run


def note(
    session: Session, run: Comparison, listed: Mapping[str, datetime], *, after: datetime, until: datetime
) -> None:
    """Remember what a page of the store's list shows to be missing here, and what it no longer lists.

    `listed` holds, with its time, at least every order whose last change was at `after` or later, and before
    `until`.
    """
    old = {ident: at for ident, at in listed.items() if at < run.began_at - GRACE}
    behind = {ident: old[ident] for ident in orders.behind(session, run.shop_id, old)}
    behind |= {ident: old[ident] for ident in deleted_here(session, run.shop_id, old)}
    ours = select(Order.external_id, Order.updated_at).where(
        Order.shop_id == run.shop_id,
        Order.updated_at >= after,
        Order.updated_at < min(until, run.began_at - GRACE),
        Order.deleted_at.is_(None),
    )
    unlisted = {ident: at for ident, at in session.execute(ours) if at is not None and ident not in listed}
    found(session, run.shop_id, behind | unlisted, comparison_id=run.id)


def found(
    session: Session, shop_id: int, states: Mapping[str, datetime], *, comparison_id: int | None = None
) -> None:
    """Remember states of orders that nobody told us of, each once."""
    now = clock.now()
    rows = [
        {
            "shop_id": shop_id,
            "external_id": ident,
            "changed_at": at,
            "found_at": now,
            "comparison_id": comparison_id,
        }
        for ident, at in states.items()
    ]
    if rows:
        session.execute(insert(MissedOrder).values(rows).on_conflict_do_nothing())


def deleted_here(session: Session, shop_id: int, listed: Collection[str]) -> list[str]:
    """Return which orders that the store has count as deleted here."""
    ours = select(Order.external_id).where(Order.shop_id == shop_id, Order.external_id.in_(listed))
    return list(session.scalars(ours.where(Order.deleted_at.is_not(None)))) if listed else []


def overdue(behind: Collection[str], changed: Mapping[str, datetime | None]) -> dict[str, datetime]:
    """Return those of some orders that the store should have told us of by now."""
    told_by = clock.now() - GRACE
    return {ident: at for ident in behind if (at := changed.get(ident)) is not None and at < told_by}


def unmended(session: Session, comparison_id: int, most: int) -> list[str]:
    """Return orders that a comparison found and that are still to be fetched."""
    rows = select(MissedOrder.external_id).filter_by(comparison_id=comparison_id, outcome=None)
    return list(session.scalars(rows.order_by(MissedOrder.id).limit(most)))


def close(
    session: Session, shop_id: int, external_id: str, outcome: GapOutcome, failure: str | None = None
) -> None:
    """Note what became of an order that was found missing; of one that was not, nothing is noted."""
    still = update(MissedOrder).filter_by(shop_id=shop_id, external_id=external_id, outcome=None)
    session.execute(still.values(outcome=outcome, mended_at=clock.now(), failure=failure))


def take_back(session: Session, shop_id: int, external_id: str) -> None:
    """Forget that an order was found missing: it was told of after all, or is as we hold it."""
    session.execute(delete(MissedOrder).filter_by(shop_id=shop_id, external_id=external_id, outcome=None))


def finish(session: Session, comparison_id: int) -> None:
    """Note that a comparison is over."""
    over = update(Comparison).filter_by(id=comparison_id, ended_at=None)
    session.execute(over.values(ended_at=clock.now()))


def count(session: Session, comparison_id: int) -> dict[GapOutcome, int]:
    """Return how many orders a comparison found, by what became of them."""
    rows = select(MissedOrder.outcome, func.count()).filter_by(comparison_id=comparison_id)
    grouped = session.execute(rows.where(MissedOrder.outcome.is_not(None)).group_by(MissedOrder.outcome))
    return {outcome: number for outcome, number in grouped if outcome is not None}


def last(session: Session, shop_id: int) -> Comparison | None:
    """Return the last comparison of a shop that is over."""
    over = select(Comparison).where(Comparison.shop_id == shop_id, Comparison.ended_at.is_not(None))
    return session.scalar(over.order_by(Comparison.id.desc()).limit(1))


def missed_since(session: Session, shop_id: int, moment: datetime | None) -> int:
    """Return how many orders we had to fetch since a moment (None: ever)."""
    rows = (
        select(func.count())
        .select_from(MissedOrder)
        .where(
            MissedOrder.shop_id == shop_id,
            MissedOrder.outcome == GapOutcome.REPAIRED,
        )
    )
    return session.scalar(rows if moment is None else rows.where(MissedOrder.found_at > moment)) or 0


def purge(session: Session, *, before: datetime) -> None:
    """Forget comparisons of long ago, and what they found."""
    session.execute(delete(MissedOrder).where(MissedOrder.found_at < before))
    session.execute(delete(Comparison).where(Comparison.began_at < before))
