"""What the readers of a chunk of messages wait for, and what becomes of their places in the line."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce import catalog
from app.commerce.models import Product, Variant
from app.lib import plugins
from app.lib.db import among
from app.messages.gate.verdict import Allowed, Decision, Skipped
from app.messages.letters.links import on_the_web
from app.messages.models import Message
from app.platforms.base import Platform
from app.shops.models import Shop
from app.stock import waiting
from app.stock.models import Waiting
from app.vocabulary import Reason, Trigger

KEEP_THEIR_PLACE = (Reason.SOLD_OUT, Reason.FLOW_OFF)
"""Whoever is not written to for one of these goes on waiting, where they stood."""


class Waited(NamedTuple):
    """What somebody asked to be told of, in which language."""

    locale: str | None
    thing: str
    """All of its name."""
    title: str
    options: str | None
    price: int | None
    """Minor units; None where the store has not said."""
    image_url: str | None
    url: str
    """Where it can be bought."""


def gather(session: Session, messages: Sequence[Message]) -> dict[int, Waited]:
    """Return what these messages speak of, by the request that they answer."""
    ids = {message.waiting_id for message in messages} - {None}
    ids |= {message.step for message in messages if message.trigger is Trigger.CONFIRM_WAITING}
    if not ids:
        return {}
    asked = select(Waiting, Product, Variant, Shop).join(Variant, Variant.id == Waiting.variant_id)
    asked = asked.join(Product, Product.id == Variant.product_id).join(Shop, Shop.id == Waiting.shop_id)
    rows = session.execute(asked.where(among(Waiting.id, ids)))
    return {row.id: _waited(row, product, variant, shop) for row, product, variant, shop in rows}


def settle(session: Session, decided: Iterable[tuple[Message, Decision]]) -> None:
    """Let whoever is written to leave the line, and whoever is not for now keep their place in it."""
    told, kept, gone = list[int](), list[int](), list[int]()
    for message, decision in decided:
        match message.waiting_id, decision:
            case int(waiting_id), Allowed():
                told.append(waiting_id)
            case int(waiting_id), Skipped(reason):
                (kept if reason in KEEP_THEIR_PLACE else gone).append(waiting_id)
    waiting.tell(session, told)
    waiting.keep(session, kept)
    waiting.drop(session, gone)


def _waited(row: Waiting, product: Product, variant: Variant, shop: Shop) -> Waited:
    thing = catalog.called(product, variant)
    title = product.title or thing
    kind = variant.title if thing != title else None
    return Waited(
        locale=row.locale,
        thing=thing,
        title=thing if kind and thing == kind else title,
        options=kind if kind and thing != kind else None,
        price=variant.price,
        image_url=product.image_url,
        url=on_the_web(product.url) or _cart_with(shop, variant),
    )


def _cart_with(shop: Shop, variant: Variant) -> str:
    """Return an address of the store that lays a thing into one's cart, where its own page is not known."""
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    return platform.cart_of.format(url=shop.url, things=f"{variant.external_id}:1")
