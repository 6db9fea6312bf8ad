"""The lines of orders, as the last that their store said of them."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.commerce.models import LineItem, Order
from app.lib.db import Row, put, write_gathered
from app.platforms import purchases

KEY = ("order_id", "external_id")


def keep(session: Session, order: Order, said: Sequence[purchases.LineItem], *, were_known: bool) -> None:
    """Bring an order's lines up to date; `were_known`: there may be some that it has no longer.

    None at all says nothing of them.
    """
    lines = {item.external_id: item for item in said}
    rows = [_row(order, item, position) for position, item in enumerate(lines.values())]
    if not rows:
        return
    if not were_known:
        for row in rows:
            put(session, _write, row)
        return
    write_gathered(session)  # they may be this very order's
    _write(session, rows)
    mine = LineItem.order_id == order.id
    session.execute(delete(LineItem).where(mine, LineItem.external_id.not_in(lines)))


def _write(session: Session, rows: list[Row]) -> None:
    add = insert(LineItem)
    news = {name: add.excluded[name] for name in rows[0] if name not in ("shop_id", *KEY)}
    add = add.on_conflict_do_update(index_elements=KEY, set_=news)
    session.connection().execute(add.returning(LineItem.id), rows)  # returning: one statement for all of them


def _row(order: Order, item: purchases.LineItem, position: int) -> Row:
    return {
        "shop_id": order.shop_id,
        "order_id": order.id,
        "external_id": item.external_id,
        "position": position,
        "title": item.title,
        "variant_title": item.variant_title,
        "sku": item.sku,
        "quantity": item.quantity,
        "price": item.price,
        "image_url": item.image_url,
        "product_external_id": item.product_id,
        "variant_external_id": item.variant_id,
    }
