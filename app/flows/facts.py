"""What the gate needs to know of a chunk of messages, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import phonenumbers
from sqlalchemy import func, not_, or_, select, text
from sqlalchemy.orm import Session

from app.audience import consent, whereabouts
from app.audience.address import readable_email
from app.audience.consent import Subject
from app.audience.models import Profile
from app.commerce import discounts, pulse
from app.commerce.models import Checkout, Order
from app.flows import asked, doubles, rehearsing, repeats, standing, suppressions, switches, texted
from app.lib import clock, crypto
from app.lib.db import among, held
from app.messages.gate import caps
from app.messages.gate.manners import Manners
from app.messages.gate.verdict import Facts
from app.messages.models import Message
from app.messages.providers import complaints
from app.messages.whatsapp import writing
from app.shops import texting
from app.shops.models import Shop
from app.tracking.exceptions import alarms as tracked
from app.tracking.models import Shipment
from app.tracking.shoppers import cases
from app.vocabulary import Category, Medium, MessageState, Trigger

Person = tuple[int, int | str | None]

EACH_IS_NEWS = (Trigger.PICKUP_REMINDER, Trigger.BULLETIN)
"""The second says something else than the first, though of the same parcels."""
NOT_GONE = (MessageState.QUEUED, MessageState.SKIPPED, MessageState.FAILED)
"""A message in any other state has gone out, or may have: what is held may be in the mailbox already.

