"""What a shop sells besides what somebody bought, for messages that have a place for it."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import Session

from app.commerce.models import LineItem, Order, Product, Variant
from app.lib.db import among

MOST = 3
"""How many a message shows."""

Offered = tuple[str, str, str, int | None]
"""A product's title, page, picture and price in minor units; None where the store has not said."""


def of_orders(session: Session, ids: Collection[int | None]) -> dict[int, list[Offered]]:
    """Return what can be shown and had besides what was bought, the newest first, by order."""
    if not ids:
        return {}
    bought = select(LineItem.product_external_id).where(
        LineItem.order_id == Order.id, LineItem.product_external_id.is_not(None)
    )
    price = select(func.min(Variant.price)).where(Variant.product_id == Product.id).scalar_subquery()
    offered = (
        select(Product.title, Product.url, Product.image_url, price.label("price"))
        .where(
            Product.shop_id == Order.shop_id,
            Product.deleted_at.is_(None),
            Product.url.startswith("https://"),
            Product.image_url.startswith("https://"),
            Product.title.is_not(None),
            Product.external_id.not_in(bought),
            exists().where(Variant.product_id == Product.id, Variant.in_stock.is_not(False)),
        )
        .order_by(Product.id.desc())
        .limit(MOST)
        .lateral()
    )
    rows = session.execute(
        select(Order.id, *offered.c).join(offered, true()).where(among(Order.id, ids)).order_by(Order.id)
    )
    found: dict[int, list[Offered]] = defaultdict(list)
    for order_id, title, url, image_url, cost in rows:
        found[order_id].append((title, url, image_url, cost))
    return found
