"""How many pieces of a variant cancelled and refunded orders have brought back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.commerce.models import LineItem, Order, Refund, Variant
from app.platforms.purchases import OrderState


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order that holds the variant; the price is of one piece."""

    external_id: str
    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class PaidBack:
    """One refund; `items` is None where the store does not say what came back."""

    amount: int
    items: Mapping[str, int] | None


def count(session: Session, shop_id: int, variant_id: int, *, since: datetime) -> int:
    """Return the most pieces that orders called off or paid back since a moment may have brought back."""
    external_id = session.scalar(select(Variant.external_id).filter_by(id=variant_id, shop_id=shop_id))
    cancelled = (Order.state == OrderState.CANCELLED) & (Order.cancelled_at >= since)
    refunded = select(Refund.order_id).where(Refund.shop_id == shop_id, Refund.created_at >= since)
    ids = session.scalars(
        select(Order.id).where(
            Order.shop_id == shop_id, or_(cancelled, Order.deleted_at >= since, Order.id.in_(refunded))
        )
    ).all()
    lines: dict[int, list[Line]] = {}
    mine = select(LineItem).where(LineItem.order_id.in_(ids), LineItem.variant_external_id == external_id)
    for row in session.scalars(mine):
        lines.setdefault(row.order_id, []).append(Line(row.external_id, row.quantity, row.price))
    paid_back: dict[int, list[PaidBack]] = {}
    given = select(Refund).where(Refund.order_id.in_(lines), Refund.created_at >= since)
    for refund in session.scalars(given):
        paid_back.setdefault(refund.order_id, []).append(PaidBack(refund.amount, _items(refund.items)))
    off = select(Order.id).where(Order.id.in_(lines), or_(cancelled, Order.deleted_at >= since))
    called_off = set(session.scalars(off))
    return sum(
        pieces(of_order, paid_back.get(order_id, ()), is_called_off=order_id in called_off)
        for order_id, of_order in lines.items()
    )


def pieces(lines: list[Line], refunds: Iterable[PaidBack], *, is_called_off: bool) -> int:
    """Return the most pieces that one order may have brought back; never more than it held."""
    held = sum(line.quantity for line in lines)
    if is_called_off:
        return held
    back = sum(_back(lines, refund) for refund in refunds)
    return min(held, back)


def _back(lines: list[Line], refund: PaidBack) -> int:
    if refund.items is not None:
        return sum(refund.items.get(line.external_id, 0) for line in lines)
    return sum(_at_most(line, refund.amount) for line in lines)


def _at_most(line: Line, amount: int) -> int:
    """Return how many pieces an amount may have paid back: one that was paid in part counts whole."""
    return line.quantity if line.price <= 0 else min(line.quantity, -(-amount // line.price))


def _items(kept: list[dict[str, Any]] | None) -> Mapping[str, int] | None:
    return None if kept is None else {row["item"]: row["quantity"] for row in kept}
