"""What the gate needs to know of a chunk of messages, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audience.address import readable_email
from app.audience.models import Profile, Suppression
from app.commerce.models import Order
from app.flows.models import Flow
from app.lib import clock, crypto
from app.messages.models import Message
from app.messages.permission import Facts
from app.shops.models import Shop
from app.tracking import cases
from app.tracking.models import Shipment
from app.vocabulary import Medium

Row = TypeVar("Row", Shop, Order, Profile, Shipment)


def gather(session: Session, messages: Sequence[Message]) -> dict[int, Facts]:
    """Return the facts about each message, by its id, as they are at this moment."""
    shops = _by_id(session, Shop, {message.shop_id for message in messages})
    orders = _by_id(session, Order, {message.order_id for message in messages})
    profiles = _by_id(session, Profile, {message.profile_id for message in messages})
    shipments = _by_id(session, Shipment, {i for message in messages for i in message.shipment_ids})
    on = select(Flow.shop_id, Flow.trigger).where(Flow.shop_id.in_(shops), Flow.on_since.is_not(None))
    switched_on = {(shop_id, trigger) for shop_id, trigger in session.execute(on)}
    suppressed = _suppressions(session, messages)
    troubled = cases.troubled(session, {message.profile_id for message in messages})
    reported = cases.open_ids(session, {order.id for order in orders.values()})
    facts = {}
    for message in messages:
        order = orders[message.order_id]
        profile = profiles.get(message.profile_id)
        heard_late = order.first_heard_at - (order.placed_at or order.created_at or order.first_heard_at)
        facts[message.id] = Facts(
            trigger=message.trigger,
            category=message.category,
            occasion_at=message.occasion_at,
            asked_at=message.created_at,
            shop_state=shops[message.shop_id].state,
            flow_is_on=(message.shop_id, message.trigger) in switched_on,
            address=message.to,
            address_is_readable=bool(message.to and readable_email(message.to)),
            suppressed=suppressed.get((message.shop_id, message.medium, message.to, message.category)),
            erased=order.erased_at is not None or bool(profile and profile.erased_at),
            order_is_test=order.is_test,
            order_is_cancelled=order.is_called_off,
            order_age_when_heard=max(heard_late, timedelta(0)),
            has_open_case=message.profile_id in troubled or message.order_id in reported,
            now=clock.now(),
            parcels=tuple(
                shipments[i].status
                for i in message.shipment_ids
                if i in shipments and shipments[i].cancelled_at is None
            ),
        )
    return facts


def _suppressions(
    session: Session, messages: Sequence[Message]
) -> dict[tuple[int, Medium, str | None, str], str]:
    hashes = {crypto.fingerprint(message.to): message.to for message in messages if message.to}
    shop_ids = {message.shop_id for message in messages}
    rows = session.scalars(
        select(Suppression).where(
            Suppression.shop_id.in_(shop_ids),
            Suppression.address_hash.in_(hashes),
            or_(Suppression.category == "all", Suppression.category.in_({m.category for m in messages})),
        )
    )
    found: dict[tuple[int, Medium, str | None, str], str] = {}
    for row in rows:
        categories = {m.category for m in messages} if row.category == "all" else {row.category}
        for category in categories:
            found[row.shop_id, row.medium, hashes[row.address_hash], category] = row.reason
    return found


def _by_id(session: Session, table: type[Row], ids: Iterable[int | None]) -> dict[int | None, Row]:
    wanted = [i for i in ids if i is not None]
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(wanted)))}
