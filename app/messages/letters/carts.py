"""The carts that messages of a chunk remind of, and how one finds back into them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Checkout, Product
from app.lib import plugins
from app.lib.db import among
from app.messages.letters.links import on_the_web
from app.platforms.base import Platform
from app.shops.models import Shop
from app.stock import shelves
from app.stock.shelves import Thing


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that was left, the pictures of what is in it, by product, and where it is found again."""

    row: Checkout
    pictures: Mapping[str, str]
    url: str | None


def gather(session: Session, ids: set[int | None], shops: Mapping[int, Shop]) -> dict[int, Cart]:
    """Return these carts, in three queries."""
    if not ids:
        return {}
    rows = list(session.scalars(select(Checkout).where(among(Checkout.id, ids))))
    products = {item.get("product_id") for row in rows for item in row.items} - {None}
    shown = select(Product.shop_id, Product.external_id, Product.image_url).where(
        Product.shop_id.in_({row.shop_id for row in rows}), among(Product.external_id, products)
    )
    pictures: dict[int, dict[str, str]] = defaultdict(dict)
    for shop_id, product_id, image_url in session.execute(shown):
        if image_url:
            pictures[shop_id][product_id] = image_url
    gone = shelves.sold_out(
        session,
        ((row.shop_id, str(it["variant_id"])) for row in rows for it in row.items if it.get("variant_id")),
    )
    return {row.id: Cart(row, pictures[row.shop_id], way_back(shops[row.shop_id], row, gone)) for row in rows}


def with_code(shop: Shop, url: str, code: str) -> str:
    """Return a cart's address with a discount in it, where it is one that we made."""
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    is_ours = url.startswith(platform.cart_of.format(url=shop.url, things=""))
    return url + platform.cart_code.format(code=code) if is_ours else url


def way_back(shop: Shop, row: Checkout, gone: Collection[Thing]) -> str | None:
    """Return where a cart is found again; None: nowhere that we know of.

    Where the store's own address does not last, one that fills a cart anew with what can still be had: with
    anything else in it, the whole of it leads to an empty cart.
    """
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    told = on_the_web(row.url)
    if told and platform.carts_last:
        return told
    things = ",".join(
        f"{item['variant_id']}:{int(item.get('quantity') or 1)}"
        for item in row.items
        if item.get("variant_id") and (row.shop_id, str(item["variant_id"])) not in gone
    )
    return platform.cart_of.format(url=shop.url, things=things) if things else told
