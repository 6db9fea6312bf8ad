"""Which open exceptions ask for the merchant, the dearest and oldest first; and what they said of one.

What the merchant says of one counts for everything that is wrong with the same parcel.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import among
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ExceptionKind

GRAVITY = case({kind.value: place for place, kind in enumerate(ExceptionKind)}, value=ExceptionRow.kind)
"""The place of a row's kind, the gravest first."""
SUBJECT = (ExceptionRow.order_id, func.coalesce(ExceptionRow.shipment_id, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much asks for attention."""

    parcels: int = 0
    orders: int = 0
    """Of which nothing has left, or whose shopper wrote to us."""
    kinds: dict[ExceptionKind, int]
    aside: int = 0
    """Still so, but put off or dealt with."""

    @property
    def total(self) -> int:
        """Everything in the queue."""
        return self.parcels + self.orders


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue: an order or one of its parcels, and the gravest of what is wrong with it."""

    row: ExceptionRow
    order: Order
    shipment: Shipment | None
    others: int
    """How much else is wrong with it."""


def needs_a_look(now: datetime) -> ColumnElement[bool]:
    """Say in SQL which exceptions are in the queue."""
    is_awake = or_(ExceptionRow.snoozed_until.is_(None), ExceptionRow.snoozed_until <= now)
    return and_(ExceptionRow.cleared_at.is_(None), ExceptionRow.resolved_at.is_(None), is_awake)


def queue(  # noqa: PLR0913 - whose, which and how far
    session: Session,
    shop_id: int,
    *,
    kind: ExceptionKind | None,
    aside: bool,
    skip: int,
    limit: int,
    only: Iterable[ColumnElement[bool]] = (),
) -> list[Waiting]:
    """Return a part of a shop's queue: by what the order is worth times the hours that it has been open.

    What `only` says may be of the order, its profile and the parcel.
    """
    now = clock.now()
    chosen = needs_a_look(now)
    if aside:
        chosen = and_(ExceptionRow.cleared_at.is_(None), ~needs_a_look(now))
    mine = select(
        ExceptionRow.id,
        func.row_number().over(partition_by=SUBJECT, order_by=(GRAVITY, ExceptionRow.id)).label("place"),
        func.count().over(partition_by=SUBJECT).label("together"),
        func.min(ExceptionRow.opened_at).over(partition_by=SUBJECT).label("oldest"),
    ).where(ExceptionRow.shop_id == shop_id, chosen)
    ranked = mine.subquery()
    hours = func.extract("epoch", now - ranked.c.oldest) / 3600 + 1
    worth = func.greatest(func.coalesce(Order.total, 0) - Order.refunded, 0)
    lines = (
        select(ExceptionRow, Order, Shipment, ranked.c.together)
        .join(ranked, ranked.c.id == ExceptionRow.id)
        .join(Order, Order.id == ExceptionRow.order_id)
        .outerjoin(Shipment, Shipment.id == ExceptionRow.shipment_id)
        .outerjoin(Profile, Profile.id == Order.profile_id)
        .where(ExceptionRow.kind == kind if kind else ranked.c.place == 1, *only)
        .order_by((worth * hours).desc(), ExceptionRow.id)
    )
    found = session.execute(lines.offset(skip).limit(limit))
    return [Waiting(row, order, shipment, together - 1) for row, order, shipment, together in found]


def count(session: Session, shop_ids: Collection[int]) -> dict[int, Counts]:
    """Return how much asks for attention in each of these shops."""
    now = clock.now()
    awake = needs_a_look(now)
    in_queue = func.count().filter(awake)
    subjects = func.count(func.distinct(tuple_(*SUBJECT)))
    still = select(
        ExceptionRow.shop_id,
        subjects.filter(awake, ExceptionRow.shipment_id.is_not(None)),
        subjects.filter(awake, ExceptionRow.shipment_id.is_(None)),
        subjects.filter(~awake),
    ).where(ExceptionRow.shop_id.in_(shop_ids), ExceptionRow.cleared_at.is_(None))
    kinds: dict[int, dict[ExceptionKind, int]] = {shop_id: {} for shop_id in shop_ids}
    by_kind = (
        select(ExceptionRow.shop_id, ExceptionRow.kind, in_queue)
        .where(ExceptionRow.shop_id.in_(shop_ids), ExceptionRow.cleared_at.is_(None))
        .group_by(ExceptionRow.shop_id, ExceptionRow.kind)
    )
    for shop_id, kind, number in session.execute(by_kind):
        if number:
            kinds[shop_id][kind] = number
    counted = {
        shop_id: Counts(parcels=parcels, orders=orders, aside=aside, kinds=kinds[shop_id])
        for shop_id, parcels, orders, aside in session.execute(still.group_by(ExceptionRow.shop_id))
    }
    return {shop_id: counted.get(shop_id, Counts(kinds={})) for shop_id in shop_ids}


def open_of(session: Session, shipment_ids: Collection[int]) -> dict[int, list[ExceptionRow]]:
    """Return what is wrong with each of these parcels, in the queue or put aside, the gravest first."""
    rows = select(ExceptionRow).where(
        ExceptionRow.shipment_id.in_(shipment_ids), ExceptionRow.cleared_at.is_(None)
    )
    found: dict[int, list[ExceptionRow]] = {}
    for row in session.scalars(rows.order_by(GRAVITY, ExceptionRow.id)):
        if row.shipment_id is not None:
            found.setdefault(row.shipment_id, []).append(row)
    return found


def put_off(session: Session, shop_id: int, exception_id: int, until: datetime) -> int:
    """Take a parcel or order out of the queue until a moment; returns how much was wrong with it."""
    return _say(session, shop_id, exception_id, {"snoozed_until": until})


def resolve(session: Session, shop_id: int, exception_id: int) -> int:
    """Take a parcel or order out of the queue until something new goes wrong with it."""
    return _say(session, shop_id, exception_id, {"resolved_at": clock.now()})


def bring_back(session: Session, shop_id: int, exception_id: int) -> int:
    """Put a parcel or order back into the queue."""
    return _say(session, shop_id, exception_id, {"resolved_at": None, "snoozed_until": None})


def put_off_all(
    session: Session, shop_id: int, shipment_ids: Collection[int], until: datetime
) -> Sequence[int]:
    """Take parcels out of the queue until a moment; returns those that it took out."""
    return _say_of(session, shop_id, _in_queue(session, shop_id, shipment_ids), {"snoozed_until": until})


def resolve_all(session: Session, shop_id: int, shipment_ids: Collection[int]) -> Sequence[int]:
    """Take parcels out of the queue until something new goes wrong; returns those that it took out."""
    done = {"resolved_at": clock.now()}
    return _say_of(session, shop_id, _in_queue(session, shop_id, shipment_ids), done)


def bring_back_all(session: Session, shop_id: int, shipment_ids: Collection[int]) -> Sequence[int]:
    """Put parcels back into the queue; returns those of which something is wrong."""
    return _say_of(session, shop_id, shipment_ids, {"resolved_at": None, "snoozed_until": None})


def _in_queue(session: Session, shop_id: int, shipment_ids: Collection[int]) -> Sequence[int]:
    """Return which of these parcels are in the queue: what somebody else has put aside stays as they did."""
    theirs = select(ExceptionRow.shipment_id).where(ExceptionRow.shop_id == shop_id)
    theirs = theirs.where(among(ExceptionRow.shipment_id, shipment_ids), needs_a_look(clock.now()))
    return [it for it in session.scalars(theirs) if it is not None]


def _say(session: Session, shop_id: int, exception_id: int, said: dict[str, Any]) -> int:
    """Note it on all that is wrong with the same parcel."""
    one = select(ExceptionRow).filter_by(id=exception_id, shop_id=shop_id, cleared_at=None)
    row = session.scalar(one)
    if row is None:
        return 0
    same = select(ExceptionRow).filter_by(order_id=row.order_id, shipment_id=row.shipment_id)
    return len(_note(session, same, said))


def _say_of(
    session: Session, shop_id: int, shipment_ids: Collection[int], said: dict[str, Any]
) -> Sequence[int]:
    theirs = select(ExceptionRow).where(
        ExceptionRow.shop_id == shop_id, among(ExceptionRow.shipment_id, shipment_ids)
    )
    rows = _note(session, theirs, said)
    return list(dict.fromkeys(row.shipment_id for row in rows if row.shipment_id is not None))


def _note(session: Session, those: Select[ExceptionRow], said: dict[str, Any]) -> Sequence[ExceptionRow]:
    """Note it on whatever of these is not over; what a shopper reported only an answer resolves."""
    those = those.where(ExceptionRow.cleared_at.is_(None))
    if said.get("resolved_at") is not None:
        those = those.where(ExceptionRow.kind != ExceptionKind.REPORTED)
    rows = session.scalars(those).all()
    session.execute(update(ExceptionRow).where(ExceptionRow.id.in_([row.id for row in rows])).values(said))
    return rows
