"""FedEx: the Track API, thirty numbers at a time, asked with the merchant's own keys.

Numbers are used again: of several records under one number the newest is ours. Times carry an offset; a
midnight, whatever its offset, stands for a day.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.carriers import passes, status_map
from app.carriers.base import (
    Field,
    Keys,
    Limit,
    Parcel,
    Pass,
    PickupPlace,
    Scan,
    Source,
    SourceKind,
    Update,
    read_each,
    scan_id,
)
from app.carriers.calls import call
from app.carriers.clocks import alpha2, promised, zone_of
from app.carriers.status_map import UNKNOWN, Meaning
from app.lib import reading
from app.lib.http import Outside
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.vocabulary import ShipmentStatus

KEY = "fedex"
HOST = "https://apis.fedex.com"
UNKNOWN_NUMBER = "TRACKING.TRACKINGNUMBER.NOTFOUND"


def authorize(outside: Outside, keys: Keys) -> Pass:
    """Get a pass of an hour."""
    return passes.get(outside, f"{HOST}/oauth/token", keys, method="client_secret_post")


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of some parcels."""
    asked = [{"trackingNumberInfo": {"trackingNumber": parcel.number}} for parcel in parcels]
    body = {"includeDetailedScans": True, "trackingInfo": asked}
    headers = {**passes.bearer(keys), "X-locale": "en_US"}
    return parse(call(outside, "POST", f"{HOST}/track/v1/trackingnumbers", json=body, headers=headers))


def parse(body: Json) -> tuple[Update, ...]:
    """Return what an answer says of each number: its scans, or that FedEx does not know it."""
    newest: dict[str, Update] = {}
    for result in reading.objects(reading.object_(body, "output"), "completeTrackResults"):
        for record in reading.objects(result, "trackResults"):
            if not reading.objects(record, "scanEvents"):
                if reading.text(reading.object_(record, "error"), "code") == UNKNOWN_NUMBER:
                    update = Update(number=_number(result, record), carrier=KEY, is_not_found=True)
                    newest.setdefault(update.number, update)
                continue
            update = _update(result, record)
            if update.number not in newest or _latest(update) > _latest(newest[update.number]):
                newest[update.number] = update
    return tuple(newest.values())


def _update(result: Json, record: Json) -> Update:
    number = _number(result, record)
    scans, faults = read_each(reading.objects(record, "scanEvents"), lambda line: _scan(number, line))
    to = reading.object_(reading.object_(record, "recipientInformation"), "address")
    begins, ends = _promise(record, to)
    return Update(
        number=number,
        carrier=KEY,
        scans=scans,
        expected_at=begins,
        expected_until=ends,
        pickup=_pickup(record, scans),
        service=reading.text(reading.object_(record, "serviceDetail"), "description"),
        faults=faults,
    )


def _number(result: Json, record: Json) -> str:
    own = reading.text(reading.object_(record, "trackingNumberInfo"), "trackingNumber")
    return own or reading.required(result, "trackingNumber")


def _scan(number: str, line: Json) -> Scan:
    code, reason = reading.text(line, "eventType"), reading.text(line, "exceptionCode")
    place = reading.object_(line, "scanLocation")
    state = reading.text(place, "stateOrProvinceCode")
    at = reading.required_moment(line, "date", zone_of((reading.text(place, "countryCode"), state)))
    found = _meaning(code, reason, reading.text(line, "derivedStatusCode"))
    return Scan(
        external_id=scan_id(number, reading.text(line, "date"), code, reason),
        status=found.status,
        detail=found.detail,
        raw_status="/".join(filter(None, (code, reason))),
        text=reading.text(line, "eventDescription"),
        happened_at=at,
        city=reading.text(place, "city"),
        region=state,
        country=alpha2(reading.text(place, "countryCode")),
    )


def _meaning(code: str | None, reason: str | None, derived: str | None) -> Meaning:
    """Return what an event means by itself, or by the group that FedEx puts it into."""
    by_reason = status_map.exact(KEY, code, reason) if reason else None
    return by_reason or status_map.exact(KEY, code) or status_map.exact(KEY, derived) or UNKNOWN


def _promise(record: Json, to: Json) -> tuple[datetime | None, datetime | None]:
    zone = zone_of((reading.text(to, "countryCode"), reading.text(to, "stateOrProvinceCode")))
    dates: Json = {
        reading.text(one, "type") or "": reading.text(one, "dateTime")
        for one in reading.objects(record, "dateAndTimes")
    }
    window = reading.object_(reading.object_(record, "estimatedDeliveryTimeWindow"), "window")
    usual = reading.object_(reading.object_(record, "standardTransitTimeWindow"), "window")
    begins, ends = (_day(window, name) for name in ("begins", "ends"))
    told = {
        "begins": begins or ends or _day(dates, "ESTIMATED_DELIVERY") or _day(usual, "ends"),
        "ends": ends if begins else None,
    }
    return promised(told, ("begins",), zone), promised(told, ("ends",), zone)


def _day(data: Json, name: str) -> str | None:
    """Return a moment as it is written, and a midnight of any offset as the day that it stands for."""
    written = reading.text(data, name)
    day, _, hour = (written or "").partition("T")
    return day if hour.startswith("00:00:00") else written


def _pickup(record: Json, scans: Iterable[Scan]) -> PickupPlace | None:
    newest = max(scans, key=lambda scan: scan.happened_at, default=None)
    held = reading.object_(reading.object_(record, "holdAtLocation"), "locationContactAndAddress")
    if newest is None or newest.status is not ShipmentStatus.AVAILABLE_FOR_PICKUP or not held:
        return None
    address = reading.object_(held, "address")
    lines = [
        *reading.texts(address, "streetLines"),
        reading.text(address, "city"),
        reading.text(address, "postalCode"),
    ]
    return PickupPlace(
        name=reading.text(reading.object_(held, "contact"), "companyName"),
        address=", ".join(filter(None, lines)) or None,
    )


def _latest(update: Update) -> float:
    return max((scan.happened_at.timestamp() for scan in update.scans), default=0.0)


PLUGIN = Source(
    key=KEY,
    label="FedEx",
    kind=SourceKind.CARRIER,
    fields=(
        Field(name="client_id", label=merchant_sentence("API key"), is_secret=False),
        Field(name="client_secret", label=merchant_sentence("Secret key")),
    ),
    manual=merchant_sentence(
        "At developer.fedex.com: My Projects, a project with the Track API, Project overview."
    ),
    parse=parse,
    fetch=fetch,
    at_once=30,
    carriers=("fedex",),
    limits=(
        Limit(requests=1400, per=timedelta(seconds=10)),
        Limit(requests=100_000, per=timedelta(days=1)),  # a share: the quota is the whole organization's
    ),
    authorize=authorize,
)
