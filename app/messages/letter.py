"""Everything that the text of one message needs, as plain data: made in a transaction, used outside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.channels.base import Browser
from app.commerce.models import Order
from app.lib import clock
from app.lib.days import Calendar
from app.messages import leads, postal, templates
from app.messages import material as materials
from app.messages.document import Document
from app.messages.links import Clicks, on_the_web, preferences_url, secure, short_preferences_url
from app.messages.material import Cart, Material
from app.messages.models import Message
from app.shops.brand import Brand
from app.shops.models import Shop
from app.stock import waiting
from app.tracking import arrival, carrier, expected, recipients, story
from app.tracking.models import Shipment
from app.tracking.parcel import Parcel, Place
from app.tracking.story import Story
from app.vocabulary import Category, ShipmentStatus, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of what was bought, as much of it as the message speaks of."""

    title: str
    options: str | None
    quantity: int
    total: int
    """Minor units, of all its pieces."""
    image_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something else that the shop sells."""

    title: str
    url: str
    image_url: str | None
    price: int | None
    """Minor units; None where the store has not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A parcel that the message tells of."""

    place: int
    """Which of the order's parcels it is, from 1; it never changes, so that no two subjects are the same."""
    carrier: str | None
    number: str | None
    page: str | None = None
    """Where the carrier shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message before its words."""

    trigger: Trigger
    document: Document
    """What its template says."""
    to: str
    message_id: str
    brand: Brand
    calendar: Calendar
    first_name: str | None
    order_name: str | None
    is_first: bool
    step: int = 1  # the how manieth of its kind
    currency: str
    total: int
    items: tuple[Item, ...]
    parcels: tuple[Told, ...]
    waits_at: tuple[Place, ...] = ()  # to be collected
    is_whole: bool
    """It is the first to tell of its milestone, and tells of every parcel of the order."""
    story: Story
    """As on the tracking page: the day or the days are the carrier's, or the merchant's, or our own."""
    answer: str | None = None
    """What the merchant answers to the shopper's report."""
    recommendations: tuple[Offer, ...] = ()
    """Where the template has a place for them."""
    delivering_to: tuple[str, ...]
    """The lines of the address."""
    is_gift: bool = False
    """It goes to somebody else than the shopper: no price, no name, no address is in it."""
    clicks: Clicks | None = None  # what its links are counted for
    thing: str | None = None  # what its reader asked to be told of
    browser: Browser | None = None  # where it goes as a notification
    cart_url: str = ""  # where the cart is found again
    track_url: str
    """Where it leads: the order's page, or the list of all orders that was asked for."""
    preferences_url: str
    category: Category = Category.TRANSACTIONAL


def gather(session: Session, message: Message) -> Letter:
    """Return what one message needs to be rendered."""
    return of(materials.gather(session, [message]), message)


def of(material: Material, message: Message) -> Letter:
    """Return what a message needs to be rendered; raises what a row that does not fit raises."""
    if message.trigger is Trigger.CONFIRM_WAITING:
        return _of_waiting(material, message)
    if message.order_id is None:
        return _of_cart(material, message)
    shop = material.shops[message.shop_id]
    order = material.orders[message.order_id]
    profile = material.profiles.get(message.profile_id or 0)
    shipments = material.shipments.get(order.id, [])
    living = [row for row in shipments if not Parcel.of(row).is_void]
    told = [row for row in shipments if row.id in message.shipment_ids]
    calendar = Calendar.of(clock.now(), shop.timezone, order.locale, shop.locale, is_for_later=True)
    is_gift = message.recipient_id is not None
    document = templates.default(message.trigger) if is_gift else material.document(message)
    wrong = material.alarms if message.trigger in materials.TELLS_OF_ALARMS else {}
    parcels = [Parcel.of(row, wrong.get(row.id, ()), expected.of_shipment(shop, order, row)) for row in told]
    known = story.tell(parcels, calendar)
    place = order.ship_to or {}
    return Letter(
        trigger=message.trigger,
        document=document,
        to=message.to or "",
        message_id=message.rfc_id,
        brand=material.brands[shop.id],
        calendar=calendar,
        first_name=None if is_gift else (profile and profile.first_name) or place.get("first_name"),
        order_name=order.name,
        is_first=_is_first(material, order),
        step=message.step,
        currency=order.currency or shop.currency,
        total=order.total or 0,
        items=_items(material, order, told),
        parcels=tuple(
            Told(
                place=shipments.index(row) + 1,
                carrier=parcel.carrier,
                number=row.number,
                page=carrier.page_of(row),
            )
            for row, parcel in zip(told, parcels, strict=True)
        ),
        waits_at=_places(parcels),
        is_whole=message.step == 1 and told == living,
        story=arrival.with_order_day(known, expected.of_order(shop, order), calendar),
        answer=material.answers[message.case_entry_id] if message.case_entry_id else None,
        recommendations=_offers(material, order) if document.holds("recommendations") else (),
        delivering_to=() if is_gift else postal.lines(place, home=shop.country, locale=calendar.locale),
        track_url=leads.to(material, shop, order, message),
        browser=material.browsers.get((order.id, message.to or "")),
        is_gift=is_gift,
        preferences_url=_leads_out(shop, message),
        category=message.category,
        clicks=Clicks(shop.id, message.id, is_offer=message.category is Category.MARKETING),
    )


