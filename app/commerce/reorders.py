"""After how long shoppers buy a thing again: learnt from a shop's own orders, product by product.

A product is believed from twenty such intervals of ten shoppers on, if at least one in five of its buyers
came back for it: who sells a lamp twice to the same person has not shown that lamps are used up.
"""

from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, delete, func, select, text
from sqlalchemy.orm import Mapped, Session

from app.commerce.models import LineItem, Order
from app.lib import clock
from app.lib.db import Base, OfShop, key

LOOKS_BACK = timedelta(days=730)
LEAST_INTERVALS, LEAST_SHOPPERS, LEAST_SHARE, SHORTEST = 20, 10, 0.2, timedelta(days=7)


class Reorder(OfShop, Base):
    """After how long one product is usually bought again."""

    __tablename__ = "reorder"

    id: Mapped[key]
    product_external_id: Mapped[str]
    interval: Mapped[timedelta]
    """The median of those between the days on which a shopper bought it, one after the other."""
    intervals: Mapped[int]
    """Of how many it is the median."""
    shoppers: Mapped[int]
    learnt_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "product_external_id"),)


def learn(session: Session, shop_id: int) -> None:
    """Write anew after how long a shop's products are bought again, all of it at once."""
    now = clock.now()
    session.execute(delete(Reorder).filter_by(shop_id=shop_id))
    session.execute(
        LEARN,
        {
            "shop": shop_id,
            "since": now - LOOKS_BACK,
            "now": now,
            "intervals": LEAST_INTERVALS,
            "shoppers": LEAST_SHOPPERS,
            "share": LEAST_SHARE,
            "shortest": SHORTEST,
        },
    )


def used_up(session: Session, order: Order) -> list[int]:
    """Return the lines of an order that are usually bought again, one for each product."""
    usual = (Reorder.shop_id == LineItem.shop_id) & (
        Reorder.product_external_id == LineItem.product_external_id
    )
    first = func.min(LineItem.id)
    lines = select(first).join(Reorder, usual).where(LineItem.order_id == order.id)
    return list(session.scalars(lines.group_by(LineItem.product_external_id).order_by(first)))


LEARN = text(
    """
    INSERT INTO reorder (shop_id, product_external_id, interval, intervals, shoppers, learnt_at)
    WITH bought AS (
        SELECT DISTINCT l.product_external_id AS product, o.profile_id AS shopper,
            date_trunc('day', o.placed_at) AS day
        FROM "order" o JOIN line_item l ON l.order_id = o.id
        WHERE o.shop_id = :shop AND o.placed_at > :since AND o.state = 'placed' AND NOT o.is_test
            AND o.deleted_at IS NULL AND o.profile_id IS NOT NULL AND l.product_external_id IS NOT NULL
    ),
    gaps AS (
        SELECT product, shopper, day - lag(day) OVER (PARTITION BY product, shopper ORDER BY day) AS gap
        FROM bought
    )
    SELECT :shop, product, percentile_disc(0.5) WITHIN GROUP (ORDER BY gap), count(gap),
        count(DISTINCT shopper) FILTER (WHERE gap IS NOT NULL), :now
    FROM gaps GROUP BY product
    HAVING count(gap) >= :intervals
        AND count(DISTINCT shopper) FILTER (WHERE gap IS NOT NULL) >= :shoppers
        AND count(DISTINCT shopper) FILTER (WHERE gap IS NOT NULL) >= :share * count(DISTINCT shopper)
        AND percentile_disc(0.5) WITHIN GROUP (ORDER BY gap) >= :shortest
    """
)
"""Days are UTC's: an hour more or less is nothing among weeks."""
