"""EasyPost: trackers, and the events in which it tells of them.

Its times carry the offset of the place of the scan, or are UTC where it does not know the place.
"""

import hashlib
import hmac
import unicodedata
from datetime import UTC, datetime

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
from app.carriers.status_map import Meaning
from app.lib import reading
from app.lib.http import Outside
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.vocabulary import ShipmentStatus as S

KEY = "easypost"
API = "https://api.easypost.com/v2/trackers"
PREFIX = "hmac-sha256-hex="
NO_NEWS = ("", "status_update", "unknown")
"""Details that say nothing by themselves."""
PROBLEMS = (S.EXCEPTION, S.DELAYED, S.ATTEMPT_FAILED, S.RETURN_TO_SENDER, S.CANCELLED)
CARRIERS = {
    "australia_post": "AustraliaPost",
    "canada_post": "CanadaPost",
    "dhl_express": "DHLExpress",
    "fedex": "FedEx",
    "royal_mail": "RoyalMail",
    "ups": "UPS",
    "usps": "USPS",
}


def verify(push: Push, keys: Keys) -> Trust:
    """Believe what EasyPost signed: the body alone, or (v2) time, method, path and body."""
    secret = unicodedata.normalize("NFKD", keys["webhook_secret"]).encode()
    headers = push.headers
    told = (headers.get("x-timestamp", "") + push.method + headers.get("x-path", "")).encode()
    bodies = {"x-hmac-signature": push.body, "x-hmac-signature-v2": told + push.body}
    is_signed = any(_signed(secret, body, headers.get(name, "")) for name, body in bodies.items())
    return Trust.BODY if is_signed else Trust.NONE


def parse(body: Json) -> tuple[Update, ...]:
    """Return what an event says of its tracker; nothing for events about other things."""
    if not (reading.text(body, "description") or "").startswith("tracker."):
        return ()
    tracker = reading.object_(body, "result")
    return (_update(tracker),) if tracker else ()


def register(outside: Outside, keys: Keys, parcel: Parcel) -> tuple[Update, ...]:
    """Make a tracker; for three months EasyPost answers with the same one."""
    carrier = CARRIERS.get(parcel.carrier or "")  # without one it finds out by itself
    tracker = {"tracking_code": parcel.number, **({"carrier": carrier} if carrier else {})}
    return (_update(call(outside, "POST", API, json={"tracker": tracker}, auth=(keys["api_key"], ""))),)


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of each parcel's newest tracker."""
    updates = []
    for parcel in parcels:
        asked = {"tracking_code": parcel.number, "page_size": "1"}
        answer = call(outside, "GET", API, params=asked, auth=(keys["api_key"], ""))
        updates += [_update(tracker) for tracker in reading.objects(answer, "trackers")]
    return tuple(updates)


def _signed(secret: bytes, body: bytes, signature: str) -> bool:
    expected = PREFIX + hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _update(tracker: Json) -> Update:
    number = reading.required(tracker, "tracking_code")
    detail = reading.object_(tracker, "carrier_detail")
    lines = reading.objects(tracker, "tracking_details")
    scans, faults = read_each(lines, lambda line: _scan(number, line))
    return Update(
        number=number,
        carrier=reading.text(tracker, "carrier"),
        scans=scans,
        as_of=reading.moment(tracker, "updated_at"),
        expected_at=_expected(tracker, detail),
        service=reading.text(detail, "service"),
        is_not_found=not lines and reading.text(tracker, "status") == "unknown",
        faults=faults,
    )


def _scan(number: str, line: Json) -> Scan:
    at = reading.required_moment(line, "datetime")
    status, detail = reading.text(line, "status") or "", reading.text(line, "status_detail") or ""
    place = reading.object_(line, "tracking_location")
    found = _meaning(status, detail)
    return Scan(
        external_id=scan_id(number, at.isoformat(), status, detail, reading.text(line, "message")),
        status=found.status,
        detail=found.detail,
        raw_status=f"{status}/{detail}" if detail else status,
        text=reading.text(line, "message"),
        happened_at=at,
        city=reading.text(place, "city"),
        region=reading.text(place, "state"),
        country=reading.text(place, "country"),
    )


def _meaning(status: str, detail: str) -> Meaning:
    """Return what both say together: a detail may sharpen "in transit" and "failure", never undo the rest.

    "delivered" comes with "arrived_at_destination", which alone would be a facility.
    """
    told = status_map.meaning(KEY, status)
    sharper = None if detail in NO_NEWS else status_map.exact(KEY, "", detail)
    if sharper is None or told.status is sharper.status:
        return sharper or told
    if status == "in_transit" or (status == "unknown" and sharper.status is not S.DELIVERED):
        return sharper
    is_problem = status in ("failure", "error") and sharper.status in PROBLEMS
    return sharper if is_problem else told


def _expected(tracker: Json, detail: Json) -> datetime | None:
    """Return the carrier's local day (midnight UTC stands for "no hour") before EasyPost's moment."""
    day = reading.text(detail, "est_delivery_date_local")
    return reading.moment({"day": day}, "day", UTC) if day else reading.moment(tracker, "est_delivery_date")


PLUGIN = Source(
    key=KEY,
    label="EasyPost",
    kind=SourceKind.AGGREGATOR,
    fields=(
        Field(
            name="api_key",
            label=merchant_sentence("API key"),
            help=merchant_sentence("The production key, to have parcels followed."),
        ),
        Field(
            name="webhook_secret",
            label=merchant_sentence("Webhook secret"),
            help=merchant_sentence("Your own choice, the same there and here."),
        ),
    ),
    manual=merchant_sentence(
        "In EasyPost: Account Settings, Webhooks & Events; API keys are on the page beside it."
    ),
    parse=parse,
    verify=verify,
    register=register,
    fetch=fetch,
    probe=Parcel(number="EZ4000000004", carrier="usps"),
)
