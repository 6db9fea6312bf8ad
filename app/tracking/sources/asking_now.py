"""Asking where a parcel is, now: whoever tells the shop of it is asked out of turn, within their limits."""

from enum import StrEnum

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import queue
from app.shops import errands
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.tracking.polls import watches
from app.tracking.sources import following, sources
from app.vocabulary import PlatformKey

STORE = {
    PlatformKey.SHOPIFY: "shopify.whole_order",
    PlatformKey.WOOCOMMERCE: "woocommerce.fulfillments",
}
"""Errand by which a store is asked what it knows of an order's parcels."""


class Asked(StrEnum):
    """Who is asked."""

    AGGREGATOR = "aggregator"
    CARRIER = "carrier"
    STORE = "store"
    """Nobody else tells of it."""


def ask(session: Session, shop: Shop, shipment: Shipment) -> Asked:
    """Have everybody asked who may know, at once; returns whose answer counts most."""
    order = session.get_one(Order, shipment.order_id)
    errands.add(session, shop.id, STORE[shop.platform], order.external_id)
    account = sources.aggregator(session, shop.id)
    if account is not None:
        if account.source.fetch is not None and shipment.number is not None:
            errands.add(session, shop.id, following.FETCH, str(shipment.id))
            return Asked.AGGREGATOR
        return Asked.STORE
    if watches.hasten(session, shop, shipment):
        queue.wake(session, "jobs.polling.poll")
        return Asked.CARRIER
    return Asked.STORE
