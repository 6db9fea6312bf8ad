"""When a parcel is expected, who says so, and how often we were right."""

from collections.abc import Callable
from typing import NamedTuple

from babel.numbers import format_percent
from sqlalchemy.orm import Session

from app.admin import answer
from app.admin.saying import locale, say, say_many
from app.commerce.models import Order
from app.shops.models import Shop
from app.tracking.forecast import expected, record
from app.tracking.forecast.delivery_date import Clock
from app.tracking.forecast.expected import Source
from app.tracking.forecast.record import Said
from app.tracking.forecast.typical import ENOUGH, Level
from app.tracking.models import Shipment
from app.tracking.story import arrival

ESTIMATES: dict[Level, Callable[[int], str]] = {
    Level.ALL: lambda count: say_many(
        "Our estimate, from %(count)s parcel of yours.",
        "Our estimate, from %(count)s parcels of yours.",
        count,
    ),
    Level.CARRIER: lambda count: say_many(
        "Our estimate, from %(count)s parcel with the same carrier.",
        "Our estimate, from %(count)s parcels with the same carrier.",
        count,
    ),
    Level.SERVICE: lambda count: say_many(
        "Our estimate, from %(count)s parcel sent the same way.",
        "Our estimate, from %(count)s parcels sent the same way.",
        count,
    ),
    Level.COUNTRY: lambda count: say_many(
        "Our estimate, from %(count)s parcel sent the same way to the same country.",
        "Our estimate, from %(count)s parcels sent the same way to the same country.",
        count,
    ),
    Level.REGION: lambda count: say_many(
        "Our estimate, from %(count)s parcel sent the same way to the same region.",
        "Our estimate, from %(count)s parcels sent the same way to the same region.",
        count,
    ),
    Level.LANE: lambda count: say_many(
        "Our estimate, from %(count)s parcel from the same place to the same region.",
        "Our estimate, from %(count)s parcels from the same place to the same region.",
        count,
    ),
    Level.ZONE: lambda count: say_many(
        "Our estimate, from %(count)s parcel like it.",
        "Our estimate, from %(count)s parcels like it.",
        count,
    ),
}
"""By how alike the parcels are that an estimate rests on."""


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
        return Arrival(days, say("The carrier’s own date."), None)
    if found.source is Source.MERCHANT:
        return Arrival(days, say("As you promise; the carrier has not named a day."), None)
    return Arrival(days, _estimate(record.said(session, shipment)), _record(session, shop))


def _estimate(said: Said | None) -> str:
    if said is None:
        return say("Our estimate.")
    return ESTIMATES[said.level](said.samples)


def _record(session: Session, shop: Shop) -> str | None:
    scored, kept = record.kept(session, shop.id, Clock.SHIPPED)
    if scored < ENOUGH:
        return None
    return say_many(
        "So far %(share)s of %(count)s parcel came within the days that we said.",
        "So far %(share)s of %(count)s parcels came within the days that we said.",
        scored,
        share=format_percent(kept / scored, locale=locale()),
    )


def _why_not(session: Session, shop: Shop) -> str:
    arrived = record.arrived(session, shop.id)
    if arrived >= ENOUGH:
        return say("The carrier has not named a day yet.")
    return say(
        "The carrier has not named a day yet. We name days once %(enough)s of your parcels have arrived "
        "(%(arrived)s so far).",
        enough=ENOUGH,
        arrived=arrived,
    )
