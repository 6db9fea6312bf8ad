"""What a shop sells besides what somebody bought, for messages that have a place for it."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import LateralFromClause

from app.commerce.models import LineItem, Order, Product, Variant
from app.lib.db import among
from app.shops.models import Shop

MOST = 3
"""How many a message shows."""

Offered = tuple[str, str, str, int | None]
"""A product's title, page, picture and price in minor units; None where the store has not said."""


def of_orders(session: Session, ids: Collection[int | None]) -> dict[int, list[Offered]]:
    """Return what can be shown and had besides what was bought, the newest first, by order."""
    bought = select(LineItem.product_external_id).where(
        LineItem.order_id == Order.id, LineItem.product_external_id.is_not(None)
    )
    shown = _shown(Order.shop_id, Product.external_id.not_in(bought))
    rows = select(Order.id, *shown.c).join(shown, true()).where(among(Order.id, ids)).order_by(Order.id)
    return _found(session, rows) if ids else {}


def of_shops(session: Session, ids: Collection[int]) -> dict[int, list[Offered]]:
    """Return what can be shown and had, the newest first, by shop."""
    shown = _shown(Shop.id)
    rows = select(Shop.id, *shown.c).join(shown, true()).where(among(Shop.id, ids)).order_by(Shop.id)
    return _found(session, rows) if ids else {}


def _shown(shop_id: InstrumentedAttribute[int], *besides: ColumnElement[bool]) -> LateralFromClause:
    price = select(func.min(Variant.price)).where(Variant.product_id == Product.id).scalar_subquery()
    shown = select(Product.title, Product.url, Product.image_url, price.label("price")).where(
        Product.shop_id == shop_id,
        Product.deleted_at.is_(None),
        Product.url.startswith("https://"),
        Product.image_url.startswith("https://"),
        Product.title.is_not(None),
        *besides,
        exists().where(Variant.product_id == Product.id, Variant.in_stock.is_not(False)),
    )
    return shown.order_by(Product.id.desc()).limit(MOST).lateral()


def _found(session: Session, rows: Select[*tuple[Any, ...]]) -> dict[int, list[Offered]]:
    found: dict[int, list[Offered]] = defaultdict(list)
    for whose, title, url, image_url, cost in session.execute(rows):
        found[whose].append((title, url, image_url, cost))
    return found
