"""Letters to try a message on: the sample, awkward ones that nobody sent, and what shoppers really got."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import cycle
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Product
from app.messages.documents.document import Document
from app.messages.gate import offers
from app.messages.letters import letter as letters
from app.messages.letters.leads import SURVEYS
from app.messages.letters.letter import Item, Letter, Told
from app.messages.letters.links import secure
from app.messages.models import Message
from app.messages.wording import sample
from app.shops.brand import Brand
from app.shops.models import Shop
from app.tracking.story.parcel import Place
from app.vocabulary import Trigger

NEWEST = 5
SHELF = 12
"""Products of the shop at most that are shown in a letter that nobody sent."""
DRAWN = (
    "M17 15h30l9 13-8 5-3-3v21H19V30l-3 3-8-5z",
    "M14 18h28v28a6 6 0 0 1-6 6H20a6 6 0 0 1-6-6zM42 24h6a4 4 0 0 1 4 4v6a4 4 0 0 1-4 4h-6",
    "M20 22a12 12 0 0 1 24 0v4h4v28H16V26h4zM24 38h16v8H24z",
)
"""A shirt, a mug and a pack, for a shop whose own things have no pictures yet."""
READERS_OWN = (
    *(Trigger.CONFIRM_OFFERS, Trigger.CONFIRM_RECIPIENT, Trigger.CONFIRM_WAITING, Trigger.OWN_ORDERS),
    *(*SURVEYS, Trigger.REVIEW_REQUEST, Trigger.REVIEW_REPLY),
)
"""Their link lets its reader speak for themselves: who tries a message does not get it."""
RIGHT_TO_LEFT = "ar"
"""Where the reader's language is not named, for who reads from right to left."""


class Specimen(StrEnum):
    """A letter that nobody sent."""

    USUAL = "usual"
    LONG = "long"
    """Whatever can be long is."""
    BARE = "bare"
    """Nobody knows the name, and nothing has a picture."""
    MANY = "many"
    """A dozen things in three parcels."""
    RTL = "rtl"


class Thing(NamedTuple):
    """Something that the shop sells."""

    title: str
    image_url: str


def shelf(session: Session, shop_id: int) -> Sequence[Thing]:
    """Return what the shop sells and has pictures of, the newest first; in one query."""
    shown = select(Product.title, Product.image_url).filter_by(shop_id=shop_id, deleted_at=None)
    shown = shown.where(Product.title.is_not(None), Product.image_url.is_not(None))
    rows = session.execute(shown.order_by(Product.id.desc()).limit(SHELF))
    pictured = ((title or "", secure(image_url)) for title, image_url in rows)
    return [Thing(title, image_url) for title, image_url in pictured if image_url]


def letter(  # noqa: PLR0913, PLR0917 - what one letter is made of
    trigger: Trigger,
    document: Document,
    look: Brand,
    specimen: Specimen,
    language: str = "",
    things: Sequence[Thing] = (),
) -> Letter:
    """Return a letter to try a message on, with things of the shop's own in it.

    `language`: its reader's, where that is not the specimen's own.
    """
    locale = language or (RIGHT_TO_LEFT if specimen is Specimen.RTL else "en")
    made = sample.letter(trigger, document, look, locale=locale, items=_ITEMS.get(specimen, 2))
    made = _stocked(replace(made, category=offers.category(trigger)), things)
    change = _CHANGES.get(specimen)
    return change(made) if change else made


def newest(session: Session, shop_id: int, trigger: Trigger) -> Sequence[Message]:
    """Return the shop's newest messages of a kind, sent or not, as far as they are still known."""
    mine = select(Message).filter_by(shop_id=shop_id, trigger=trigger, recipient_id=None)
    known = mine.where(Message.to.is_not(None))
    return session.scalars(known.order_by(Message.id.desc()).limit(NEWEST)).all()


