"""What is told by text or on WhatsApp, too: an order's thanks and milestones, to whom the merchant chose."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from app.audience import grants, whereabouts
from app.audience.grants import Gives
from app.commerce.models import Order
from app.flows.switches import MILESTONES, ON_REQUEST
from app.messages.models import Message
from app.shops import texting
from app.shops.models import Shop
from app.shops.texting import Whom
from app.tracking.shoppers import wishes
from app.vocabulary import Category, ConsentSource, Medium, Trigger

STEPS = (
    *(trigger for trigger in MILESTONES if trigger not in ON_REQUEST),
    Trigger.PICKUP_REMINDER,
    Trigger.RUNNING_LATE,
)
"""Of a parcel; nobody is texted that something is packed."""
TEXTED = (*STEPS, Trigger.THANK_YOU)


def wanted(session: Session, order: Order, trigger: Trigger) -> tuple[Medium, ...]:
    """Return where it is to be told beside the mail; whether it may go there is for the gate to say."""
    shop = session.get_one(Shop, order.shop_id)
    chosen = {medium: by for medium in texting.MEDIA if (by := texting.of(shop, medium)) is not None}
    if not chosen or not can_be_reached(order) or trigger not in TEXTED:
        return ()
    asked = wishes.of_orders(session, [order.id]).get(order.id, ())
    return tuple(medium for medium, by in chosen.items() if by.whom is Whom.ALLOWED or medium in asked)


def goes(session: Session, order_id: int | None, trigger: Trigger, medium: Medium) -> bool:
    """Tell whether an order's news goes out on a medium: mails always, texts to whom the merchant chose."""
    if medium not in texting.MEDIA:
        return True
    order = session.get(Order, order_id or 0)
    return order is not None and medium in wanted(session, order, trigger)


def taken_back(
    session: Session, messages: Sequence[Message], shops: Mapping[int | None, Shop]
) -> frozenset[int]:
    """Return the ids of those texts that only go to whoever asks, and whose shopper no longer does."""
    texts = [message for message in messages if message.medium in texting.MEDIA and message.order_id]
    chosen = {
        (shop_id, medium): texting.of(shop, medium)
        for shop_id, shop in (shops.items() if texts else ())
        for medium in texting.MEDIA
    }
    on_request = [it for it in texts if (by := chosen.get((it.shop_id, it.medium))) and by.whom is Whom.ASKED]
    if not on_request:
        return frozenset()
    wished = wishes.of_orders(session, {it.order_id for it in on_request if it.order_id})
    return frozenset(it.id for it in on_request if it.medium not in wished.get(it.order_id or 0, ()))


def can_be_asked_for(shop: Shop, order: Order, on: Iterable[Trigger], medium: Medium) -> bool:
    """Tell whether it changes anything for a shopper to ask for it on a medium, with these flows on."""
    chosen = texting.of(shop, medium)
    if chosen is None or not can_be_reached(order) or not set(STEPS).intersection(on):
        return False
    country = whereabouts.country_of(order.ship_to or {}, order.phone, shop.country)
    unasked = grants.grant(ConsentSource.ORDER, medium, Category.TRANSACTIONAL, country)
    return chosen.whom is Whom.ASKED or unasked.gives is not Gives.YES


def can_be_reached(order: Order) -> bool:
    """Tell whether an order came with a number that can be texted."""
    return (order.phone or "").startswith("+")
