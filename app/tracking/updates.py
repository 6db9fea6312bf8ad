"""What has happened to an order so far, in our own words, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from babel import Locale

from app.lib.days import Calendar
from app.tracking.models import TrackingEvent
from app.tracking.progress import UNKNOWN
from app.tracking.reasons import HANDED_OVER
from app.vocabulary import ShipmentStatus as S

SAYS = {
    S.PENDING: "{carrier} knows of it",
    S.LABEL_CREATED: "The label is made",
    S.PICKED_UP: "{carrier} picked it up",
    S.IN_TRANSIT: "On its way",
    S.DELAYED: "Held up; {carrier} reports a delay",
    S.EXCEPTION: "Held up; {carrier} reports a problem",
    S.ATTEMPT_FAILED: "{carrier} could not deliver it",
    S.OUT_FOR_DELIVERY: "On the van for delivery",
    S.AVAILABLE_FOR_PICKUP: "Ready to collect",
    S.RETURN_TO_SENDER: "{carrier} is sending it back to us",
    S.DELIVERED: "Delivered",
    S.CANCELLED: "The label was cancelled",
}
SAYS_MORE = {
    (S.IN_TRANSIT, "arrival_scan"): "It arrived in {city}",
    (S.IN_TRANSIT, "departure_scan"): "It left {city}",
    (S.IN_TRANSIT, "customs_started"): "Customs looks at it",
    (S.IN_TRANSIT, "customs_cleared"): "It is through customs",
    (S.IN_TRANSIT, "handed_to_last_mile"): "Handed to the last carrier",
    (S.DELAYED, "weather"): "Held up by the weather",
    (S.DELAYED, "customs"): "Waiting at customs",
    (S.EXCEPTION, "customs_hold"): "Waiting at customs",
    (S.EXCEPTION, "address_issue"): "The address could not be found",
    (S.EXCEPTION, "recipient_refused"): "It was refused",
    (S.RETURN_TO_SENDER, "returned"): "It is back with us",
}


@dataclass(frozen=True, slots=True)
class Update:
    """One line of the history."""

    what: str
    when: str
    """Day, hour and place."""
    at: datetime


def of_scans(
    scans: Iterable[TrackingEvent], calendar: Calendar, *, carrier: str | None, home: str | None
) -> list[Update]:
    """Return the history of one parcel, newest first; `home` is the country that goes without saying."""
    told: list[Update] = []
    for scan in sorted(scans, key=lambda scan: (scan.happened_at, scan.status.rank), reverse=True):
        if scan.detail == UNKNOWN:
            continue
        place = _place(scan, calendar, home)
        update = Update(
            what=_words(scan, carrier or "The carrier"),
            when=", ".join(filter(None, (calendar.moment(scan.happened_at), place))),
            at=scan.happened_at,
        )
        if not told or (told[-1].what, told[-1].when) != (update.what, update.when):  # two sources, one scan
            told.append(update)
    return told


def of_step(what: str, at: datetime, calendar: Calendar) -> Update:
    """Return a line about something that happened in the shop."""
    return Update(what=what, when=calendar.moment(at), at=at)


def _words(scan: TrackingEvent, carrier: str) -> str:
    words = SAYS_MORE.get((scan.status, scan.detail or "")) or SAYS[scan.status]
    if "{city}" in words and not scan.city:
        words = SAYS[scan.status]
    if scan.status is S.IN_TRANSIT and words == SAYS[S.IN_TRANSIT] and scan.city:
        words = "Scanned in {city}"
    handed_over = HANDED_OVER.get(scan.detail or "") if scan.status is S.DELIVERED else None
    return ", ".join(filter(None, (words.format(carrier=carrier, city=_proper(scan.city)), handed_over)))


def _place(scan: TrackingEvent, calendar: Calendar, home: str | None) -> str:
    """Return "Denver, CO"; the country only where it is not the shopper's own."""
    country = (scan.country or "").upper()
    abroad = Locale.parse(calendar.locale).territories.get(country) if country != (home or "") else None
    return ", ".join(filter(None, (_proper(scan.city), scan.region, abroad)))


def _proper(city: str | None) -> str:
    """Return a town as it is written, where a carrier shouts it."""
    return (city or "").title() if (city or "").isupper() else city or ""