def real(session: Session, shop: Shop, trigger: Trigger, document: Document, message_id: int) -> Letter:
    """Return the letter of a message of the shop's as it would be written now, in these words.

    Raises LookupError where there is none, or it can no longer be told.
    """
    mine = select(Message).filter_by(id=message_id, shop_id=shop.id, trigger=trigger, recipient_id=None)
    message = session.scalar(mine.where(Message.to.is_not(None)))
    if message is None:
        raise LookupError(message_id)
    try:
        told = letters.gather(session, message)
    except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise LookupError(message_id) from error
    if document.holds("recommendations") and not told.recommendations:  # what is sent now shows none
        made = _stocked(sample.letter(trigger, document, told.brand), shelf(session, shop.id))
        told = replace(told, recommendations=made.recommendations)
    home = told.brand.url
    return replace(
        told,
        document=document,
        clicks=None,
        track_url=home if trigger in READERS_OWN else told.track_url,
        cart_url=told.cart_url and home,
        preferences_url=home,
    )


def _stocked(made: Letter, things: Sequence[Thing]) -> Letter:
    """Return a letter about these things; about those of the sample, drawn, where there are none."""
    if things:
        stock = cycle(things)
        items = tuple(_item(it, title=next(stock).title) for it in made.items)
        pictures = {it.title: it.image_url for it in things}
        items = tuple(_item(it, options=None, image_url=pictures[it.title]) for it in items)
        offered = tuple(
            replace(it, title=thing.title, image_url=thing.image_url)
            for it, thing in zip(made.recommendations, stock, strict=False)
        )
        return replace(made, items=items, recommendations=offered)
    drawn = cycle([_drawing(path, made.brand.color) for path in DRAWN])
    return replace(
        made,
        items=tuple(_item(it, image_url=next(drawn)) for it in made.items),
        recommendations=tuple(replace(it, image_url=next(drawn)) for it in made.recommendations),
    )


def _drawing(path: str, color: str) -> str:
    """Return a small picture as an address that nobody has to be asked for."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path fill="#f3f1ec" d="M0 0h64v64H0z"/>'
        f'<path fill="none" stroke="{color}" stroke-width="2" stroke-linejoin="round" d="{path}"/></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _long(made: Letter) -> Letter:
    title = "Timberline Waterproof Full-Grain Leather Hiking Boot with Vibram Megagrip Outsole, Extra Wide"
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
    return replace(
        made,
        first_name="Maximiliane-Theodora Oberhofer-Santangelo",
        order_name="#WEB-2026-000001042-PARTIAL-B",
        items=(
            _item(made.items[0], title=title, options="W 9.5 / Moss-Heather-Charcoal / Recycled laces"),
            _item(made.items[-1], title=word, options=None, total=128_000_000),
        ),
        parcels=tuple(
            replace(it, carrier="Deutsche Post DHL Group Warenpost International", number="1Z" + "9" * 32)
            for it in made.parcels
        ),
        waits_at=tuple(
            Place(
                name=f"{title[:60]} and Sons", address=made.delivering_to[1] * 3, hours="7 to 22", code="4827"
            )
            for _ in made.waits_at
        ),
        delivering_to=("Maximiliane-Theodora Oberhofer-Santangelo", word, *made.delivering_to[1:]),
        recommendations=tuple(replace(it, title=title) for it in made.recommendations),
        thing=made.thing and title,
    )


def _bare(made: Letter) -> Letter:
    return replace(
        made,
        first_name=None,
        order_name=None,
        is_first=False,
        items=tuple(_item(it, options=None, image_url=None) for it in made.items),
        parcels=tuple(Told(place=it.place, carrier=None, number=None) for it in made.parcels),
        waits_at=(),
        delivering_to=(),
        recommendations=(),
        discount=None,
    )


def _many(made: Letter) -> Letter:
    parcels = tuple(replace(it, place=place) for it in made.parcels for place in (1, 2, 3))
    return replace(made, parcels=parcels, is_whole=True)


def _rtl(made: Letter) -> Letter:
    titles = ("قميص من صوف الميرينو", "Enamel Camp Mug")
    return replace(
        made,
        first_name="ليلى",
        items=tuple(_item(it, title=title) for it, title in zip(made.items, titles, strict=False)),
        delivering_to=("ليلى حداد", "شارع الحمرا ١٢", "بيروت"),
    )


def _item(item: Item, **changed: object) -> Item:
    return replace(item, **changed)  # type: ignore[arg-type] # fields of an item, named above


_ITEMS = {Specimen.MANY: 12}
_CHANGES: dict[Specimen, Callable[[Letter], Letter]] = {
    Specimen.LONG: _long,
    Specimen.BARE: _bare,
    Specimen.MANY: _many,
    Specimen.RTL: _rtl,
}
