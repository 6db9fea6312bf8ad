"""Browsers that shoppers let tell them of an order: where each is reached, until it says no or is gone."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.channels.base import Browser
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import Base, OfShop, among, key

MOST = 5
"""Browsers that one order is told in; the oldest makes room."""


class PushSubscription(OfShop, Base):
    """One browser that is told of one order."""

    __tablename__ = "push_subscription"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    endpoint: Mapped[str] = mapped_column(index=True)
    """The address at the browser's push service; who has it can wake that browser, with our key only."""
    key: Mapped[bytes] = mapped_column(LargeBinary)
    auth: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("order_id", "endpoint"),)


def keep(session: Session, order: Order, browser: Browser) -> bool:
    """Remember a browser of a locked order's shopper; False where it was known."""
    known = session.scalar(
        select(PushSubscription.id).filter_by(order_id=order.id, endpoint=browser.endpoint)
    )
    row = {"key": browser.key, "auth": browser.auth, "at": clock.now()}
    put = insert(PushSubscription).values(
        shop_id=order.shop_id, order_id=order.id, endpoint=browser.endpoint, **row
    )
    session.execute(put.on_conflict_do_update(index_elements=["order_id", "endpoint"], set_=row))
    newest = select(PushSubscription.id).filter_by(order_id=order.id).order_by(PushSubscription.at.desc())
    spare = list(session.scalars(newest.offset(MOST)))
    session.execute(delete(PushSubscription).where(PushSubscription.id.in_(spare)))
    return known is None


def forget(session: Session, order: Order, endpoint: str) -> bool:
    """Forget a browser of an order; False where it was not known."""
    gone = delete(PushSubscription).filter_by(order_id=order.id, endpoint=endpoint)
    return session.scalar(gone.returning(PushSubscription.id)) is not None


def forget_everywhere(session: Session, shop_id: int, endpoint: str) -> None:
    """Forget a browser that its push service says is gone."""
    session.execute(delete(PushSubscription).filter_by(shop_id=shop_id, endpoint=endpoint))


def is_told(session: Session, shop_id: int, endpoint: str) -> bool:
    """Tell whether a browser is told of any order of a shop."""
    one = exists().where(PushSubscription.shop_id == shop_id, PushSubscription.endpoint == endpoint)
    return bool(session.scalar(select(one)))


def forget_order(session: Session, order_id: int) -> None:
    """Forget all browsers of an order."""
    session.execute(delete(PushSubscription).filter_by(order_id=order_id))


def of_order(session: Session, order_id: int) -> list[PushSubscription]:
    """Return the browsers that are told of an order, the first that asked first."""
    rows = select(PushSubscription).filter_by(order_id=order_id).order_by(PushSubscription.id)
    return list(session.scalars(rows))


def of_orders(session: Session, order_ids: Iterable[int]) -> Mapping[tuple[int, str], Browser]:
    """Return the browsers of orders, by order and address."""
    rows = session.scalars(select(PushSubscription).where(among(PushSubscription.order_id, order_ids)))
    return {
        (row.order_id, row.endpoint): Browser(endpoint=row.endpoint, key=row.key, auth=row.auth)
        for row in rows
    }
