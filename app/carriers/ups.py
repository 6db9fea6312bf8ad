"""UPS: the Tracking API, asked with the merchant's own keys.

Newest scan first; a scan says when it was in UTC (gmtDate, gmtTime) beside its local time. The answer about
one package may tell of its siblings. An unknown number is a 200 with a warning and without a package.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import quote
from uuid import uuid4

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
    SourceError,
    SourceKind,
    Update,
    read_each,
    scan_id,
)
from app.carriers.calls import TOLD_AS_ERROR, call
from app.carriers.clocks import alpha2, zone_of
from app.lib import reading
from app.lib.http import Outside
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence

KEY = "ups"
HOST = "https://onlinetools.ups.com"
UNKNOWN_NUMBER = frozenset(("TV1002", "TW0001", "151018", "151044"))
"""What it calls a number that is none of its own, or that it has not heard of."""
PROMISES = ("RDD", "SDD")
"""The rescheduled day goes before the scheduled one; DEL is when it was delivered, and no promise."""


def authorize(outside: Outside, keys: Keys) -> Pass:
    """Get a pass of four hours."""
    return passes.get(outside, f"{HOST}/security/v1/oauth/token", keys, method="client_secret_basic")


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of a parcel, and of those sent with it."""
    (parcel,) = parcels
    headers = {**passes.bearer(keys), "transId": uuid4().hex, "transactionSrc": "doorstep"}
    url = f"{HOST}/api/track/v1/details/{quote(parcel.number, safe='')}"
    answer = call(outside, "GET", url, params={"locale": "en_US"}, headers=headers, also=TOLD_AS_ERROR)
    if UNKNOWN_NUMBER.intersection(_codes(answer)):
        return (Update(number=parcel.number, carrier=KEY, is_not_found=True),)
    _refuse(answer)
    return parse(answer)


def parse(body: Json) -> tuple[Update, ...]:
    """Return what an answer says of each package; nothing of a number that UPS does not know."""
    return tuple(
        _update(shipment, package)
        for shipment in reading.objects(reading.object_(body, "trackResponse"), "shipment")
        for package in reading.objects(shipment, "package")
    )


def _refuse(answer: Json) -> None:
    """Raise where the answer is an error."""
    for error in reading.objects(reading.object_(answer, "response"), "errors"):
        raise SourceError(
            merchant_sentence("it answers with error %(code)s", code=reading.text(error, "code")),
            permanent=True,
        )


def _codes(answer: Json) -> list[str | None]:
    """Return the codes of what is wrong, where no package is told of."""
    errors = reading.objects(reading.object_(answer, "response"), "errors")
    for shipment in reading.objects(reading.object_(answer, "trackResponse"), "shipment"):
        errors += [] if reading.objects(shipment, "package") else reading.objects(shipment, "warnings")
    return [reading.text(error, "code") for error in errors]


def _update(shipment: Json, package: Json) -> Update:
    number = reading.text(package, "trackingNumber") or reading.required(shipment, "inquiryNumber")
    lines = reading.objects(package, "activity")
    scans, faults = read_each(lines, lambda line: _scan(number, line))
    begins, ends = _promise(package)
    return Update(
        number=number,
        carrier=KEY,
        scans=scans,
        expected_at=begins,
        expected_until=ends,
        pickup=_pickup(package),
        service=reading.text(reading.object_(package, "service"), "description"),
        faults=faults,
    )


def _pickup(package: Json) -> PickupPlace | None:
    """Return by when it must be collected; the place UPS does not name."""
    written = reading.text(reading.object_(package, "accessPointInformation"), "pickupByDate")
    try:
        return PickupPlace(until=date.fromisoformat(written)) if written else None
    except ValueError:  # its specification does not say how it is written
        return None


def _scan(number: str, line: Json) -> Scan:
    status = reading.object_(line, "status")
    kind, code = reading.text(status, "type"), reading.text(status, "code")
    place = reading.object_(reading.object_(line, "location"), "address")
    at, found = _at(line, place), status_map.meaning(KEY, kind, code)
    return Scan(
        external_id=scan_id(number, at.isoformat(), kind, code),
        status=found.status,
        detail=found.detail,
        raw_status="/".join(filter(None, (kind, code))),
        text=reading.text(status, "description"),
        happened_at=at,
        city=reading.text(place, "city"),
        region=reading.text(place, "stateProvince"),
        country=_country(place),
    )


def _at(line: Json, place: Json) -> datetime:
    """Return when it was by UTC, by the local time and its offset, or by the clock of the place."""
    if reading.text(line, "gmtDate") and reading.text(line, "gmtTime"):
        return _moment(line, "gmtDate", "gmtTime").replace(tzinfo=UTC)
    local, offset = _moment(line, "date", "time"), reading.text(line, "gmtOffset")
    zone = _offset(offset) if offset else zone_of((_country(place), reading.text(place, "stateProvince")))
    return local.replace(tzinfo=zone).astimezone(UTC)


def _moment(data: Json, date: str, time: str) -> datetime:
    """Return a moment of digits: a time may have lost its leading zeros, and may have colons."""
    day, hour = reading.required(data, date), reading.required(data, time).replace(":", "").zfill(6)
    try:
        return datetime.strptime(f"{day} {hour}", "%Y%m%d %H%M%S")  # noqa: DTZ007 - its zone comes next
    except ValueError as error:
        raise Unreadable(f"{date} and {time} are no time") from error


def _offset(written: str) -> timezone:
    try:
        ahead = datetime.strptime(written.replace("Z", "+00:00"), "%z").utcoffset()
        return timezone(ahead or timedelta(0))
    except ValueError as error:
        raise Unreadable("gmtOffset is no offset") from error


def _promise(package: Json) -> tuple[datetime | None, datetime | None]:
    """Return the day that is promised, or its hours where we know by whose clock they are."""
    days = {reading.text(one, "type"): one for one in reading.objects(package, "deliveryDate")}
    day = next((days[kind] for kind in PROMISES if kind in days), None)
    hours = reading.object_(package, "deliveryTime")
    if day is None:
        return None, None
    try:
        if reading.text(hours, "type") == "EDW" and (where := _destination(package)):
            window = day | hours
            begins, ends = (_moment(window, "date", name) for name in ("startTime", "endTime"))
            zone = zone_of(where)
            return begins.replace(tzinfo=zone).astimezone(UTC), ends.replace(tzinfo=zone).astimezone(UTC)
        return _moment(day | {"midnight": "0"}, "date", "midnight").replace(tzinfo=UTC), None
    except (Unreadable, OverflowError):
        return None, None


def _destination(package: Json) -> tuple[str | None, str | None] | None:
    for one in reading.objects(package, "packageAddress"):
        if reading.text(one, "type") == "DESTINATION":
            address = reading.object_(one, "address")
            return _country(address), reading.text(address, "stateProvince")
    return None


def _country(address: Json) -> str | None:
    return alpha2(reading.text(address, "countryCode")) or alpha2(reading.text(address, "country"))


PLUGIN = Source(
    key=KEY,
    label="UPS",
    kind=SourceKind.CARRIER,
    fields=(
        Field(name="client_id", label=merchant_sentence("Client ID"), is_secret=False),
        Field(name="client_secret", label=merchant_sentence("Client secret")),
    ),
    manual=merchant_sentence("At developer.ups.com: Apps, your app with the product Tracking, Credentials."),
    parse=parse,
    fetch=fetch,
    carriers=("ups", "ups_mi"),
    limits=(Limit(requests=300, per=timedelta(minutes=1)),),  # our own: UPS publishes none
    authorize=authorize,
)
