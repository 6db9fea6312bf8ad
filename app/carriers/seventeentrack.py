"""17TRACK: numbers registered with it, and the webhook that tells of each change."""

import hashlib
import hmac

from app.carriers import status_map
from app.carriers.base import (
    Field,
    Keys,
    Parcel,
    Push,
    Scan,
    Source,
    SourceError,
    SourceKind,
    Trust,
    Update,
    read_each,
    scan_id,
)
from app.carriers.calls import call
from app.carriers.clocks import alpha2, promised, zone_of
from app.carriers.status_map import UNKNOWN, Meaning
from app.lib import reading
from app.lib.http import Outside
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence

KEY = "17track"
API = "https://api.17track.net/track/v2.2"
ALREADY = "-18019901"
"""What it answers where a number is registered already."""
STOPPED = "TRACKING_STOPPED"
STAGES = {
    "PickedUp": "InTransit_PickedUp",
    "Departure": "InTransit_Departure",
    "Arrival": "InTransit_Arrival",
    "Returning": "Exception_Returning",
    "Returned": "Exception_Returned",
}
"""What it calls some stages of the way → the substatus that says the same."""


def verify(push: Push, keys: Keys) -> Trust:
    """Believe what is signed: the plain hash of the body, a slash and the account's key."""
    digest = hashlib.sha256(push.body + b"/" + keys["api_key"].encode()).hexdigest()
    given = push.headers.get("sign", "").lower()
    return Trust.BODY if hmac.compare_digest(digest.encode(), given.encode()) else Trust.NONE


def parse(body: Json) -> tuple[Update, ...]:
    """Return what an event says of its number, or that 17TRACK will say no more of it."""
    data = reading.object_(body, "data")
    if reading.text(body, "event") == STOPPED:
        return (Update(number=reading.required(data, "number"), is_ended=True),)
    return (_update(data),) if reading.object_(data, "track_info") else ()


def register(outside: Outside, keys: Keys, parcel: Parcel) -> tuple[Update, ...]:
    """Let 17TRACK follow a number; it finds the carrier by itself."""
    answer = _ask(outside, keys, "register", (parcel,))
    for rejected in reading.objects(answer, "rejected"):
        code = reading.text(reading.object_(rejected, "error"), "code")
        if code != ALREADY:
            raise SourceError(
                merchant_sentence("it does not take the number (%(code)s)", code=code), permanent=True
            )
        _ask(outside, keys, "retrack", (parcel,))  # one that it stopped goes on, once; any other is rejected
    return ()


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of some registered numbers."""
    answer = _ask(outside, keys, "gettrackinfo", parcels)
    return tuple(_update(found) for found in reading.objects(answer, "accepted"))


def _ask(outside: Outside, keys: Keys, what: str, parcels: tuple[Parcel, ...]) -> Json:
    numbers = [{"number": parcel.number} for parcel in parcels]
    answer = call(outside, "POST", f"{API}/{what}", json=numbers, headers={"17token": keys["api_key"]})
    code = reading.text(answer, "code")
    if code != "0":
        raise SourceError(merchant_sentence("it refuses to answer (%(code)s)", code=code))
    return reading.object_(answer, "data")


def _update(data: Json) -> Update:
    number, info = reading.required(data, "number"), reading.object_(data, "track_info")
    latest = reading.object_(info, "latest_status")
    newest = reading.object_(info, "latest_event")
    origin = _place(reading.object_(info, "shipping_info"), "shipper_address")
    destination = _place(reading.object_(info, "shipping_info"), "recipient_address")
    providers = reading.objects(reading.object_(info, "tracking"), "providers")
    lines = [line for provider in providers for line in reading.objects(provider, "events")]

    def read(line: Json) -> Scan:
        is_newest = _when(line) == _when(newest) and line.get("description") == newest.get("description")
        return _scan(number, line, latest if is_newest else {}, origin)

    scans, faults = read_each(lines, read)
    promise = reading.object_(reading.object_(info, "time_metrics"), "estimated_delivery_date")
    is_carriers = reading.text(promise, "source") == "Official"  # else 17TRACK's own guess
    zone = zone_of(destination)
    names = [reading.text(reading.object_(provider, "provider"), "name") for provider in providers]
    return Update(
        number=number,
        carrier=next((name for name in names if name), None),
        scans=scans,
        expected_at=promised(promise, ("from",), zone) if is_carriers else None,
        expected_until=promised(promise, ("to",), zone) if is_carriers else None,
        service=reading.text(reading.object_(info, "misc_info"), "service_type"),
        is_not_found=not lines and reading.text(latest, "status") == "NotFound",
        faults=faults,
    )


def _scan(number: str, line: Json, latest: Json, origin: tuple[str | None, str | None]) -> Scan:
    place = reading.object_(line, "address")
    zone = zone_of(_place(line, "address"), origin)
    at = reading.moment(line, "time_utc", zone) or reading.moment(line, "time_iso", zone)
    if at is None:
        raise Unreadable("it has no time")
    stage, substatus = reading.text(line, "stage"), reading.text(line, "sub_status")
    found = _meaning(substatus) or _meaning(stage) or _meaning(reading.text(latest, "sub_status")) or UNKNOWN
    text = reading.text(line, "description")
    return Scan(
        external_id=scan_id(number, at.isoformat(), text),  # stages are sometimes added later
        status=found.status,
        detail=found.detail,
        raw_status=substatus or stage or "",
        text=text,
        happened_at=at,
        city=reading.text(place, "city") or reading.text(line, "location"),
        region=reading.text(place, "state"),
        country=reading.text(place, "country"),
    )


def _meaning(code: str | None) -> Meaning | None:
    """Return what "Delivered_Other" or "Delivered" says; None where it is unknown."""
    if not code:
        return None
    known = STAGES.get(code, code)
    status = known.partition("_")[0]
    return status_map.exact(KEY, status, known) or status_map.exact(KEY, status)


def _when(line: Json) -> str | None:
    return reading.text(line, "time_utc") or reading.text(line, "time_iso")


def _place(data: Json, name: str) -> tuple[str | None, str | None]:
    place = reading.object_(data, name)
    return alpha2(reading.text(place, "country")), reading.text(place, "state")


PLUGIN = Source(
    key=KEY,
    label="17TRACK",
    kind=SourceKind.AGGREGATOR,
    fields=(Field(name="api_key", label=merchant_sentence("Security key")),),
    manual=merchant_sentence("On api.17track.net: Settings, Security and Settings, WebHook, version 2.2."),
    parse=parse,
    verify=verify,
    register=register,
    fetch=fetch,
    probe=Parcel(number="1Z5R89390357567127", carrier="ups"),
    at_once=40,
)
