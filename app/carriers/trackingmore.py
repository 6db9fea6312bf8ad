"""TrackingMore: trackings, and a webhook whose signature covers the time and not the body: it only hints.

Its checkpoints have no offset: they are read by the clock of the scan's place.
"""

import hashlib
import hmac
import json

from app.carriers import directory, status_map
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
from app.lib import reading
from app.lib.http import Outside
from app.lib.reading import Json
from app.lib.words import merchant_sentence

KEY = "trackingmore"
API = "https://api.trackingmore.com/v4"
EXISTS = "4101"
"""What it answers where it follows the parcel already."""
BAD_REQUEST = 400
LEGS = ("origin", "destination")


def verify(push: Push, keys: Keys) -> Trust:
    """Take a hint from whoever signed the time with the account's e-mail address."""
    try:
        told = json.loads(push.body)["verifyInfo"]
        at, given = str(told["timeStr"]), str(told["signature"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return Trust.NONE
    digest = hmac.new(keys["email"].encode(), at.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    return (
        Trust.HINT if hmac.compare_digest(digest.encode(), given.encode("utf-8", "replace")) else Trust.NONE
    )


def parse(body: Json) -> tuple[Update, ...]:
    """Return what a delivery says of its tracking."""
    tracking = reading.object_(body, "data")
    return (_update(tracking),) if tracking else ()


def register(outside: Outside, keys: Keys, parcel: Parcel) -> tuple[Update, ...]:
    """Make a tracking; one that exists already is asked for."""
    tracking = {"tracking_number": parcel.number, "courier_code": _carrier(outside, keys, parcel)}
    url = f"{API}/trackings/create"
    answer = call(outside, "POST", url, json=tracking, headers=_key(keys), also=(BAD_REQUEST,))
    code = reading.text(reading.object_(answer, "meta"), "code")
    if code == EXISTS:
        return fetch(outside, keys, (parcel,))
    made = reading.object_(answer, "data")
    if not made:
        raise SourceError(
            merchant_sentence("it does not take the number (%(code)s)", code=code), permanent=True
        )
    return (_update(made),)


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of some parcels."""
    numbers = ",".join(parcel.number for parcel in parcels)
    url = f"{API}/trackings/get"
    answer = call(outside, "GET", url, params={"tracking_numbers": numbers}, headers=_key(keys))
    return tuple(_update(tracking) for tracking in reading.objects(answer, "data"))


def _carrier(outside: Outside, keys: Keys, parcel: Parcel) -> str:
    """Return TrackingMore's own name of the carrier that looks likeliest to it, unless we know one."""
    known = directory.everyone().get(parcel.carrier or "")
    if known and known.slug in ("ups", "usps", "fedex"):
        return known.slug
    url = f"{API}/couriers/detect"
    found = reading.objects(
        call(outside, "POST", url, json={"tracking_number": parcel.number}, headers=_key(keys)), "data"
    )
    codes = [code for courier in found if (code := reading.text(courier, "courier_code"))]
    wanted = known.aftership if known else ""
    if not codes:
        raise SourceError(merchant_sentence("it knows no carrier with such numbers"), permanent=True)
    return wanted if wanted in codes else codes[0]


def _key(keys: Keys) -> dict[str, str]:
    return {"Tracking-Api-Key": keys["api_key"]}


def _update(tracking: Json) -> Update:
    number = reading.required(tracking, "tracking_number")
    lines = [
        {**line, "leg": leg}
        for leg in LEGS
        for line in reading.objects(reading.object_(tracking, f"{leg}_info"), "trackinfo")
    ]
    scans, faults = read_each(lines, lambda line: _scan(number, tracking, line))
    zone = zone_of((reading.text(tracking, "destination_country"), None))
    return Update(
        number=number,
        carrier=reading.text(tracking, "courier_code"),
        scans=scans,
        as_of=reading.moment(tracking, "update_at") or reading.moment(tracking, "update_date"),
        expected_at=promised(tracking, ("scheduled_delivery_date",), zone),
        service=reading.text(tracking, "service_code"),
        is_not_found=not lines and reading.text(tracking, "delivery_status") == "notfound",
        faults=faults,
    )


def _scan(number: str, tracking: Json, line: Json) -> Scan:
    leg = reading.required(line, "leg")
    country, state, city = _place(line)
    zone = zone_of((country, state), (reading.text(tracking, f"{leg}_country"), None))
    at = reading.required_moment(line, "checkpoint_date", zone)
    status = reading.text(line, "checkpoint_delivery_status")
    substatus = reading.text(line, "checkpoint_delivery_substatus")
    found = status_map.meaning(KEY, status, substatus)
    text = reading.text(line, "tracking_detail")
    return Scan(
        external_id=scan_id(number, reading.text(line, "checkpoint_date"), substatus or status, text),
        status=found.status,
        detail=found.detail,
        raw_status=substatus or status or "",
        text=text,
        happened_at=at,
        city=city,
        region=state,
        country=country,
    )


def _place(line: Json) -> tuple[str | None, str | None, str | None]:
    """Return country, state and city: from fields of their own, or out of "PASADENA,MD,US"."""
    parts = [part.strip() for part in (reading.text(line, "location") or "").split(",")]
    country = alpha2(reading.text(line, "country_iso2")) or (alpha2(parts[-1]) if len(parts) > 1 else None)
    is_last = len(parts) > 1 and alpha2(parts[-1]) is not None
    rest = parts[:-1] if is_last else parts
    state = reading.text(line, "state") or (rest[1] if len(rest) > 1 else None)
    return country, state or None, reading.text(line, "city") or rest[0] or None


PLUGIN = Source(
    key=KEY,
    label="TrackingMore",
    kind=SourceKind.AGGREGATOR,
    fields=(
        Field(name="api_key", label=merchant_sentence("API key")),
        Field(
            name="email",
            label=merchant_sentence("E-mail address of the account"),
            help=merchant_sentence("It signs webhooks with it."),
            is_secret=False,
        ),
    ),
    manual=merchant_sentence("In TrackingMore: Developer, API keys and Developer, Webhooks."),
    parse=parse,
    verify=verify,
    register=register,
    fetch=fetch,
    probe=Parcel(number="1Z5R89390357567127", carrier="ups"),
    at_once=40,
)
