"""Who is told what of an order, as its rows say it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.flows import switches
from app.tracking.shoppers import recipients, wishes
from app.tracking.shoppers.recipients import Recipient
from app.vocabulary import Medium, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellings:
    """What the merchant has everybody told, and what this shopper asked for."""

    on: frozenset[Trigger]
    every_step: frozenset[Medium]
    """Where the shopper gets every step."""
    others: tuple[Recipient, ...]
    """Other recipients that are asked or told."""


def read(session: Session, order: Order) -> Tellings:
    """Return what is told of an order, in three queries."""
    wanted = wishes.of_orders(session, [order.id])
    return Tellings(
        on=frozenset(switches.switched_on(session, order.shop_id)),
        every_step=wanted.get(order.id, frozenset()),
        others=tuple(recipients.of_order(session, order.id)),
    )
