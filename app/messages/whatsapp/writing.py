"""A letter as it is said on WhatsApp: freely in an open conversation, else in its template."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.channels.base import Filled, Text
from app.channels.receipts.base import ref_of
from app.channels.whatsapp.templates import Misfit, Part, Slot, Template, fill
from app.commerce.models import Order
from app.lib.words import merchant_sentence
from app.lib.words import of as words_of
from app.messages.documents import compose, templates
from app.messages.documents.compose import Unrenderable
from app.messages.letters.letter import Letter
from app.messages.models import Message
from app.messages.whatsapp import registry, window
from app.messages.whatsapp.registry import Says, Use
from app.messages.wording import sample
from app.shops import brand, page_host
from app.shops.models import Shop
from app.vocabulary import Category, Medium, Trigger


class Field(NamedTuple):
    """Something of a letter that may fill a place."""

    label: str
    of: Callable[[Mapping[str, Any], Letter], str | None]


def _link(letter: Letter) -> str:
    """Return where a letter leads: to its cart, its order's page, or the shop."""
    return letter.cart_url or letter.track_url


FIELDS: Mapping[str, Field] = {
    "first_name": Field(merchant_sentence("Their first name"), lambda _, letter: letter.first_name),
    "order": Field(merchant_sentence("The order’s number"), lambda _, letter: letter.order_name),
    "headline": Field(
        merchant_sentence("How it stands, in a few words"), lambda data, _: data["message"]["headline"]
    ),
    "lead": Field(
        merchant_sentence("What that means, in a sentence"), lambda data, _: data["message"]["lead"]
    ),
    "arrival": Field(merchant_sentence("The day it arrives"), lambda data, _: data["story"]["arrival"]),
    "carrier": Field(merchant_sentence("The carrier"), lambda data, _: data["carrier"]),
    "number": Field(
        merchant_sentence("The tracking number"),
        lambda _, letter: letter.parcels[0].number if letter.parcels else None,
    ),
    "items": Field(
        merchant_sentence("What is in it"),
        lambda _, letter: letter.calendar.words.all_of(it.title for it in letter.items),
    ),
    "code": Field(merchant_sentence("The discount code"), lambda data, _: data["discount"]["code"]),
    "until": Field(merchant_sentence("How long that is good"), lambda data, _: data["discount"]["until"]),
    "link": Field(merchant_sentence("The link that a mail’s button has"), lambda _, letter: _link(letter)),
    "shop": Field(merchant_sentence("The shop’s name"), lambda _, letter: letter.brand.name),
}


STILL_OPEN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that one shop's letters need to be said there, as plain data."""

    uses: Mapping[Trigger, Use]
    open_to: frozenset[str]
    home: str | None
    """The shop's own locale."""


def desk(session: Session, shop: Shop, numbers: Iterable[str]) -> Desk:
    """Return what is needed to write to these numbers now."""
    found = registry.uses(session, [shop.id])
    mine = ((shop.id, number) for number in numbers)
    able = window.open_to(session, mine, early=STILL_OPEN)  # what the gate has let go is not refused here
    return Desk(
        {trigger: use for (_, trigger), use in found.items()},
        frozenset(number for _, number in able),
        shop.locale,
    )


def sayable(
    session: Session,
    messages: Sequence[Message],
    shops: Mapping[int | None, Shop],
    orders: Mapping[int | None, Order],
    profiles: Mapping[int | None, Profile],
) -> frozenset[int]:
    """Return the ids of those messages that WhatsApp would take: freely, or in an approved template."""
    ours = [message for message in messages if message.medium is Medium.WHATSAPP]
    if not ours:
        return frozenset()
    uses = registry.uses(session, {message.shop_id for message in ours})
    able = window.open_to(session, ((message.shop_id, message.to) for message in ours if message.to))

    def can_be_said(message: Message) -> bool:
        if (message.shop_id, message.to) in able:
            return True
        use, home = uses.get((message.shop_id, message.trigger)), shops[message.shop_id].locale
        speaks = orders.get(message.order_id) or profiles.get(message.profile_id)
        reader = words_of(speaks.locale if speaks else None, home).locale  # as the letter will speak
        return bool(use and use.for_reader(reader, home, message.category))

    return frozenset(message.id for message in ours if can_be_said(message))


def write(letter: Letter, at: Desk) -> Text:
    """Return the message of a letter; raises Unrenderable."""
    if letter.to in at.open_to:
        words = f"{compose.text_message(letter)} {letter.calendar.words.say(compose.REPLY_STOP)}"
        return _message(letter, words, None)
    use = at.uses.get(letter.trigger)
    template = use.for_reader(letter.calendar.locale, at.home, letter.category) if use else None
    if use is None or template is None:
        raise Unrenderable("no approved template says it")
    filled = filled_with(letter, template, use.says)
    return _message(letter, filled.words, filled)


def trial(at: Desk, shop: Shop, to: str, ref: str) -> Text:
    """Return a message that shows whether messages arrive; raises Unrenderable where none can be sent."""
    look = brand.of(shop)
    if to in at.open_to:
        return Text(to=to, words=f"{look.name}: your messages work.", ref=ref, medium=Medium.WHATSAPP)
    for trigger, use in sorted(at.uses.items()):
        template = use.for_reader(None, at.home, Category.TRANSACTIONAL)
        if template is not None:
            bare = sample.letter(trigger, templates.default(trigger), look, locale=template.language)
            letter = replace(bare, cart_url="", track_url=f"{page_host.public_url(shop)}/s/sample")
            filled = filled_with(letter, template, use.says)
            return Text(to=to, words=filled.words, ref=ref, medium=Medium.WHATSAPP, template=filled)
    raise Unrenderable("no template says anything yet, and that number has not written for a day")


def filled_with(letter: Letter, template: Template, says: Mapping[str, Says]) -> Filled:
    """Return a template that tells what a letter does; raises Unrenderable."""
    data = compose.fields_of(letter)
    try:
        return fill(template, {slot.key: _value(slot, says, data, letter) for slot in template.slots})
    except Misfit as error:
        raise Unrenderable(f"{template.name}: {error}") from error


def _value(slot: Slot, says: Mapping[str, Says], data: Mapping[str, Any], letter: Letter) -> str:
    if slot.part is Part.BUTTON:
        if not _link(letter).startswith(slot.before):
            raise Misfit("its button leads elsewhere than to our pages")
        return _link(letter).removeprefix(slot.before)
    chosen = says.get(slot.key, Says("", ""))
    field = FIELDS.get(chosen.field)
    return str((field.of(data, letter) if field else None) or chosen.otherwise)


def _message(letter: Letter, words: str, template: Filled | None) -> Text:
    ref = ref_of(letter.message_id)
    return Text(to=letter.to, words=words, ref=ref, medium=Medium.WHATSAPP, template=template)
