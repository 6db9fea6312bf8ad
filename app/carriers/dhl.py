"""DHL: Shipment Tracking - Unified, for all of its divisions, asked with the merchant's own key.

Five statuses, whatever the division. A time without an offset is that of its place; the newest status
repeats the newest event with another spelling of its time, so it counts only where there are no events.
"""

from datetime import timedelta

from app.carriers import status_map
from app.carriers.base import (
    Field,
    Keys,
    Limit,
    Parcel,
    Scan,
    Source,
    SourceKind,
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

KEY = "dhl"
CODES = "dhl_unified"
"""Its rows in the table of codes."""
API = "https://api-eu.dhl.com/track/shipments"
NOT_FOUND = 404


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of a parcel; more of it where its destination's postcode is known."""
    (parcel,) = parcels
    asked = {"trackingNumber": parcel.number, "language": "en"}
    if parcel.postcode:
        asked["recipientPostalCode"] = parcel.postcode
    headers = {"DHL-API-Key": keys["api_key"]}
    answer = call(outside, "GET", API, params=asked, headers=headers, also=(NOT_FOUND,))
    if reading.whole(answer, "status") == NOT_FOUND:
        return (Update(number=parcel.number, carrier=KEY, is_not_found=True),)
    return parse(answer)


def parse(body: Json) -> tuple[Update, ...]:
    """Return what an answer says of each shipment; nothing of a number that DHL does not know."""
    return tuple(_update(shipment) for shipment in reading.objects(body, "shipments"))


def _update(shipment: Json) -> Update:
    number = reading.required(shipment, "id")
    status = reading.object_(shipment, "status")
    lines = reading.objects(shipment, "events") or ([status] if status else [])
    scans, faults = read_each(lines, lambda line: _scan(number, line))
    zone = zone_of((_country(reading.object_(shipment, "destination")), None))
    window = reading.object_(shipment, "estimatedDeliveryTimeFrame")
    dates = window | shipment
    details = reading.object_(shipment, "details")
    return Update(
        number=number,
        carrier=KEY,
        scans=scans,
        expected_at=promised(dates, ("estimatedFrom", "estimatedTimeOfDelivery"), zone),
        expected_until=promised(dates, ("estimatedThrough",), zone),
        service=reading.text(reading.object_(details, "product"), "productName"),
        faults=faults,
    )


def _scan(number: str, line: Json) -> Scan:
    code = reading.text(line, "statusCode")
    place = reading.object_(line, "location")
    address, country = reading.object_(place, "address"), _country(place)
    at = reading.required_moment(line, "timestamp", zone_of((country, None)))
    found = status_map.meaning(CODES, code)
    return Scan(
        external_id=scan_id(number, reading.text(line, "timestamp"), code, reading.text(line, "description")),
        status=found.status,
        detail=found.detail,
        raw_status=code or "",
        text=reading.text(line, "description") or reading.text(line, "status"),
        happened_at=at,
        city=reading.text(address, "addressLocality"),
        country=country,
    )


def _country(place: Json) -> str | None:
    return alpha2(reading.text(reading.object_(place, "address"), "countryCode"))


PLUGIN = Source(
    key=KEY,
    label="DHL",
    kind=SourceKind.CARRIER,
    fields=(Field(name="api_key", label=merchant_sentence("API key")),),
    manual=merchant_sentence(
        "At developer.dhl.com: My apps, your app with Shipment Tracking - Unified, Show key."
    ),
    parse=parse,
    fetch=fetch,
    probe=Parcel(number="00340434161094042557", carrier="dhl_parcel_de"),
    carriers=(
        "dhl_express",
        "dhl_ecommerce",
        "dhl_ecommerce_asia",
        "dhl_parcel_de",
        "dhl_parcel_nl",
        "dhl_parcel_uk",
    ),
    limits=(
        Limit(requests=1, per=timedelta(seconds=5)),
        Limit(requests=250, per=timedelta(days=1)),
    ),
)