Not so one that is claimed and that the gate has not let go: it has no `sending_at` yet.
"""


def gather(session: Session, messages: Sequence[Message]) -> dict[int, Facts]:
    """Return the facts about each message, by its id, as they are at this moment.

    Whoever gathers facts about offers to a shopper holds a lock on that shopper until the transaction ends:
    two senders never both find room under the caps.
    """
    shops = held(session, Shop, {message.shop_id for message in messages})
    orders = held(session, Order, {message.order_id for message in messages})
    carts = held(session, Checkout, {message.checkout_id for message in messages})
    profiles = held(session, Profile, {message.profile_id for message in messages})
    shipments = held(session, Shipment, {i for message in messages for i in message.shipment_ids})
    switched_on = switches.since_when(session, shops)
    wanted = asked.for_themselves(session, messages, switched_on, shipments)
    taken_back = texted.taken_back(session, messages, shops)
    sayable = writing.sayable(session, messages, shops, orders, profiles)
    repeated = repeats.of(session, messages, switched_on)
    asked_by_store = doubles.told_by_stores(session, messages)
    alarms = tracked.of_shipments(session, _late_ones(messages))
    suppressed = suppressions.of(session, messages)
    said = consent.said_of(session, [_subject(message) for message in messages])
    lately = _sent_lately(session, messages)
    bought = _last_bought(session, messages)
    told = _told(session, messages)
    troubled = cases.troubled(session, {message.profile_id for message in messages})
    stands = standing.of(session, messages)
    behind = pulse.behind(session, {message.shop_id for message in messages if message.checkout_id})
    awaited = discounts.awaited(session, [(it.shop_id, discounts.way_of(it.key)) for it in messages])
    reported = cases.open_ids(session, {order.id for order in orders.values()})
    facts = {}
    for message in messages:
        shop = shops[message.shop_id]
        order = orders.get(message.order_id)
        profile = profiles.get(message.profile_id)
        place = (order.ship_to if order else None) or {}
        phone = order.phone if order else None
        phone = message.to if message.medium in (Medium.SMS, Medium.WHATSAPP) else phone
        subject, medium = _subject(message), message.medium
        facts[message.id] = Facts(
            trigger=message.trigger,
            medium=medium,
            category=message.category,
            occasion_at=message.occasion_at,
            asked_at=message.created_at,
            shop_state=shop.state,
            flow_is_on=standing.is_on(message, switched_on, stands) or message.id in wanted,
            has_channel=medium not in texting.MEDIA or texting.of(shop, medium) is not None,
            has_words=medium is not Medium.WHATSAPP or message.id in sayable,
            address=message.to,
            address_is_readable=is_readable(medium, message.to),
            suppressed=suppressed.get((message.shop_id, medium, message.to, message.category)),
            offers_are_suppressed=(message.shop_id, medium, message.to, Category.MARKETING) in suppressed,
            said=said.get((subject, medium, message.category)),
            offers=said.get((subject, medium, Category.MARKETING)),
            ordered_at=_ordered_at(message, order, profile, bought),
            country=whereabouts.country_of(place, phone, shop.country),
            clocks=whereabouts.clocks_of(place, phone, shop.country, shop.timezone),
            erased=bool(order and order.erased_at) or bool(profile and profile.erased_at),
            order_is_test=bool(order and order.is_test),
            order_is_cancelled=bool(order and order.is_called_off),
            order_age_when_heard=_heard_late(order),
            manners=Manners.of(shop),
            offers_are_paused=complaints.paused_at(shop) is not None,
            has_open_case=message.profile_id in troubled or message.order_id in reported,
            is_taken_back=message.id in taken_back,
            only_if_late=asked.is_silenced(message, shipments),
            is_over=message.trigger is Trigger.RUNNING_LATE
            and not any(
                tracked.is_late(shipments[i], alarms) for i in message.shipment_ids if i in shipments
            ),
            is_bought=_is_bought(carts.get(message.checkout_id)),
            is_behind=message.checkout_id is not None and message.shop_id in behind,
            cart_left_at=cart.updated_at if (cart := carts.get(message.checkout_id)) else None,
            awaits_code=(message.shop_id, discounts.way_of(message.key)) in awaited,
            comes_from_flow=message.id in stands,
            let_go=stands[message.id].let_go if message.id in stands else None,
            sent_lately=lately.get(_person(message), ()),
            is_told=message.again_of is None
            and (
                message.id in repeated
                or any(_says_the_same(message, other) for other in told.get(message.order_id, ()))
            ),
            store_tells=message.id in asked_by_store,
            person=_person(message),
            news=_news(message),
            now=clock.now(),
            parcels=tuple(
                shipments[i].status
                for i in message.shipment_ids
                if i in shipments and shipments[i].cancelled_at is None
            ),
        )
    return facts


def _late_ones(messages: Sequence[Message]) -> set[int]:
    late = [message for message in messages if message.trigger is Trigger.RUNNING_LATE]
    return {shipment_id for message in late for shipment_id in message.shipment_ids}


def is_readable(medium: Medium, address: str | None) -> bool:
    """Tell whether anything could be delivered to an address."""
    if not address:
        return False
    if medium is Medium.EMAIL:
        return readable_email(address) is not None
    if medium is Medium.PUSH:
        return address.startswith("https://")
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(address))
    except phonenumbers.NumberParseException:
        return False


def _is_bought(cart: Checkout | None) -> bool:
    return cart is not None and (cart.completed_at is not None or cart.deleted_at is not None)


def _heard_late(order: Order | None) -> timedelta:
    if order is None:
        return timedelta(0)
    placed_at = order.placed_at or order.created_at or order.first_heard_at
    return max(order.first_heard_at - placed_at, timedelta(0))


def _subject(message: Message) -> Subject:
    address = crypto.fingerprint(message.to) if message.to else None
    return message.shop_id, message.profile_id, address


def _person(message: Message) -> Person:
    return message.shop_id, message.to if message.profile_id is None else message.profile_id


def _ordered_at(
    message: Message, order: Order | None, profile: Profile | None, bought: Mapping[int | None, datetime]
) -> datetime | None:
    """Return when a message's address was typed to buy something; None where it is somebody else's."""
    typed = {order.email, order.phone} if order else set()
    theirs = {profile.email, profile.phone} if profile else set()
    if not message.to or message.to not in typed | theirs:
        return None
    moments = [bought[message.profile_id]] if message.profile_id in bought else []
    if profile is not None and profile.past_last_order_at is not None:
        moments.append(profile.past_last_order_at)
    if order is not None:
        moments.append(order.placed_at or order.created_at or order.first_heard_at)
    return max(moments, default=None)


def _last_bought(session: Session, messages: Sequence[Message]) -> dict[int | None, datetime]:
    """Return when the shoppers that offers go to last bought something."""
    ids = {message.profile_id for message in messages if message.category is Category.MARKETING} - {None}
    if not ids:
        return {}
    last = select(Order.profile_id, func.max(Order.placed_at)).where(Order.profile_id.in_(ids))
    found = session.execute(last.group_by(Order.profile_id))
    return {profile_id: at for profile_id, at in found if at is not None}


def _sent_lately(session: Session, messages: Sequence[Message]) -> dict[Person, tuple[datetime, ...]]:
    """Return when each shopper that offers go to was sent some, and lock these shoppers until the end."""
    offers = [message for message in messages if message.category is Category.MARKETING]
    if not offers:
        return {}
    if rehearsing.noted(session) is None:  # where nothing is sent, nobody has to wait
        session.execute(LOCK, {"people": sorted({f"offers:{_person(message)}" for message in offers})})
    theirs = or_(
        Message.profile_id.in_({message.profile_id for message in offers} - {None}),
        Message.profile_id.is_(None) & Message.to.in_({message.to for message in offers}),
    )
    sent = select(Message).where(
        Message.shop_id.in_({message.shop_id for message in offers}),
        Message.category == Category.MARKETING,
        Message.sending_at > clock.now() - caps.LOOKS_BACK,
        Message.state.not_in(NOT_GONE),
        not_(among(Message.id, [message.id for message in messages])),
        theirs,
    )
    found: dict[Person, tuple[datetime, ...]] = {}
    for other in session.scalars(sent):
        at = other.sent_at or other.sending_at
        if at is not None:
            found[_person(other)] = (*found.get(_person(other), ()), at)
    return found


LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(person, 0)) FROM unnest(CAST(:people AS text[])) AS person"
)
"""People come in one order always, so that two senders never wait for each other."""


def _told(session: Session, messages: Sequence[Message]) -> dict[int | None, list[Message]]:
    """Return what has gone out about these messages' orders, by order."""
    ids = {message.order_id for message in messages if message.order_id is not None}
    others = select(Message).where(
        among(Message.order_id, ids),
        Message.state.not_in(NOT_GONE),
        or_(Message.state != MessageState.SENDING, Message.sending_at.is_not(None)),
        not_(among(Message.id, [message.id for message in messages])),
    )
    found: dict[int | None, list[Message]] = {}
    for other in session.scalars(others):
        found.setdefault(other.order_id, []).append(other)
    return found


def _says_the_same(message: Message, other: Message) -> bool:
    """Tell whether another message has told the same address all that this one would."""
    if _about(message) != _about(other):
        return False
    parcels, told = set(message.shipment_ids), set(other.shipment_ids)
    return parcels <= told if parcels else message.step == other.step and not told


def _about(message: Message) -> tuple[object, ...]:
    about = message.order_id, message.line_item_id, message.checkout_id
    subject = *about, message.waiting_id, message.case_entry_id
    reminder = message.step if message.trigger in EACH_IS_NEWS else None
    return message.medium, message.to, message.trigger, reminder, *subject


def _news(message: Message) -> tuple[object, ...]:
    step = None if message.shipment_ids else message.step
    return *_about(message), tuple(sorted(message.shipment_ids)), step, message.again_of
