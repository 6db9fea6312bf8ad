"""The rows that a chunk of messages is made of, fetched in so many queries however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.channels.base import Browser
from app.commerce import firsts
from app.commerce.models import Fulfillment, LineItem, Order, Product
from app.lib.db import among
from app.messages.dispatch import bulletins
from app.messages.documents import templates
from app.messages.documents.document import Document, Misfit
from app.messages.letters import carts, codes, recommendations, waits
from app.messages.letters.carts import Cart
from app.messages.letters.contents import Code
from app.messages.letters.recommendations import Offered
from app.messages.letters.waits import Waited
from app.messages.models import Message
from app.messages.wording import versions
from app.messages.wording.versions import Chosen, Said
from app.reviews import choice, things
from app.reviews.choice import Bought
from app.reviews.models import Review
from app.shops import brand
from app.shops.brand import Brand
from app.shops.models import Shop
from app.tracking.exceptions import alarms
from app.tracking.models import OwnCarrier, Shipment
from app.tracking.shoppers import browsers
from app.tracking.shoppers.cases import CaseEntry
from app.vocabulary import ExceptionKind, Medium, Trigger

TELLS_OF_ALARMS = (Trigger.RUNNING_LATE,)
"""What tells of a parcel as we see it; other messages tell what its carrier says."""

Contents = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line item, and the picture that is shown of it."""

    id: int
    external_id: str
    title: str
    variant_title: str | None
    quantity: int
    price: int
    image_url: str | None
    product: str | None = None
    """As the store calls it."""
    page: str | None = None
    """Where the store shows it."""


@dataclass(frozen=True, slots=True)
class Material:
    """What the messages of a chunk speak of; as long as it is held, the session knows its rows."""

    shops: dict[int, Shop]
    brands: dict[int, Brand]
    orders: dict[int, Order]
    checkouts: dict[int, Cart]
    profiles: dict[int, Profile]
    shipments: dict[int, list[Shipment]]
    """Of each order, the oldest first."""
    lines: dict[int, list[Line]]
    """Of each order, in the order's own order."""
    contents: dict[int, Contents]
    """What each fulfillment holds, where the store says."""
    firsts: frozenset[int]
    """The orders that are their shopper's first."""
    waits: dict[int, Waited]
    """What somebody waits for, by their request."""
    answers: dict[int, str]
    """What the merchant wrote, by case entry."""
    replies: dict[int, str]
    """What the merchant answers to a review, by review."""
    bulletins: Mapping[int, tuple[str, str]]
    """Subject and words of what the merchant writes to many, by bulletin."""
    arrived: Mapping[int, frozenset[str]]
    """Which lines have arrived, of each order whose things are to be reviewed."""
    offers: dict[int, list[Offered]]
    """What the shop sells besides, of each order whose message has a place for it."""
    shown: dict[int, list[Offered]]
    """What a shop sells, where a message about no order has a place for it."""
    codes: Mapping[int, Code]
    """The discounts that are offered, by message."""
    documents: dict[tuple[int, Trigger], Chosen]
    """What the shops say in their own words."""
    alarms: Mapping[int, frozenset[ExceptionKind]]
    """What is wrong with the parcels of messages that tell of it."""
    browsers: Mapping[tuple[int, str], Browser]
    """Where notifications go, by order and address."""
    own_carriers: list[OwnCarrier] = field(repr=False)

    def document(self, message: Message) -> Document:
        """Return what a message's template says; raises Misfit where we no longer understand it."""
        said = said_by(self.documents, message)
        if isinstance(said, Misfit):
            raise said
        return said

    def version(self, message: Message) -> int | None:
        """Return the id of the version that a message is written with; None where the words are ours."""
        chosen = self.documents.get((message.shop_id, message.trigger))
        return chosen.version_id if chosen and message.recipient_id is None else None

    def lines_of(self, message: Message) -> list[Line]:
        """Return the lines of its order that a message is about: all of them, or one."""
        lines = self.lines.get(message.order_id or 0, [])
        return [it for it in lines if message.line_item_id in (None, it.id)]

    def review_page(self, shop: Shop, order: Order) -> str | None:
        """Return where what was bought first is reviewed with another, where the merchant chose one."""
        lines = self.lines.get(order.id, [])
        shown = next((it for it in lines if it.page and it.page.startswith("https://")), None)
        first = shown or next(iter(lines), None)
        bought = Bought(first.product, first.page, order.name) if first else Bought(None, None, order.name)
        return choice.page(shop, bought)


