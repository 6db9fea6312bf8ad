"""What follows from each event: the whole behavior in one table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from random import randrange
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import events
from app.commerce import consent_record, discounts
from app.commerce.models import Order
from app.events import EventRow
from app.flows import bulletins, restocks, starts
from app.flows.triggers import (
    case_reply,
    confirm_offers,
    confirm_recipient,
    milestones,
    own_orders,
    pickup_reminder,
    running_late,
    thank_you,
)
from app.hooks import telling
from app.lib import clock
from app.shops.models import Shop
from app.tracking.forecast import forecasts
from app.tracking.parcels import writeback
from app.tracking.sources import following

SOON, A_DAY = timedelta(seconds=5), timedelta(days=1)

Reaction = Callable[[Session, int, Any], None]

REACTIONS: dict[type[events.Event], tuple[Reaction, ...]] = {
    events.OrderPlaced: (
        thank_you.on_order_placed,
        confirm_offers.on_order_placed,
        forecasts.on_order_placed,
        telling.on_event,
        discounts.on_order_placed,
        restocks.on_order_placed,
        starts.on_order_placed,
    ),
    events.ShipmentRegistered: (
        milestones.on_shipment_registered,
        following.on_shipment_registered,
        forecasts.on_shipment_registered,
        telling.on_event,
    ),
    events.ShipmentReached: (
        starts.on_shipment_reached,  # first: it locks who is in flows, as the engine does before their orders
        milestones.on_shipment_reached,
        running_late.on_shipment_reached,
        forecasts.on_shipment_reached,
        writeback.on_shipment_reached,
        telling.on_event,
    ),
    events.ExceptionOpened: (running_late.on_exception_opened, telling.on_event),
    events.ExceptionAged: (pickup_reminder.on_exception_aged, telling.on_event),
    events.ExceptionCleared: (telling.on_event,),
    events.CaseOpened: (telling.on_event,),
    events.CaseAnswered: (case_reply.on_case_answered, telling.on_event),
    events.CaseClosed: (telling.on_event, starts.on_case_closed),
    events.OwnOrdersAsked: (own_orders.on_own_orders_asked,),
    events.RecipientNamed: (confirm_recipient.on_recipient_named,),
    events.OrderCancelled: (telling.on_event, starts.on_order_changed),
    events.OrderEdited: (telling.on_event,),
    events.OrderRefunded: (telling.on_event, starts.on_order_changed),
    events.CheckoutStarted: (starts.on_checkout_started,),
    events.CheckoutCompleted: (starts.on_checkout_completed,),
    events.StepReached: (telling.on_event,),
    events.VariantSoldOut: (telling.on_event,),
    events.BackInStock: (telling.on_event, restocks.on_back_in_stock),
    events.ConsentChanged: (
        confirm_offers.on_consent_changed,
        telling.on_event,
        consent_record.on_consent_changed,
        starts.on_consent_changed,
    ),
    events.ProfileErased: (telling.on_event,),
    events.ShopUninstalled: (bulletins.on_shop_uninstalled,),
    events.ConnectionBroken: (telling.on_event,),
}
"""An event without a reaction is still a line of the shopper's timeline."""

OF_THE_PAST = (
    forecasts.on_order_placed,
    forecasts.on_shipment_registered,
    forecasts.on_shipment_reached,
    following.on_shipment_registered,
)
"""What follows even where an order came as history and this had happened before: nobody is told of it."""

OF_FLOWS = (starts, restocks, thank_you, milestones, running_late)
"""Where the reactions are that let people into flows, and end what they wait for."""


def of_flows() -> Mapping[type[events.Event], Sequence[Reaction]]:
    """Return the reactions that concern flows."""
    return {
        kind: tuple(it for it in wanted if it.__module__ in {each.__name__ for each in OF_FLOWS})
        for kind, wanted in REACTIONS.items()
    }


def react_one(session: Session, after: int = 0) -> int | None:
    """React to the oldest event of the next shop after this one that has some; returns that shop, if any.

    Whoever comes back with the shop goes round all of them: one with a million events delays no other.
    Raises what a reaction raises: the caller rolls back and calls `put_off`.
    """
    given = {"after": after, "now": clock.now()}
    row: EventRow | None = session.scalar(NEXT, given) or session.scalar(NEXT, given | {"after": 0})
    if row is None:
        return None
    session.info["event"], session.info["shop"] = row.id, row.shop_id
    session.info["failed_before"] = row.due_at is not None
    event = events.revive(row)
    order_id = getattr(event, "order_id", None)
    order = session.get(Order, order_id) if order_id is not None else None
    session.info["held"] = order, session.get(Shop, row.shop_id)  # else each reaction would read them anew
    is_past = _is_past(order, event)
    for reaction in REACTIONS[type(event)]:
        if not is_past or reaction in OF_THE_PAST:
            reaction(session, row.shop_id, event)
    row.reacted_at = clock.now()
    return row.shop_id


_NEXT = text(
    """
    WITH RECURSIVE shops AS (
        (SELECT shop_id FROM event WHERE reacted_at IS NULL AND shop_id > :after ORDER BY shop_id LIMIT 1)
        UNION ALL
        SELECT (SELECT e.shop_id FROM event e WHERE e.reacted_at IS NULL AND e.shop_id > shops.shop_id
                ORDER BY e.shop_id LIMIT 1)
        FROM shops WHERE shops.shop_id IS NOT NULL
    )
    SELECT due.* FROM shops, LATERAL (
        SELECT * FROM event e
        WHERE e.shop_id = shops.shop_id AND e.reacted_at IS NULL AND (e.due_at IS NULL OR e.due_at <= :now)
        ORDER BY e.id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) due
    LIMIT 1
    """
)
NEXT = select(EventRow).from_statement(_NEXT).execution_options(populate_existing=True)
"""Found along one index, shop by shop, no further than to the first that has something due."""


def any_shop(session: Session) -> int:
    """Return a shop, by chance, after which to begin: however many wait, each is come to."""
    return randrange(1 + (session.scalar(select(func.max(EventRow.shop_id)).filter_by(reacted_at=None)) or 0))


def _is_past(order: Order | None, event: events.Event) -> bool:
    """Tell whether an event is old news that came late, of an order that we know from its store's history."""
    return order is not None and order.imported_at is not None and event.happened_at <= order.imported_at


def put_off(session: Session, event_id: int) -> None:
    """Pass over an event whose reactions failed until it is twice as old, a day at most: others go on."""
    row = session.get_one(EventRow, event_id, with_for_update=True)
    age = clock.now() - row.recorded_at
    row.due_at = clock.now() + min(max(age, SOON), A_DAY)
