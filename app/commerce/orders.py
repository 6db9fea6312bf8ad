"""Orders: upserted by the platform's own time, so that nothing depends on the order of arrival.

The order's row is the lock for all that belongs to it: whoever changes an order, its fulfillments or
its parcels locks this row first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import events
from app.audience import profiles
from app.commerce import fulfillments, items
from app.commerce.models import Order, Refund
from app.lib.db import Row, memory
from app.platforms import purchases
from app.platforms.purchases import OrderState


def keep(session: Session, shop_id: int, record: purchases.Order, *, heard_at: datetime) -> Order:
    """Return the order's row as this record and all before it leave it."""
    order = lock(session, shop_id, record.external_id, heard_at=heard_at)
    if record.erased:
        forget_person(order, at=record.updated_at)
    was_known = order.is_known
    if record.is_there or (order.deleted_at is not None and record.updated_at > order.deleted_at):
        order.deleted_at = None
    if order.updated_at is not None and record.updated_at < order.updated_at:
        _write_what_was(order, record)
        return order
    before = OrderState(order.state) if order.state else OrderState.OPEN
    same_moment = order.updated_at == record.updated_at
    state = max(before, record.state, key=_forward) if same_moment else record.state
    if order.erased_at is None:
        _write_person(session, shop_id, order, record, heard_at=heard_at)
    _write(order, record)
    order.state = state
    items.keep(session, order, record.items, were_known=was_known)
    _tell(session, order, before, state, record)
    return order


def lock(session: Session, shop_id: int, external_id: str, *, heard_at: datetime) -> Order:
    """Return an order's locked row; a stub where the store has not told us of it yet."""
    held, key = _held(session), (shop_id, external_id)
    order = held.get(key)
    if order is None:
        find = select(Order).filter_by(shop_id=shop_id, external_id=external_id).with_for_update()
        find = find.execution_options(populate_existing=True)
        order = None if key in held else session.scalar(find)
        order = order or _stub(session, shop_id, external_id, heard_at) or session.scalars(find).one()
        held[key] = order
    return order


def hold(session: Session, shop_id: int, external_ids: Iterable[str]) -> None:
    """Lock those orders of a shop that we know, in the order in which everybody locks several."""
    held, wanted = _held(session), dict.fromkeys(external_ids)
    mine = select(Order).where(Order.shop_id == shop_id, Order.external_id.in_(wanted)).order_by(Order.id)
    locked = mine.with_for_update().execution_options(populate_existing=True)
    found = {order.external_id: order for order in session.scalars(locked)} if wanted else {}
    held |= {(shop_id, external_id): found.get(external_id) for external_id in wanted}
    fulfillments.read(session, found.values())


def make(session: Session, shop_id: int, external_ids: Iterable[str], *, heard_at: datetime) -> None:
    """Make the rows of orders of which `hold` has found none, at once, and hold them."""
    held = _held(session)
    wanted = sorted({it for it in external_ids if held.get((shop_id, it)) is None})
    if wanted:
        add = insert(Order).on_conflict_do_nothing().returning(Order)
        rows = [_fresh(shop_id, external_id, heard_at) for external_id in wanted]
        for order in session.scalars(add, rows):
            _new(session).add(order.id)
            held[shop_id, order.external_id] = order


def held(session: Session) -> list[Order]:
    """Return the orders that this transaction has locked here."""
    return sorted(filter(None, _held(session).values()), key=lambda order: order.id)


def _held(session: Session) -> dict[tuple[int, str], Order | None]:
    """Return the orders that this transaction has locked: nobody else changes them; None: there was none."""
    held: dict[tuple[int, str], Order | None] = memory(session).setdefault("orders", {})
    return held


def _stub(session: Session, shop_id: int, external_id: str, heard_at: datetime) -> Order | None:
    """Return the row of an order that is new; None where somebody was faster."""
    add = insert(Order).values(_fresh(shop_id, external_id, heard_at))
    order = session.scalar(add.on_conflict_do_nothing().returning(Order))
    if order is not None:
        _new(session).add(order.id)
    return order


def _fresh(shop_id: int, external_id: str, heard_at: datetime) -> Row:
    row = {"shop_id": shop_id, "external_id": external_id, "first_heard_at": heard_at}
    return row | {"refunded": 0, "is_test": False, "is_fulfilled": False}


def is_new(session: Session, order: Order) -> bool:
    """Tell whether this transaction has made an order: nothing that belongs to it was there before."""
    return order.id in _new(session)


def _new(session: Session) -> set[int]:
    new: set[int] = memory(session).setdefault("new_orders", set())
    return new


def behind(session: Session, shop_id: int, wanted: Mapping[str, datetime | None]) -> list[str]:
    """Return which orders we do not hold as of these times (None: at all)."""
    if not wanted:
        return []
    known = select(Order.external_id, Order.updated_at).where(
        Order.shop_id == shop_id, Order.external_id.in_(wanted), Order.updated_at.is_not(None)
    )
    held = {external_id: updated_at for external_id, updated_at in session.execute(known) if updated_at}
    return [
        external_id
        for external_id, at in wanted.items()
        if external_id not in held or (at is not None and held[external_id] < at)
    ]


