"""Letters that are about no order: about a cart that was left, a thing that is waited for, the reader."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.lib import clock
from app.lib.days import Calendar
from app.messages.letters import carts, leads
from app.messages.letters.carts import Cart
from app.messages.letters.contents import Item, Letter, Offer
from app.messages.letters.links import Clicks, secure, short_cart_url
from app.messages.letters.material import Material
from app.messages.models import Message
from app.stock import waiting
from app.tracking.story import story
from app.vocabulary import Category, Trigger


def of(material: Material, message: Message) -> Letter:
    """Return what a message about no order needs to be rendered."""
    if message.trigger is Trigger.CONFIRM_WAITING:
        return _of_request(material, message, message.step)
    if message.waiting_id is not None:
        return _of_thing(material, message, message.waiting_id)
    if message.checkout_id is not None or message.trigger is Trigger.ABANDONED_CHECKOUT:
        return _of_cart(material, message)
    return _of_shopper(material, message)


def _of_shopper(material: Material, message: Message) -> Letter:
    """Return a letter to somebody of whom no order is known; it leads to the shop's things."""
    shop, profile = material.shops[message.shop_id], material.profiles.get(message.profile_id or 0)
    bare = _bare(material, message, profile.locale if profile else None)
    return replace(
        bare,
        first_name=profile.first_name if profile else None,
        clicks=Clicks(shop.id, message.id, is_offer=message.category is Category.MARKETING),
        discount=material.codes.get(message.id),
        recommendations=tuple(
            Offer(title=title, url=url, image_url=image_url, price=price)
            for title, url, image_url, price in material.shown.get(shop.id, ())
        ),
        track_url=leads.of_reader(material, shop, message),
    )


def _of_cart(material: Material, message: Message) -> Letter:
    shop, cart = material.shops[message.shop_id], material.checkouts[message.checkout_id or 0]
    profile = material.profiles.get(message.profile_id or 0)
    bare = _bare(material, message, profile.locale if profile else None)
    return replace(
        bare,
        first_name=profile.first_name if profile else None,
        currency=cart.row.currency or shop.currency,
        total=cart.row.total or 0,
        items=tuple(_left(cart, item) for item in cart.row.items),
        clicks=Clicks(shop.id, message.id, is_offer=message.category is Category.MARKETING),
        discount=material.codes.get(message.id),
        cart_url=_way_back(material, message, cart),
    )


def _way_back(material: Material, message: Message, cart: Cart) -> str:
    """Return where a cart is found again: short in a text, with its discount where that can be."""
    if message.medium in leads.TEXTS:
        return short_cart_url(material.shops[message.shop_id], message.id)
    code = material.codes.get(message.id)
    if cart.url is None or code is None:
        return cart.url or material.brands[message.shop_id].url
    return carts.with_code(material.shops[message.shop_id], cart.url, code.code)


def _of_request(material: Material, message: Message, waiting_id: int) -> Letter:
    """Return a letter that leads to a request's own page, which is its way out as well."""
    asked, page = material.waits[waiting_id], waiting.url(material.shops[message.shop_id], waiting_id)
    bare = _bare(material, message, asked.locale)
    return replace(bare, thing=asked.thing, track_url=page, preferences_url=page)


def _of_thing(material: Material, message: Message, waiting_id: int) -> Letter:
    """Return a letter about a thing that is back."""
    asked, bare = material.waits[waiting_id], _of_request(material, message, waiting_id)
    thing = Item(
        title=asked.title,
        options=asked.options,
        quantity=1,
        total=asked.price or 0,
        image_url=secure(asked.image_url),
    )
    return replace(
        bare,
        items=(thing,),
        has_prices=asked.price is not None,
        track_url=asked.url or bare.brand.url,
        clicks=Clicks(message.shop_id, message.id, is_offer=message.category is Category.MARKETING),
    )


def _bare(material: Material, message: Message, locale: str | None) -> Letter:
    shop = material.shops[message.shop_id]
    calendar = Calendar.of(clock.now(), shop.timezone, locale, shop.locale, is_for_later=True)
    return Letter(
        trigger=message.trigger,
        document=material.document(message),
        to=message.to or "",
        message_id=message.rfc_id,
        brand=material.brands[shop.id],
        calendar=calendar,
        first_name=None,
        order_name=None,
        is_first=False,
        step=message.step,
        currency=shop.currency,
        total=0,
        items=(),
        parcels=(),
        is_whole=True,
        story=story.tell([], calendar, is_placed=False),
        delivering_to=(),
        track_url=material.brands[shop.id].url,
        preferences_url=leads.out(shop, message),
        category=message.category,
    )


def _left(cart: Cart, item: Mapping[str, Any]) -> Item:
    quantity = int(item.get("quantity") or 1)
    return Item(
        title=str(item["title"]),
        options=item.get("variant_title"),
        quantity=quantity,
        total=int(item.get("price") or 0) * quantity,
        image_url=secure(item.get("image_url") or cart.pictures.get(str(item.get("product_id")))),
    )
