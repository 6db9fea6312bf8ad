"""AfterShip: trackings, and the webhook that tells of each change.

Checkpoints carry the offset of their place, or none: then they are read by the clock of that place.
"""

import base64
import hashlib
import hmac

from app.carriers import directory, status_map
from app.carriers.base import (
    Field,
    Keys,
    Parcel,
    PickupPlace,
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

KEY = "aftership"
API = "https://api.aftership.com/tracking/2026-07/trackings"
EXISTS = "4003"
"""What it answers where it follows the parcel already."""
BAD_REQUEST = 400


def verify(push: Push, keys: Keys) -> Trust:
    """Believe what is signed with the account's webhook secret."""
    digest = hmac.digest(keys["webhook_secret"].encode(), push.body, hashlib.sha256)
    given = push.headers.get("aftership-hmac-sha256", "")
    return Trust.BODY if hmac.compare_digest(base64.b64encode(digest), given.encode()) else Trust.NONE


def parse(body: Json) -> tuple[Update, ...]:
    """Return what an event says of its tracking."""
    tracking = reading.object_(body, "msg")
    return (_update(tracking),) if tracking else ()


def register(outside: Outside, keys: Keys, parcel: Parcel) -> tuple[Update, ...]:
    """Make a tracking; one that exists already is asked for."""
    carrier = directory.everyone().get(parcel.carrier or "")
    tracking = {
        "tracking_number": parcel.number,
        **({"slug": carrier.aftership} if carrier and carrier.aftership else {}),
        **({"tracking_postal_code": parcel.postcode} if parcel.postcode else {}),
    }
    answer = call(outside, "POST", API, json=tracking, headers=_key(keys), also=(BAD_REQUEST,))
    code = reading.text(reading.object_(answer, "meta"), "code")
    if code == EXISTS:
        known = _known(outside, keys, (parcel,))
        for tracking in known:
            if _is_ended(tracking):  # it goes on, three times at most; after that it says no
                url = f"{API}/{reading.required(tracking, 'id')}/retrack"
                call(outside, "POST", url, headers=_key(keys), also=(BAD_REQUEST,))
        return tuple(map(_update, known))
    made = reading.object_(answer, "data")
    if not made:
        raise SourceError(
            merchant_sentence("it does not take the number (%(code)s)", code=code), permanent=True
        )
    return (_update(reading.object_(made, "tracking") or made),)


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of some parcels."""
    return tuple(map(_update, _known(outside, keys, parcels)))


def scan(number: str, tracking: Json, line: Json) -> Scan:
    """Return a checkpoint of a tracking; raises Unreadable."""
    tag, subtag = reading.text(line, "tag"), reading.text(line, "subtag")
    country, state = _country(line, ""), reading.text(line, "state")
    zone = zone_of((country, state), (_country(tracking, "origin_"), None))
    at = reading.required_moment(line, "checkpoint_time", zone)
    found = status_map.meaning(KEY, tag, subtag)
    when, message = reading.text(line, "checkpoint_time"), reading.text(line, "message")
    return Scan(
        external_id=scan_id(number, when, tag, subtag, message),  # places are sometimes added later
        status=found.status,
        detail=found.detail,
        raw_status=subtag or tag or "",
        text=message,
        happened_at=at,
        city=reading.text(line, "city") or _town(reading.text(line, "location")),
        region=state,
        country=country,
    )


def _known(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> list[Json]:
    numbers = ",".join(parcel.number for parcel in parcels)
    answer = call(outside, "GET", API, params={"tracking_numbers": numbers}, headers=_key(keys))
    return reading.objects(reading.object_(answer, "data"), "trackings")


def _is_ended(tracking: Json) -> bool:
    return reading.text(tracking, "tag") == "Expired"


def _key(keys: Keys) -> dict[str, str]:
    return {"as-api-key": keys["api_key"]}


def _update(tracking: Json) -> Update:
    number = reading.required(tracking, "tracking_number")
    scans, faults = read_each(
        reading.objects(tracking, "checkpoints"), lambda line: scan(number, tracking, line)
    )
    zone = zone_of((_country(tracking, "destination_"), reading.text(tracking, "destination_state")))
    promise = _promise(tracking)
    begins = ("estimated_delivery_date_min", "datetime_min", "estimated_delivery_date", "datetime")
    ends = ("estimated_delivery_date_max", "datetime_max")
    return Update(
        number=number,
        carrier=reading.text(tracking, "slug"),
        scans=scans,
        as_of=reading.moment(tracking, "updated_at"),
        expected_at=promised(promise, begins, zone),
        expected_until=promised(promise, ends, zone),
        pickup=_pickup(tracking),
        service=reading.text(tracking, "shipment_type"),
        is_ended=_is_ended(tracking),
        faults=faults,
    )


def _promise(tracking: Json) -> Json:
    """Return the carrier's own delivery date; what AfterShip itself predicts is not the carrier's."""
    latest = reading.object_(tracking, "latest_estimated_delivery")
    is_carriers = (reading.text(latest, "source") or "").lower().startswith("carrier")
    return reading.object_(tracking, "courier_estimated_delivery_date") or (latest if is_carriers else {})


def _pickup(tracking: Json) -> PickupPlace | None:
    """Return the place where it is to be collected; a number of ways of delivery begin with "pickup"."""
    is_collected = (reading.text(tracking, "delivery_type") or "").startswith("pickup")
    name = reading.text(tracking, "pickup_location") if is_collected else None
    return PickupPlace(name=name) if name else None


def _country(data: Json, of: str) -> str | None:
    """Return a country as two letters; AfterShip has renamed the field once."""
    names = (f"{of}country_region", f"{of}country_iso3")
    return next((code for name in names if (code := alpha2(reading.text(data, name)))), None)


def _town(location: str | None) -> str | None:
    """Return "GUANGZHOU" of "GUANGZHOU CN"."""
    town, _, country = (location or "").rpartition(" ")
    return town if town and alpha2(country) else location


PLUGIN = Source(
    key=KEY,
    label="AfterShip",
    kind=SourceKind.AGGREGATOR,
    fields=(
        Field(name="api_key", label=merchant_sentence("API key")),
        Field(
            name="webhook_secret",
            label=merchant_sentence("Webhook secret"),
            help=merchant_sentence("Settings, Webhooks: shown there."),
        ),
    ),
    manual=merchant_sentence("In AfterShip Tracking: Settings, API keys, and Settings, Webhooks."),
    parse=parse,
    verify=verify,
    register=register,
    fetch=fetch,
    probe=Parcel(number="1Z5R89390357567127", carrier="ups"),
    at_once=50,
)
