"""An order that this transaction holds: its row is locked once, whoever asks for it first."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib.db import memory


def hold(session: Session, order_id: int) -> Order | None:
    """Return an order as it is now, its row locked until the transaction ends; None: there is none.

    Others may refer to it meanwhile.
    """
    orders: dict[int, Order | None] = memory(session).setdefault("orders on hold", {})
    if order_id not in orders:
        mine = select(Order).filter_by(id=order_id).with_for_update(key_share=True)
        orders[order_id] = session.scalar(mine.execution_options(populate_existing=True))
    return orders[order_id]