def keep_refund(session: Session, shop_id: int, record: purchases.Refund, *, heard_at: datetime) -> None:
    """Remember money given back, once."""
    order = lock(session, shop_id, record.order_id, heard_at=heard_at)
    row = {
        "shop_id": shop_id,
        "order_id": order.id,
        "external_id": record.external_id,
        "amount": record.amount,
        "created_at": record.created_at,
    }
    said = {} if record.items is None else {"items": [{"item": i, "quantity": n} for i, n in record.items]}
    add = insert(Refund).values(row | said).on_conflict_do_nothing()
    added = session.scalar(add.returning(Refund.id))
    if added is None:
        if said:
            same = update(Refund).filter_by(shop_id=shop_id, external_id=record.external_id)
            session.execute(same.where(Refund.items.is_(None)).values(said))
        return
    total = select(func.coalesce(func.sum(Refund.amount), 0)).where(Refund.order_id == order.id)
    order.refunded = max(order.refunded, session.scalar(total) or 0)
    refunded = events.OrderRefunded(
        happened_at=record.created_at, profile_id=order.profile_id, order_id=order.id, amount=record.amount
    )
    events.record(session, shop_id, refunded, once=f"refunded:{record.external_id}")


def keep_edit(session: Session, shop_id: int, record: purchases.OrderEdited, *, heard_at: datetime) -> None:
    """Note in the order's timeline that its items were edited."""
    order = lock(session, shop_id, record.external_id, heard_at=heard_at)
    edited = events.OrderEdited(happened_at=record.at, profile_id=order.profile_id, order_id=order.id)
    events.record(session, shop_id, edited, once=f"edited:{order.id}:{record.at.isoformat()}")


def keep_deletion(session: Session, shop_id: int, external_id: str, *, heard_at: datetime) -> None:
    """Note that the store threw the order away; it counts as cancelled until the store restores it."""
    order = lock(session, shop_id, external_id, heard_at=heard_at)
    order.deleted_at = order.deleted_at or heard_at


def forget_person(order: Order, *, at: datetime) -> None:
    """Empty what an order says of its shopper; the goods, the money and the times stay."""
    order.email = order.phone = None
    place = order.ship_to or {}
    order.ship_to = {"country": place["country"]} if place.get("country") else None
    order.status_url = order.tags = None
    order.erased_at = order.erased_at or at


def _write_what_was(order: Order, record: purchases.Order) -> None:
    """Keep of an older record what the newer ones no longer say."""
    order.placed_at = order.placed_at or record.placed_at
    if order.erased_at is not None and not order.ship_to and record.ship_to and record.ship_to.country:
        order.ship_to = {"country": record.ship_to.country}


_forward = list(OrderState).index


def _write(order: Order, record: purchases.Order) -> None:
    order.updated_at = record.updated_at
    order.name = record.name
    order.currency = record.currency
    order.total = record.total
    order.refunded = max(order.refunded, record.refunded)
    order.is_test = record.is_test
    order.is_fulfilled = record.is_fulfilled
    order.created_at = record.created_at
    order.placed_at = record.placed_at or order.placed_at
    order.cancelled_at = record.cancelled_at
    order.shipping = record.shipping or order.shipping
    order.is_first = record.is_first if record.is_first is not None else order.is_first
    for field in ("checkout_token", "cart_token"):
        setattr(order, field, getattr(record, field) or getattr(order, field))


def _write_person(
    session: Session, shop_id: int, order: Order, record: purchases.Order, *, heard_at: datetime
) -> None:
    profile = profiles.keep(session, shop_id, record.person, heard_at=heard_at)
    order.profile_id = profile.id if profile else order.profile_id
    order.email = record.person.email.lower() if record.person.email else order.email
    order.phone = record.person.phone or order.phone
    order.locale = record.person.locale or order.locale
    order.status_url = record.status_url or order.status_url
    order.tags = list(record.tags) if record.tags is not None else order.tags
    if record.ship_to is not None:
        order.ship_to = {k: v for k, v in asdict(record.ship_to).items() if v}


def _tell(
    session: Session, order: Order, before: OrderState, state: OrderState, record: purchases.Order
) -> None:
    if state is OrderState.PLACED:
        placed = events.OrderPlaced(
            happened_at=order.placed_at or record.created_at,
            profile_id=order.profile_id,
            order_id=order.id,
            first_heard_at=order.first_heard_at,
            as_of=record.updated_at,
        )
        events.record(session, order.shop_id, placed, once=f"placed:{order.id}")
    elif state is OrderState.CANCELLED and before is not OrderState.CANCELLED:
        cancelled = events.OrderCancelled(
            happened_at=record.cancelled_at or record.updated_at,
            profile_id=order.profile_id,
            order_id=order.id,
        )
        events.record(session, order.shop_id, cancelled, once=f"cancelled:{order.id}")