def gather(session: Session, messages: Sequence[Message]) -> Material:
    """Fetch all of it, in at most sixteen queries."""
    order_ids = {message.order_id for message in messages if message.order_id is not None}
    wanted = select(Shop).where(among(Shop.id, {message.shop_id for message in messages}))
    shops = {shop.id: shop for shop in session.scalars(wanted)}
    orders = {order.id: order for order in session.scalars(select(Order).where(among(Order.id, order_ids)))}
    shipments = _shipments(session, order_ids)
    documents = versions.documents(session, shops)
    offering = _offering(messages, documents)
    return Material(
        shops=shops,
        brands={shop_id: brand.of(shop) for shop_id, shop in shops.items()},
        orders=orders,
        checkouts=carts.gather(session, {message.checkout_id for message in messages} - {None}, shops),
        profiles=_profiles(session, {message.profile_id for message in messages}),
        shipments=shipments,
        lines=_lines(session, order_ids),
        contents=_contents(session, order_ids),
        firsts=firsts.of(session, orders.values()),
        waits=waits.gather(session, messages),
        answers=_answers(session, {message.case_entry_id for message in messages}),
        replies=_replies(session, messages),
        bulletins=bulletins.texts(session, {it.step for it in messages if it.trigger is Trigger.BULLETIN}),
        arrived=_arrived(session, messages, orders),
        offers=recommendations.of_orders(session, {it.order_id for it in offering} - {None}),
        shown=recommendations.of_shops(session, {it.shop_id for it in offering if it.order_id is None}),
        codes=codes.gather(session, messages, shops),
        documents=documents,
        alarms=_alarms(session, messages),
        browsers=_browsers(session, messages),
        own_carriers=_own_carriers(session, shipments),
    )


def _browsers(session: Session, messages: Sequence[Message]) -> Mapping[tuple[int, str], Browser]:
    told = {message.order_id for message in messages if message.medium is Medium.PUSH and message.order_id}
    return browsers.of_orders(session, told) if told else {}


def _shipments(session: Session, order_ids: Iterable[int]) -> dict[int, list[Shipment]]:
    found: dict[int, list[Shipment]] = defaultdict(list)
    rows = session.scalars(select(Shipment).where(among(Shipment.order_id, order_ids)).order_by(Shipment.id))
    for row in rows:
        found[row.order_id].append(row)
    return found


def _alarms(session: Session, messages: Sequence[Message]) -> Mapping[int, frozenset[ExceptionKind]]:
    telling = [message for message in messages if message.trigger in TELLS_OF_ALARMS]
    return alarms.of_shipments(session, {i for message in telling for i in message.shipment_ids})


def _own_carriers(session: Session, shipments: dict[int, list[Shipment]]) -> list[OwnCarrier]:
    """Return the shop's own carriers that bring these parcels, so that none is fetched one by one."""
    ids = {row.own_carrier_id for rows in shipments.values() for row in rows} - {None}
    return list(session.scalars(select(OwnCarrier).where(among(OwnCarrier.id, ids)))) if ids else []


def _profiles(session: Session, ids: set[int | None]) -> dict[int, Profile]:
    rows = session.scalars(select(Profile).where(among(Profile.id, ids - {None})))
    return {row.id: row for row in rows}


def _lines(session: Session, order_ids: Iterable[int]) -> dict[int, list[Line]]:
    product = and_(Product.shop_id == LineItem.shop_id, Product.external_id == LineItem.product_external_id)
    rows = session.execute(
        select(
            LineItem.order_id,
            LineItem.id,
            LineItem.external_id,
            LineItem.title,
            LineItem.variant_title,
            LineItem.quantity,
            LineItem.price,
            LineItem.image_url,
            Product.image_url,
            LineItem.product_external_id,
            Product.url,
        )
        .outerjoin(Product, product)
        .where(among(LineItem.order_id, order_ids))
        .order_by(LineItem.order_id, LineItem.position, LineItem.id)
    )
    found: dict[int, list[Line]] = defaultdict(list)
    for order_id, line_id, external_id, title, options, quantity, price, image_url, picture, *shown in rows:
        seen = image_url or picture
        line = Line(line_id, external_id, title, options, quantity, price, seen, *shown)
        found[order_id].append(line)
    return found


def _contents(session: Session, order_ids: Iterable[int]) -> dict[int, Contents]:
    rows = session.execute(
        select(Fulfillment.id, Fulfillment.items).where(among(Fulfillment.order_id, order_ids))
    )
    return {fulfillment_id: items for fulfillment_id, items in rows if items}


def _answers(session: Session, ids: set[int | None]) -> dict[int, str]:
    wanted = ids - {None}
    if not wanted:
        return {}
    rows = session.execute(select(CaseEntry.id, CaseEntry.words).where(among(CaseEntry.id, wanted)))
    return {entry_id: words or "" for entry_id, words in rows}


def _arrived(
    session: Session, messages: Sequence[Message], orders: Mapping[int, Order]
) -> Mapping[int, frozenset[str]]:
    asking = {it.order_id for it in messages if it.trigger is Trigger.REVIEW_REQUEST}
    return things.arrived_of(session, [order for i, order in orders.items() if i in asking]) if asking else {}


def _replies(session: Session, messages: Sequence[Message]) -> dict[int, str]:
    ids = {message.step for message in messages if message.trigger is Trigger.REVIEW_REPLY}
    if not ids:
        return {}
    rows = session.execute(select(Review.id, Review.reply).where(among(Review.id, ids)))
    return {review_id: reply or "" for review_id, reply in rows}


def said_by(documents: Mapping[tuple[int, Trigger], Chosen], message: Message) -> Said:
    """Return what a message's template says, the shop's own or ours."""
    chosen = documents.get((message.shop_id, message.trigger))
    return chosen.said if chosen else templates.default(message.trigger)


def _offering(messages: Sequence[Message], documents: Mapping[tuple[int, Trigger], Chosen]) -> list[Message]:
    """Return the messages that have a place for what a shop sells."""
    told = ((message, said_by(documents, message)) for message in messages)
    return [message for message, said in told if isinstance(said, Document) and said.holds("recommendations")]
