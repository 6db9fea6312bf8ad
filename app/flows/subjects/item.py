"""Something that was bought and gets used up, as flows see it: one line of an order."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.commerce.models import LineItem, Order, Product, Variant
from app.commerce.reorders import Reorder
from app.flows.subjects.base import Matter, Subject, reachable
from app.lib.db import among
from app.platforms.purchases import OrderState


def look(session: Session, ids: Collection[int], _fields: Collection[str]) -> dict[int, Matter]:
    """Return what is so of these lines of orders."""
    usual = and_(
        Reorder.shop_id == LineItem.shop_id, Reorder.product_external_id == LineItem.product_external_id
    )
    rows = session.execute(
        select(LineItem, Order, Reorder.interval, _is_bought_again(), _is_sold())
        .join(Order, Order.id == LineItem.order_id)
        .outerjoin(Reorder, usual)
        .where(among(LineItem.id, ids))
        .execution_options(populate_existing=True)
    )
    found = {}
    for line, order, interval, is_bought_again, is_sold in rows:
        bought_at: datetime = order.placed_at or order.first_heard_at
        found[line.id] = Matter(
            shop_id=order.shop_id,
            profile_id=order.profile_id,
            order_id=order.id,
            line_item_id=line.id,
            addresses=reachable(order.email, order.phone),
            place=order.ship_to or {},
            known={
                "item.is_bought_again": is_bought_again,
                "item.is_called_off": order.is_called_off or order.erased_at is not None,
                "item.is_sold": is_sold,
                "item.is_used_up": interval is not None,
            },
            moments={} if interval is None else {"item.runs_out_at": bought_at + interval},
        )
    return found


def _is_bought_again() -> ColumnElement[bool]:
    later, again = aliased(Order), aliased(LineItem)
    return exists().where(
        later.profile_id == Order.profile_id,
        later.placed_at > Order.placed_at,
        later.state == OrderState.PLACED,
        again.order_id == later.id,
        again.product_external_id == LineItem.product_external_id,
    )


def _is_sold() -> ColumnElement[bool]:
    """Say whether the product can be bought, as far as its store has said anything."""
    product = and_(Product.shop_id == LineItem.shop_id, Product.external_id == LineItem.product_external_id)
    is_gone = exists().where(product, Product.deleted_at.is_not(None))
    has_any = exists().where(product, Variant.product_id == Product.id)
    has_some = exists().where(product, Variant.product_id == Product.id, Variant.in_stock.is_not(False))
    return and_(~is_gone, or_(~has_any, has_some))


PLUGIN = Subject(key="item", look=look)
