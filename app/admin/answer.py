"""The answer first: is anything wrong, in one sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from app.admin.dates import Calendar, zone
from app.admin.words import plural
from app.commerce.models import Delivery
from app.lib import clock
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import InboxState, ShipmentStatus

WRONG = (
    ShipmentStatus.EXCEPTION,
    ShipmentStatus.DELAYED,
    ShipmentStatus.ATTEMPT_FAILED,
    ShipmentStatus.RETURN_TO_SENDER,
)
"""What the merchant should look at before the shopper asks."""


class Group(StrEnum):
    """Every parcel is in exactly one."""

    TRANSIT = "transit"
    TODAY = "today"
    EXCEPTIONS = "exceptions"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a shop's parcels are in each group, and how much of what it told us lies unread."""

    parcels: Mapping[str, int] = field(default_factory=dict)
    unread: int = 0
    broken: bool = False

    @property
    def total(self) -> int:
        """Every parcel."""
        return sum(self.parcels.values())

    @property
    def sentence(self) -> str:
        """Say everything that is wrong, or that nothing is, then what comes today."""
        wrong = self.parcels.get(Group.EXCEPTIONS, 0)
        today = self.parcels.get(Group.TODAY, 0)
        said = []
        if self.broken:
            said.append("Your store is cut off from Doorstep.")
        if self.unread:
            said.append(f"{plural(self.unread, 'notice')} from your store could not be read.")
        if wrong:
            said.append(f"{plural(wrong, 'parcel needs', 'parcels need')} a look.")
        said = said or [self._calm()]
        if today:
            said.append(f"{plural(today, 'parcel arrives', 'parcels arrive')} today.")
        return " ".join(said)

    def _calm(self) -> str:
        if self.parcels.get(Group.TRANSIT, 0) or self.parcels.get(Group.TODAY, 0):
            return "Everything is moving."
        return "Every parcel has arrived." if self.total else "No parcels yet."


def calendar(shop: Shop) -> Calendar:
    """Return the present as a shop's own clock shows it."""
    return Calendar(zone(shop.timezone), clock.now())


def group_of(shops: Iterable[Shop]) -> ColumnElement[str]:
    """Return the SQL expression that puts a parcel of these shops into its group."""
    days = {shop.id: calendar(shop).today for shop in shops}
    arrives = and_(
        Shipment.expected_at >= _by_shop(days, 0),
        Shipment.expected_at < _by_shop(days, 1),
    )
    return case(
        (
            or_(Shipment.cancelled_at.is_not(None), Shipment.status == ShipmentStatus.CANCELLED),
            literal(Group.CANCELLED.value),
        ),
        (Shipment.status == ShipmentStatus.DELIVERED, literal(Group.DELIVERED.value)),
        (Shipment.status.in_(WRONG), literal(Group.EXCEPTIONS.value)),
        (
            or_(Shipment.status == ShipmentStatus.OUT_FOR_DELIVERY, arrives),
            literal(Group.TODAY.value),
        ),
        else_=literal(Group.TRANSIT.value),
    )


def tally(session: Session, shops: Iterable[Shop]) -> dict[int, Tally]:
    """Return the tally of each of these shops, in two queries."""
    known = {shop.id: shop for shop in shops}
    if not known:
        return {}
    grouped = group_of(known.values()).label("grouped")
    counts = select(Shipment.shop_id, grouped, func.count()).where(Shipment.shop_id.in_(known))
    parcels: dict[int, Counter[str]] = {shop_id: Counter() for shop_id in known}
    for shop_id, name, count in session.execute(counts.group_by(Shipment.shop_id, "grouped")):
        parcels[shop_id][name] = count
    parked = select(Delivery.shop_id, func.count()).where(
        Delivery.shop_id.in_(known), Delivery.state == InboxState.PARKED
    )
    unread = dict(session.execute(parked.group_by(Delivery.shop_id)).all())
    return {
        shop_id: Tally(parcels[shop_id], unread.get(shop_id, 0), shop.broken_reason is not None)
        for shop_id, shop in known.items()
    }


def _by_shop(days: Mapping[int, tuple[datetime, datetime]], end: int) -> ColumnElement[datetime]:
    return case({shop_id: day[end] for shop_id, day in days.items()}, value=Shipment.shop_id)
