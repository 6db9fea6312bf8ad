"""Everything that the text of one message needs, as plain data: made in a transaction, used outside it."""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import clock
from app.lib.days import Calendar
from app.messages.documents import templates
from app.messages.letters import leads, orderless, postal
from app.messages.letters import material as materials
from app.messages.letters.contents import Item, Letter, Offer, Told
from app.messages.letters.links import Clicks, secure
from app.messages.letters.material import Material
from app.messages.models import Message
from app.tracking.carriers import carrier
from app.tracking.forecast import expected
from app.tracking.models import Shipment
from app.tracking.story import arrival, story
from app.tracking.story.parcel import Parcel, Place, is_void
from app.vocabulary import Category, ShipmentStatus, Trigger

__all__ = ["Item", "Letter", "Offer", "Told", "gather", "of"]  # asked for here, wherever they are made


def gather(session: Session, message: Message) -> Letter:
    """Return what one message needs to be rendered."""
    return of(materials.gather(session, [message]), message)


def of(material: Material, message: Message) -> Letter:
    """Return what a message needs to be rendered; raises what a row that does not fit raises."""
    if message.order_id is None:
        return orderless.of(material, message)
    shop = material.shops[message.shop_id]
    order = material.orders[message.order_id]
    profile = material.profiles.get(message.profile_id or 0)
    shipments = material.shipments.get(order.id, [])
    living = [row for row in shipments if not is_void(row)]
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
        is_first=order.id in material.firsts,
        step=message.step,
        currency=order.currency or shop.currency,
        total=order.total or 0,
        items=_items(material, message, told, only=material.arrived.get(order.id)),
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
        is_whole=told == living and (message.step == 1 or message.trigger is Trigger.PICKUP_REMINDER),
        story=arrival.with_order_day(known, expected.of_order(shop, order), calendar),
        discount=material.codes.get(message.id),
        answer=_answer(material, message),
        title=material.bulletins[message.step][0] if message.trigger is Trigger.BULLETIN else None,
        recommendations=_offers(material, order) if document.holds("recommendations") else (),
        delivering_to=() if is_gift else postal.lines(place, home=shop.country, locale=calendar.locale),
        track_url=leads.to(material, shop, order, message),
        browser=material.browsers.get((order.id, message.to or "")),
        is_gift=is_gift,
        preferences_url=leads.out(shop, message),
        category=message.category,
        clicks=Clicks(shop.id, message.id, is_offer=message.category is Category.MARKETING),
    )


def _answer(material: Material, message: Message) -> str | None:
    if message.trigger is Trigger.REVIEW_REPLY:
        return material.replies.get(message.step)
    if message.trigger is Trigger.BULLETIN:
        return material.bulletins[message.step][1]
    return material.answers[message.case_entry_id] if message.case_entry_id else None


def _places(parcels: Sequence[Parcel]) -> tuple[Place, ...]:
    waiting = [parcel for parcel in parcels if parcel.status is ShipmentStatus.AVAILABLE_FOR_PICKUP]
    return tuple(dict.fromkeys(parcel.place for parcel in waiting if parcel.place is not None))


def _items(
    material: Material, message: Message, told: Sequence[Shipment], *, only: Collection[str] | None = None
) -> tuple[Item, ...]:
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
        for line in material.lines_of(message)
        if (only is None or line.external_id in only)
        and (quantity := min(line.quantity, sent[line.external_id]) if sent else line.quantity)
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