def _of_cart(material: Material, message: Message) -> Letter:
    shop, cart = material.shops[message.shop_id], material.checkouts[message.checkout_id or 0]
    profile = material.profiles.get(message.profile_id or 0)
    bare = _of_no_order(material, message, profile.locale if profile else None)
    return replace(
        bare,
        first_name=profile.first_name if profile else None,
        currency=cart.row.currency or shop.currency,
        total=cart.row.total or 0,
        items=tuple(_left(cart, item) for item in cart.row.items),
        clicks=Clicks(shop.id, message.id, is_offer=message.category is Category.MARKETING),
        cart_url=on_the_web(cart.row.url) or bare.brand.url,
    )


def _of_waiting(material: Material, message: Message) -> Letter:
    asked, page = material.waits[message.step], waiting.url(material.shops[message.shop_id], message.step)
    bare = _of_no_order(material, message, asked.locale)
    return replace(bare, thing=asked.thing, track_url=page, preferences_url=page)


def _of_no_order(material: Material, message: Message, locale: str | None) -> Letter:
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
        preferences_url=_leads_out(shop, message),
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


def _places(parcels: Sequence[Parcel]) -> tuple[Place, ...]:
    waiting = [parcel for parcel in parcels if parcel.status is ShipmentStatus.AVAILABLE_FOR_PICKUP]
    return tuple(dict.fromkeys(parcel.place for parcel in waiting if parcel.place is not None))


def _leads_out(shop: Shop, message: Message) -> str:
    """Return where its reader says what they want to get."""
    if message.recipient_id is not None:
        return recipients.url(shop, message.recipient_id)
    if message.medium in leads.TEXTS:
        return short_preferences_url(message.id)
    return preferences_url(shop.id, message.id)


def _is_first(material: Material, order: Order) -> bool:
    return order.id not in material.ordered_before if order.is_first is None else order.is_first


def _items(material: Material, order: Order, told: Sequence[Shipment]) -> tuple[Item, ...]:
    """Return the lines of these parcels; of the whole order where the store does not say what is in them."""
    sent = _sent(material, {shipment.fulfillment_id for shipment in told})
    return tuple(
        Item(
            title=line.title,
            options=line.variant_title,
            quantity=quantity,
            total=line.price * quantity,
            image_url=secure(line.image_url),
        )
        for line in material.lines.get(order.id, [])
        if (quantity := min(line.quantity, sent[line.external_id]) if sent else line.quantity)
    )


def _offers(material: Material, order: Order) -> tuple[Offer, ...]:
    """Return what is offered; prices are the shop's own, and not told to who pays in another currency."""
    has_prices = order.currency in (None, material.shops[order.shop_id].currency)
    return tuple(
        Offer(title=title, url=url, image_url=image_url, price=price if has_prices else None)
        for title, url, image_url, price in material.offers.get(order.id, ())
    )


def _sent(material: Material, fulfillment_ids: set[int]) -> Counter[str]:
    """Return how many pieces of each line these fulfillments hold; nothing where one does not say."""
    contents = [material.contents.get(fulfillment_id) for fulfillment_id in fulfillment_ids]
    pieces: Counter[str] = Counter()
    if all(contents):
        for content in filter(None, contents):
            pieces.update({str(part["item"]): int(part["quantity"]) for part in content})
    return pieces
