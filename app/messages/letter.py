"""Everything that the text of one message needs, as plain data: gathered in a transaction, used outside."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Fulfillment, LineItem, Order, Product, Variant
from app.lib import clock
from app.lib.days import Calendar
from app.messages import postal, templates
from app.messages.document import Document
from app.messages.links import preferences_url
from app.messages.models import Message
from app.shops import brand
from app.shops.brand import Brand
from app.shops.models import Shop
from app.tracking import arrival, carrier, expected, story
from app.tracking.cases import CaseEntry
from app.tracking.links import tracking_url
from app.tracking.models import Shipment
from app.tracking.parcel import Parcel
from app.tracking.story import Story
from app.vocabulary import Trigger

OFFERS = 3
"""How many recommendations a message shows."""


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
    currency: str
    total: int
    items: tuple[Item, ...]
    parcels: tuple[Told, ...]
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
    track_url: str
    preferences_url: str


def gather(session: Session, message: Message) -> Letter:
    """Return what a message needs to be rendered, in at most seven queries."""
    shop = session.get_one(Shop, message.shop_id)
    order = session.get_one(Order, message.order_id)
    profile = session.get(Profile, message.profile_id) if message.profile_id else None
    shipments = list(session.scalars(select(Shipment).filter_by(order_id=order.id).order_by(Shipment.id)))
    living = [row for row in shipments if not Parcel.of(row).is_void]
    told = [row for row in shipments if row.id in message.shipment_ids]
    calendar = Calendar.of(clock.now(), shop.timezone, order.locale, shop.locale, is_for_later=True)
    document = templates.default(message.trigger)
    parcels = [Parcel.of(row, expected=expected.of_shipment(shop, order, row)) for row in told]
    known = story.tell(parcels, calendar)
    place = order.ship_to or {}
    return Letter(
        trigger=message.trigger,
        document=document,
        to=message.to or "",
        message_id=message.rfc_id,
        brand=brand.of(shop),
        calendar=calendar,
        first_name=(profile and profile.first_name) or place.get("first_name"),
        order_name=order.name,
        is_first=_is_first(session, order),
        currency=order.currency or shop.currency,
        total=order.total or 0,
        items=_items(session, order, told),
        parcels=tuple(
            Told(
                place=shipments.index(row) + 1,
                carrier=parcel.carrier,
                number=row.number,
                page=carrier.page_of(row),
            )
            for row, parcel in zip(told, parcels, strict=True)
        ),
        is_whole=message.step == 1 and told == living,
        story=arrival.with_order_day(known, expected.of_order(shop, order), calendar),
        answer=session.get_one(CaseEntry, message.case_entry_id).words if message.case_entry_id else None,
        recommendations=_offers(session, order) if document.holds("recommendations") else (),
        delivering_to=postal.lines(place, home=shop.country, locale=calendar.locale),
        track_url=tracking_url(shop, order.id),
        preferences_url=preferences_url(shop.id, message.id),
    )


def _is_first(session: Session, order: Order) -> bool:
    if order.is_first is not None or order.profile_id is None or order.placed_at is None:
        return order.is_first is not False
    earlier = select(Order.id).where(
        Order.shop_id == order.shop_id,
        Order.profile_id == order.profile_id,
        Order.placed_at < order.placed_at,
        Order.cancelled_at.is_(None),
    )
    return not session.scalar(select(exists(earlier)))


def _items(session: Session, order: Order, told: Sequence[Shipment]) -> tuple[Item, ...]:
    """Return the lines of these parcels; of the whole order where the store does not say what is in them."""
    product = and_(Product.shop_id == LineItem.shop_id, Product.external_id == LineItem.product_external_id)
    lines = session.execute(
        select(LineItem, Product.image_url)
        .outerjoin(Product, product)
        .where(LineItem.order_id == order.id)
        .order_by(LineItem.position, LineItem.id)
    )
    sent = _sent(session, {shipment.fulfillment_id for shipment in told})
    return tuple(
        Item(
            title=line.title,
            options=line.variant_title,
            quantity=quantity,
            total=line.price * quantity,
            image_url=_secure(line.image_url or picture),
        )
        for line, picture in lines
        if (quantity := min(line.quantity, sent[line.external_id]) if sent else line.quantity)
    )


def _offers(session: Session, order: Order) -> tuple[Offer, ...]:
    """Return what the shop sells besides what was bought, newest first; only what can be shown and had."""
    bought = select(LineItem.product_external_id).where(LineItem.order_id == order.id)
    price = select(func.min(Variant.price)).where(Variant.product_id == Product.id).scalar_subquery()
    had = exists().where(Variant.product_id == Product.id, Variant.in_stock.is_not(False))
    rows = session.execute(
        select(Product, price)
        .where(
            Product.shop_id == order.shop_id,
            Product.deleted_at.is_(None),
            Product.url.startswith("https://"),
            Product.image_url.startswith("https://"),
            Product.title.is_not(None),
            Product.external_id.not_in(bought.where(LineItem.product_external_id.is_not(None))),
            had,
        )
        .order_by(Product.id.desc())
        .limit(OFFERS)
    )
    return tuple(
        Offer(title=product.title, url=product.url, image_url=product.image_url, price=cost)
        for product, cost in rows
        if product.title and product.url
    )


def _sent(session: Session, fulfillment_ids: set[int]) -> Counter[str]:
    """Return how many pieces of each line these fulfillments hold; nothing where one does not say."""
    contents = list(session.scalars(select(Fulfillment.items).where(Fulfillment.id.in_(fulfillment_ids))))
    pieces: Counter[str] = Counter()
    if all(contents):
        for content in contents:
            pieces.update({str(part["item"]): int(part["quantity"]) for part in content})
    return pieces


def _secure(address: str | None) -> str | None:
    return address if address and address.startswith("https://") else None
