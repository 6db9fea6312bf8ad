"""What has happened to an order so far, in our own words, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from babel import Locale

from app.lib.days import Calendar
from app.lib.words import Words, sentence
from app.tracking.models import TrackingEvent
from app.tracking.scans.progress import UNKNOWN
from app.tracking.story.hidden import NOTHING, Hidden
from app.tracking.story.reasons import HANDED_OVER
from app.vocabulary import ShipmentStatus as S

SAYS = {
    S.PENDING: sentence("The carrier knows of it"),
    S.LABEL_CREATED: sentence("The label is made"),
    S.PICKED_UP: sentence("The carrier picked it up"),
    S.IN_TRANSIT: sentence("On its way"),
    S.DELAYED: sentence("Held up: a delay was reported"),
    S.EXCEPTION: sentence("Held up: a problem was reported"),
    S.ATTEMPT_FAILED: sentence("It could not be delivered"),
    S.OUT_FOR_DELIVERY: sentence("On the van for delivery"),
    S.AVAILABLE_FOR_PICKUP: sentence("Ready to collect"),
    S.RETURN_TO_SENDER: sentence("It is being sent back to us"),
    S.DELIVERED: sentence("Delivered"),
    S.CANCELLED: sentence("The label was cancelled"),
}
SAYS_MORE = {
    (S.IN_TRANSIT, "customs_started"): sentence("Customs looks at it"),
    (S.IN_TRANSIT, "customs_cleared"): sentence("It is through customs"),
    (S.IN_TRANSIT, "handed_to_last_mile"): sentence("Handed to the last carrier"),
    (S.DELAYED, "weather"): sentence("Held up by the weather"),
    (S.DELAYED, "customs"): sentence("Waiting at customs"),
    (S.EXCEPTION, "customs_hold"): sentence("Waiting at customs"),
    (S.EXCEPTION, "address_issue"): sentence("The address could not be found"),
    (S.EXCEPTION, "customs_prohibited"): sentence("Stopped at customs"),
    (S.EXCEPTION, "damaged"): sentence("Damaged on its way"),
    (S.EXCEPTION, "destroyed"): sentence("Damaged on its way"),
    (S.EXCEPTION, "recipient_moved"): sentence("The address could not be found"),
    (S.EXCEPTION, "recipient_refused"): sentence("It was refused"),
    (S.EXCEPTION, "unclaimed_pickup"): sentence("Not collected in time"),
    (S.EXCEPTION, "weather"): sentence("Held up by the weather"),
    (S.RETURN_TO_SENDER, "returned"): sentence("It is back with us"),
}


@dataclass(frozen=True, slots=True)
class Update:
    """One line of the history."""

    what: str
    when: str
    """Day, hour and place."""
    at: datetime


def of_scans(
    scans: Iterable[TrackingEvent],
    calendar: Calendar,
    *,
    carrier: str | None,
    home: str | None,
    hidden: Hidden = NOTHING,
) -> list[Update]:
    """Return the history of one parcel, newest first; `home` is the country that goes without saying."""
    carrier = None if hidden.hides(carrier or "") else carrier
    told: list[Update] = []
    for scan in sorted(scans, key=lambda scan: (scan.happened_at, scan.status.rank), reverse=True):
        if scan.detail == UNKNOWN:
            continue
        is_told = not hidden.hides_place(scan, calendar.locale)
        place = _place(scan, calendar, home) if is_told else ""
        update = Update(
            what=_words(scan, carrier, calendar.words, _proper(scan.city) if is_told else ""),
            when=", ".join(filter(None, (calendar.moment(scan.happened_at), place))),
            at=scan.happened_at,
        )
        if not told or (told[-1].what, told[-1].when) != (update.what, update.when):  # two sources, one scan
            told.append(update)
    return told


def of_step(what: str, at: datetime, calendar: Calendar) -> Update:
    """Return a line about something that happened in the shop."""
    return Update(what=what, when=calendar.moment(at), at=at)


def _words(scan: TrackingEvent, carrier: str | None, words: Words, city: str) -> str:
    say = words.say
    handed_over = HANDED_OVER.get(scan.detail or "")
    if scan.status is S.DELIVERED and handed_over:
        return say("Delivered, %(how)s", how=say(handed_over))
    if scan.status is S.PICKED_UP and carrier:
        return say("%(carrier)s picked it up", carrier=carrier)
    more = SAYS_MORE.get((scan.status, scan.detail or ""))
    if more is None and scan.status is S.IN_TRANSIT and city:
        return _in_town(scan.detail, city, words)
    return say(more or SAYS[scan.status])


def _in_town(detail: str | None, city: str, words: Words) -> str:
    if detail == "arrival_scan":
        return words.say("It arrived in %(city)s", city=city)
    if detail == "departure_scan":
        return words.say("It left %(city)s", city=city)
    return words.say("Scanned in %(city)s", city=city)


def _place(scan: TrackingEvent, calendar: Calendar, home: str | None) -> str:
    """Return "Denver, CO"; the country only where it is not the shopper's own."""
    country = (scan.country or "").upper()
    abroad = Locale.parse(calendar.locale).territories.get(country) if country != (home or "") else None
    return ", ".join(filter(None, (_proper(scan.city), scan.region, abroad)))


def _proper(city: str | None) -> str:
    """Return a town as it is written, where a carrier shouts it."""
    return (city or "").title() if (city or "").isupper() else city or ""
