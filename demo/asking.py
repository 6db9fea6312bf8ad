"""Shoppers of the sample shops who ask to hear when what is sold out is back."""

from collections.abc import Iterable

from sqlalchemy import select

from app.commerce.models import Variant
from app.lib.db import transaction
from app.shops.models import Shop
from app.stock import waiting
from app.stock.waiting import Asked
from app.storefront.back_in_stock import AGREED
from demo import shoppers, stock
from demo.shoppers import Shopper

WHO = {
    stock.LANTERN: (f"{stock.LANTERN}1", shoppers.RIDGE[:5]),
    stock.PAN: (f"{stock.PAN}", shoppers.HARBOR[:3]),
}
"""The variant of each thing that runs out, as its store calls it, and who wants it."""


def ask(thing: int) -> None:
    """Let those who want a thing ask for it, unless they wait already."""
    variant, people = WHO[thing]
    for who in people:
        _ask(variant, who)


def ask_for_all(things: Iterable[int] = stock.SOLD_OUT) -> None:
    """Let those who want these things ask for them."""
    for thing in things:
        ask(thing)


def _ask(variant: str, who: Shopper) -> None:
    with transaction() as session:
        named = select(Shop, Variant.id).join(Variant, Variant.shop_id == Shop.id)
        shop, variant_id = session.execute(named.where(Variant.external_id == variant)).one()
        asked = Asked(address=who.email, wording=AGREED, source="page", locale=who.locale)
        waiting.ask(session, shop, variant_id, asked)
