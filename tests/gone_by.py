"""What may happen to rows of days gone by: to whatever orders, parcels and messages a shop has by then."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.commerce.models import Fulfillment, Order
from app.messages.models import Message
from app.privacy import erasure
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.page.visits import PageVisit
from app.vocabulary import Category, ExceptionKind, Medium, MessageState, Reason, Trigger
from tests import sold

NOW = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
"""Noon in Denver."""
DAY = timedelta(days=1)
Table = type[Order] | type[Shipment] | type[Message] | type[ExceptionRow]


def ago(number: float) -> datetime:
    return NOW - DAY * number


def place(session: Session, shop: Shop, at: float, seed: int) -> None:
    order = sold.order(session, shop, placed_at=ago(at), profile_id=None, is_test=seed % 5 == 0)
    sent = Fulfillment(
        shop_id=shop.id,
        order_id=order.id,
        external_id=f"f{order.id}",
        items=[],
        shipped_at=ago(at),
        updated_at=NOW,
    )
    session.add(sent)
    session.flush()
    parcel = {
        "shop_id": shop.id,
        "order_id": order.id,
        "fulfillment_id": sent.id,
        "slot": "1",
        "progress": {},
    }
    session.add(Shipment(**parcel, shipped_at=ago(at), updated_at=NOW))


def tell(session: Session, shop: Shop, at: float, seed: int) -> None:
    order_id = _any(session, Order, seed)
    states = list(MessageState)
    number = session.scalar(select(func.count()).select_from(Message))
    session.add(
        Message(
            shop_id=shop.id,
            key=f"{number}-{seed}-{at}",
            trigger=list(Trigger)[seed % 3],
            medium=Medium.EMAIL,
            category=Category.TRANSACTIONAL,
            order_id=order_id,
            occasion_at=ago(at),
            due_at=ago(at),
            created_at=ago(at),
            rfc_id=f"<{number}-{seed}-{at}@x>",
            state=states[seed % len(states)],
        )
    )


def become(session: Session, _shop: Shop, at: float, seed: int) -> None:
    states, reasons = list(MessageState), [None, Reason.FLOW_OFF, Reason.TOO_OFTEN]
    values = {"state": states[seed % len(states)], "reason": reasons[int(at) % len(reasons)]}
    _change(session, Message, seed, values)


def arrive(session: Session, _shop: Shop, at: float, seed: int) -> None:
    _change(session, Shipment, seed, {"delivered_at": ago(at) if seed % 4 else None})


def expect(session: Session, _shop: Shop, at: float, seed: int) -> None:
    until = ago(at) if seed % 3 == 0 else None
    window = ago(at).date() if seed % 2 else None
    expected = datetime.combine(ago(at).date(), datetime.min.time(), UTC) if seed % 5 else None
    _change(
        session, Shipment, seed, {"expected_at": expected, "expected_until": until, "window_until": window}
    )


def cancel(session: Session, _shop: Shop, at: float, seed: int) -> None:
    _change(session, Shipment, seed, {"cancelled_at": ago(at) if seed % 2 else None})


def correct(session: Session, _shop: Shop, at: float, seed: int) -> None:
    placed = ago(at) if seed % 6 else None
    _change(
        session, Order, seed, {"placed_at": placed, "is_test": seed % 7 == 0, "ship_to": {"country": "CA"}}
    )


def run_late(session: Session, shop: Shop, at: float, seed: int) -> None:
    if (found := _any(session, Shipment, seed)) is None:
        return
    parcel = session.get_one(Shipment, found)
    session.add(
        ExceptionRow(
            shop_id=shop.id,
            order_id=parcel.order_id,
            shipment_id=parcel.id,
            kind=list(ExceptionKind)[seed % 2 - 1] if seed % 3 else ExceptionKind.LATE,
            since=ago(at),
            opened_at=ago(at),
            cleared_at=NOW,
            evidence={"promised_by": "carrier"},
        )
    )


def judge(session: Session, _shop: Shop, at: float, seed: int) -> None:
    by = "delay" if int(at) % 2 else "merchant"
    _change(session, ExceptionRow, seed, {"kind": ExceptionKind.LATE, "evidence": {"promised_by": by}})


def look(session: Session, shop: Shop, at: float, seed: int) -> None:
    if (order_id := _any(session, Order, seed)) is None:
        return
    row = session.get(PageVisit, (order_id, ago(at).date()))
    if row is None:
        session.add(
            PageVisit(shop_id=shop.id, order_id=order_id, day=ago(at).date(), visits=1, last_at=ago(at))
        )
    else:
        row.visits += 1


def promise(_session: Session, shop: Shop, _at: float, seed: int) -> None:
    shop.settings = {**shop.settings, "thresholds": {"promise_domestic": 3} if seed % 2 else {}}
    shop.country = ("US", "CA")[seed % 2]
    shop.timezone = ("America/Denver", "Asia/Tokyo")[seed % 2]


def forget(session: Session, shop: Shop, _at: float, seed: int) -> None:
    if (order_id := _any(session, Order, seed)) is not None:
        erasure.erase_orders_alone(session, shop.id, [session.get_one(Order, order_id)])


def remove(session: Session, _shop: Shop, _at: float, seed: int) -> None:
    tables: tuple[Table, ...] = (Order, Shipment, Message, ExceptionRow)
    table = tables[seed % 4]
    if seed % 5 == 0:
        session.execute(delete(PageVisit).where(PageVisit.visits > 1))
    elif (found := _any(session, table, seed)) is not None:
        session.execute(delete(table).where(table.id == found))


def _any(session: Session, table: Table, seed: int) -> int | None:
    ids = session.scalars(select(table.id).order_by(table.id)).all()
    return ids[seed % len(ids)] if ids else None


def _change(
    session: Session,
    table: Table,
    seed: int,
    values: Mapping[str, object],
) -> None:
    if (found := _any(session, table, seed)) is not None:
        session.execute(update(table).where(table.id == found).values(values))
