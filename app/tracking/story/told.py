"""What an order's rows amount to: its parcels, and the story of them all."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.commerce.models import Order
from app.lib.days import Calendar
from app.shops.models import Shop
from app.tracking.forecast import expected
from app.tracking.models import Shipment
from app.tracking.story import arrival, story
from app.tracking.story.journey import Story
from app.tracking.story.parcel import Parcel
from app.vocabulary import ExceptionKind


class Told(NamedTuple):
    """The parcels of an order, and what is true of it now."""

    parcels: list[Parcel]
    story: Story


def of_order(
    shop: Shop,
    order: Order,
    shipments: Sequence[Shipment],
    alarms: Mapping[int | None, set[ExceptionKind]],
    calendar: Calendar,
) -> Told:
    """Return the story of an order's rows."""
    parcels = [
        Parcel.of(it, alarms.get(it.id, ()), expected.of_shipment(shop, order, it)) for it in shipments
    ]
    told = story.tell(
        parcels,
        calendar,
        is_placed=order.placed_at is not None,
        cancelled_at=order.cancelled_at,
        takes_long=ExceptionKind.UNFULFILLED in alarms.get(None, ()),
    )
    return Told(parcels, arrival.with_order_day(told, expected.of_order(shop, order), calendar))
