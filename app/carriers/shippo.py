"""Shippo: tracks, and the webhook that tells of each change.

Shippo signs its webhooks only for whoever asked it to; without a secret a delivery only makes us ask.
Times without an offset are read by the clock of the scan's place.
"""

import hashlib
import hmac
import re
from urllib.parse import quote

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
from app.carriers.clocks import promised, zone_of
from app.lib import reading
from app.lib.http import Outside
from app.lib.reading import Json
from app.lib.words import merchant_sentence

KEY = "shippo"
API = "https://api.goshippo.com/tracks/"
SIGNED = re.compile(r"t=(\d+),v1=([0-9a-f]{64})")
CARRIERS = {
    "dhl_parcel_de": "dhl_germany",
    "dpd": "dpd_germany",
    "evri": "hermes_uk",
    "nz_post": "new_zealand_post",
    "correos_es": "correos",
}
"""Our slug → Shippo's token, where they differ."""
SAME = re.compile(
    "asendia_usa|australia_post|canada_post|chronopost|colissimo|couriers_please|deutsche_post|dhl_ecommerce"
    "|dhl_express|dpd_uk|estafeta|fedex|lasership|lso|mondial_relay|ontrac|parcelforce|poste_italiane|posti"
    "|purolator|royal_mail|russian_post|sendle|shippo|ups|usps|yodel"
)
"""Slugs that are tokens of Shippo as well, and the one of its tests."""


def verify(push: Push, keys: Keys) -> Trust:
    """Believe what is signed; where no secret was agreed on, whoever knows our address may give a hint."""
    secret = keys.get("webhook_secret", "")
    if not secret:
        return Trust.HINT
    signature = SIGNED.fullmatch(push.headers.get("shippo-auth-signature", "").replace(" ", ""))
    if signature is None:
        return Trust.NONE
    at, given = signature.groups()
    digest = hmac.new(secret.encode(), f"{at}.".encode() + push.body, hashlib.sha256).hexdigest()
    return Trust.BODY if hmac.compare_digest(digest, given) else Trust.NONE


def parse(body: Json) -> tuple[Update, ...]:
    """Return what an event says of its track."""
    track = reading.object_(body, "data")
    return (_update(track),) if reading.text(body, "event") == "track_updated" and track else ()


def register(outside: Outside, keys: Keys, parcel: Parcel) -> tuple[Update, ...]:
    """Let Shippo follow a parcel; it has to be told the carrier, and counts every repetition."""
    form = {"carrier": _carrier(parcel), "tracking_number": parcel.number}
    return (_update(call(outside, "POST", API, data=form, headers=_key(keys))),)


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of each parcel."""
    paths = (f"{_carrier(parcel)}/{quote(parcel.number, safe='')}" for parcel in parcels)
    return tuple(_update(call(outside, "GET", API + path, headers=_key(keys))) for path in paths)


def _carrier(parcel: Parcel) -> str:
    slug = parcel.carrier or ""
    if slug not in CARRIERS and not SAME.fullmatch(slug):
        raise SourceError(
            merchant_sentence("Shippo has to be told the carrier, and this one it does not know"),
            permanent=True,
        )
    return CARRIERS.get(slug, slug)


def _key(keys: Keys) -> dict[str, str]:
    return {"Authorization": f"ShippoToken {keys['api_key']}"}


def _update(track: Json) -> Update:
    number = reading.required(track, "tracking_number")
    newest = reading.object_(track, "tracking_status")
    lines = reading.objects(track, "tracking_history") or ([newest] if newest else [])
    scans, faults = read_each(lines, lambda line: _scan(number, track, line))
    service = reading.object_(track, "servicelevel")
    return Update(
        number=number,
        carrier=reading.text(track, "carrier"),
        scans=scans,
        expected_at=promised(track, ("eta",), zone_of(_place(track, "address_to"))),
        service=reading.text(service, "name"),
        faults=faults,
    )


def _scan(number: str, track: Json, line: Json) -> Scan:
    status = reading.required(line, "status")
    code = reading.text(reading.object_(line, "substatus"), "code")
    place = reading.object_(line, "location")
    zone = zone_of(_place(line, "location"), _place(track, "address_from"))
    at = reading.required_moment(line, "status_date", zone)
    found = status_map.meaning(KEY, status, code)
    text = reading.text(line, "status_details")
    return Scan(
        external_id=scan_id(number, reading.text(line, "status_date"), status, code, text),
        status=found.status,
        detail=found.detail,
        raw_status=f"{status}/{code}" if code else status,
        text=text,
        happened_at=at,
        city=reading.text(place, "city"),
        region=reading.text(place, "state"),
        country=reading.text(place, "country"),
    )


def _place(data: Json, name: str) -> tuple[str | None, str | None]:
    place = reading.object_(data, name)
    return reading.text(place, "country"), reading.text(place, "state")


PLUGIN = Source(
    key=KEY,
    label="Shippo",
    kind=SourceKind.AGGREGATOR,
    fields=(
        Field(name="api_key", label=merchant_sentence("Live API token")),
        Field(
            name="webhook_secret",
            label=merchant_sentence("Webhook secret"),
            help=merchant_sentence(
                "Only if Shippo has agreed to sign: without it a webhook makes us ask Shippo."
            ),
            is_optional=True,
        ),
    ),
    manual=merchant_sentence("In Shippo: Settings, API; and Settings, Webhooks, event type Track Updated."),
    parse=parse,
    verify=verify,
    register=register,
    fetch=fetch,
    probe=Parcel(number="SHIPPO_DELIVERED", carrier="shippo"),
)
