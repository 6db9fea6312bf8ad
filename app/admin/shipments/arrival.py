"""When a parcel is expected, who says so, and how often we were right."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from app.admin import answer
from app.admin.words import plural
from app.commerce.models import Order
from app.shops.models import Shop
from app.tracking.forecast import expected, record
from app.tracking.forecast.delivery_date import Clock
from app.tracking.forecast.expected import Source
from app.tracking.forecast.record import Said
from app.tracking.forecast.typical import ENOUGH, Level
from app.tracking.models import Shipment
from app.tracking.story import arrival

LIKE_IT = {
    Level.ALL: "of yours",
    Level.CARRIER: "with the same carrier",
    Level.SERVICE: "sent the same way",
    Level.COUNTRY: "sent the same way to the same country",
    Level.REGION: "sent the same way to the same region",
    Level.LANE: "from the same place to the same region",
    Level.ZONE: "like it",
}
"""How alike the parcels are that an estimate rests on, after "from 212 parcels"."""


class Arrival(NamedTuple):
    """The answer and what it rests on, in words."""

    days: str | None
    reason: str
    record: str | None
    """How often we were right; None where we have not said enough."""


def tell(session: Session, shop: Shop, order: Order, shipment: Shipment) -> Arrival:
    """Return when a parcel is expected."""
    here, found = answer.calendar(shop), expected.of_shipment(shop, order, shipment)
    if found is None:
        return Arrival(None, _why_not(session, shop), None)
    first, last = arrival.days_of(found.earliest, found.latest, here)
    days = here.from_to(first, last) if first < last else here.dated(last)
    if found.source is Source.CARRIER:
        return Arrival(days, "The carrier’s own date.", None)
    if found.source is Source.MERCHANT:
        return Arrival(days, "As you promise; the carrier has not named a day.", None)
    return Arrival(days, _estimate(record.said(session, shipment)), _record(session, shop))


def _estimate(said: Said | None) -> str:
    if said is None:
        return "Our estimate."
    return f"Our estimate, from {plural(said.samples, 'parcel')} {LIKE_IT[said.level]}."


def _record(session: Session, shop: Shop) -> str | None:
    scored, kept = record.kept(session, shop.id, Clock.SHIPPED)
    if scored < ENOUGH:
        return None
    return f"So far {kept / scored:.0%} of {plural(scored, 'parcel')} came within the days that we said."


def _why_not(session: Session, shop: Shop) -> str:
    arrived = record.arrived(session, shop.id)
    if arrived >= ENOUGH:
        return "The carrier has not named a day yet."
    ours = f"We name days once {ENOUGH} of your parcels have arrived ({arrived} so far)."
    return f"The carrier has not named a day yet. {ours}"
