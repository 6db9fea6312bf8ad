"""Ship24: trackers, and a webhook that carries a shared word and no signature: it only hints.

Its times have no offset unless the courier gave one: they are read by the clock of the scan's place.
"""

import hmac
from urllib.parse import quote

from app.carriers import status_map
from app.carriers.base import (
    Field,
    Keys,
    Parcel,
    Push,
    Scan,
    Source,
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

KEY = "ship24"
API = "https://api.ship24.com/public/v1/trackers"


def verify(push: Push, keys: Keys) -> Trust:
    """Take a hint from whoever knows the webhook's secret."""
    expected = f"Bearer {keys['webhook_secret']}".encode()
    given = push.headers.get("authorization", "").encode()
    return Trust.HINT if hmac.compare_digest(expected, given) else Trust.NONE


def parse(body: Json) -> tuple[Update, ...]:
    """Return what a delivery or an answer says of its trackers."""
    return tuple(_update(tracking) for tracking in reading.objects(body, "trackings"))


def register(outside: Outside, keys: Keys, parcel: Parcel) -> tuple[Update, ...]:
    """Make a tracker, or find the one there is, with all that is known."""
    tracker = {
        "trackingNumber": parcel.number,
        **({"destinationCountryCode": parcel.country} if parcel.country else {}),
        **({"destinationPostCode": parcel.postcode} if parcel.postcode else {}),
    }
    answer = call(outside, "POST", f"{API}/track", json=tracker, headers=_key(keys))
    return parse(reading.object_(answer, "data"))


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of each parcel."""
    updates: list[Update] = []
    for parcel in parcels:
        url = f"{API}/search/{quote(parcel.number, safe='')}/results"
        updates += parse(reading.object_(call(outside, "GET", url, headers=_key(keys)), "data"))
    return tuple(updates)


def _key(keys: Keys) -> dict[str, str]:
    return {"Authorization": f"Bearer {keys['api_key']}"}


def _update(tracking: Json) -> Update:
    number = reading.required(reading.object_(tracking, "tracker"), "trackingNumber")
    shipment = reading.object_(tracking, "shipment")
    lines = reading.objects(tracking, "events")
    scans, faults = read_each(lines, lambda line: _scan(number, shipment, line))
    delivery = reading.object_(shipment, "delivery")
    zone = zone_of((reading.text(shipment, "destinationCountryCode"), None))
    couriers = [code for line in lines if (code := reading.text(line, "courierCode"))]
    return Update(
        number=number,
        carrier=couriers[0] if couriers else None,
        scans=scans,
        as_of=reading.moment(reading.object_(tracking, "metadata"), "generatedAt"),
        expected_at=promised(delivery, ("estimatedDeliveryDate",), zone),
        service=reading.text(delivery, "service"),
        faults=faults,
    )


def _scan(number: str, shipment: Json, line: Json) -> Scan:
    city, country = _place(line)
    zone = zone_of((country, None), (reading.text(shipment, "originCountryCode"), None))
    at = reading.required_moment(line, "occurrenceDatetime", zone)
    milestone, code = reading.text(line, "statusMilestone"), reading.text(line, "statusCode")
    text = reading.text(line, "status")
    found = status_map.meaning(KEY, milestone)
    named = reading.text(line, "eventId")
    return Scan(
        external_id=named or scan_id(number, reading.text(line, "occurrenceDatetime"), milestone, text),
        status=found.status,
        detail=found.detail,
        raw_status="/".join(filter(None, (milestone, code))),
        text=text,
        happened_at=at,
        city=city,
        country=country,
    )


def _place(line: Json) -> tuple[str | None, str | None]:
    """Return city and country of "Madrid, ES", "ES" and "Madrid"."""
    location = reading.text(line, "location") or ""
    city, _, last = location.rpartition(",")
    country = alpha2(last)
    return (city.strip() or None, country) if country else (location or None, None)


PLUGIN = Source(
    key=KEY,
    label="Ship24",
    kind=SourceKind.AGGREGATOR,
    fields=(
        Field(name="api_key", label=merchant_sentence("API key")),
        Field(name="webhook_secret", label=merchant_sentence("Webhook secret")),
    ),
    manual=merchant_sentence("In Ship24: Integrations, API keys and Integrations, Webhook."),
    parse=parse,
    verify=verify,
    register=register,
    fetch=fetch,
    probe=Parcel(number="1Z5R89390357567127", carrier="ups"),
)
