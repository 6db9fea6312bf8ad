"""USPS: the Tracking API, asked with the merchant's own keys, sixty times an hour.

Its category alone says where the parcel is now; older scans have only a code. GMTTimestamp is UTC, beside
a local time that names its offset or none. An unknown number is a 400.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from app.carriers import passes, status_map
from app.carriers.base import (
    Field,
    Keys,
    Limit,
    Parcel,
    Pass,
    Scan,
    Source,
    SourceError,
    SourceKind,
    Update,
    read_each,
    scan_id,
)
from app.carriers.calls import TOLD_AS_ERROR, call
from app.carriers.clocks import alpha2, promised, zone_of
from app.carriers.status_map import UNKNOWN, Meaning
from app.lib import reading
from app.lib.http import Outside
from app.lib.reading import Json
from app.lib.words import merchant_sentence

KEY = "usps"
CODES = "usps_v3"
"""Its rows in the table of codes."""
HOST = "https://apis.usps.com"
UNKNOWN_NUMBER = ("150001", "150002")
HOME = "US"
"""Where a scan was that names no country."""


def authorize(outside: Outside, keys: Keys) -> Pass:
    """Get a pass of eight hours."""
    url = f"{HOST}/oauth2/v3/token"
    return passes.get(outside, url, keys, method="client_secret_post", scope="tracking")


def fetch(outside: Outside, keys: Keys, parcels: tuple[Parcel, ...]) -> tuple[Update, ...]:
    """Return what is known of a parcel."""
    (parcel,) = parcels
    url = f"{HOST}/tracking/v3/tracking/{quote(parcel.number, safe='')}"
    headers = passes.bearer(keys)
    answer = call(outside, "GET", url, params={"expand": "DETAIL"}, headers=headers, also=TOLD_AS_ERROR)
    codes = _codes(answer)
    if any(code in UNKNOWN_NUMBER for code in codes):
        return (Update(number=parcel.number, carrier=KEY, is_not_found=True),)
    if codes:
        raise SourceError(merchant_sentence("it answers with error %(code)s", code=codes[-1]), permanent=True)
    return parse(answer)


def parse(body: Json) -> tuple[Update, ...]:
    """Return what an answer says of its parcel; nothing of a number that USPS does not know."""
    if reading.object_(body, "error"):
        return ()
    number = reading.required(body, "trackingNumber")
    lines = sorted(reading.objects(body, "trackingEvents"), key=_sortable, reverse=True)
    is_newest = {id(line): i == 0 for i, line in enumerate(lines)}
    scans, faults = read_each(lines, _scan_of(number, body, is_newest))
    zone = zone_of((HOME, reading.text(body, "destinationState")))
    dates = reading.object_(body, "deliveryDateExpectation")
    names = ("guaranteedDeliveryDate", "predictedDeliveryDate", "expectedDeliveryDate")
    return (
        Update(
            number=number,
            carrier=KEY,
            scans=scans,
            expected_at=promised(dates, names, zone),
            service=reading.plain(body, "mailClass"),
            faults=faults,
        ),
    )


def _codes(answer: Json) -> list[str | None]:
    """Return the codes of an error; none where the answer is none."""
    error = reading.object_(answer, "error")
    each = (error, *reading.objects(error, "errors")) if error else ()
    return [reading.text(one, "code") for one in each]


def _scan_of(number: str, body: Json, is_newest: dict[int, bool]) -> Callable[[Json], Scan]:
    category = reading.text(body, "statusCategory")
    return lambda line: _scan(number, line, category if is_newest[id(line)] else None)


def _scan(number: str, line: Json, category: str | None) -> Scan:
    code, state = reading.text(line, "eventCode"), reading.text(line, "eventState")
    country = alpha2(reading.text(line, "eventCountry")) or HOME
    at, found = _at(line, country, state), _meaning(category, code)
    return Scan(
        external_id=scan_id(number, at.isoformat(), code),
        status=found.status,
        detail=found.detail,
        raw_status="/".join(filter(None, (category, code))),
        text=reading.plain(line, "eventType"),
        happened_at=at,
        city=reading.text(line, "eventCity"),
        region=state,
        country=country,
    )


def _meaning(category: str | None, code: str | None) -> Meaning:
    """Return what the category says, in the code's finer words where both say the same."""
    by_code = status_map.exact(CODES, None, code) or UNKNOWN
    told = status_map.exact(CODES, category)
    if told is None:
        return by_code
    return by_code if by_code.status is told.status and by_code.detail else told


def _at(line: Json, country: str, state: str | None) -> datetime:
    if reading.text(line, "GMTTimestamp"):
        return reading.required_moment(line, "GMTTimestamp")
    offset = reading.text(line, "GMTOffset")
    return reading.required_moment(line, "eventTimestamp", _offset(offset) or zone_of((country, state)))


def _offset(written: str | None) -> timezone | None:
    try:
        ahead = datetime.strptime(written or "", "%z").utcoffset()
    except ValueError:
        return None
    return timezone(ahead) if ahead is not None else None


def _sortable(line: Json) -> str:
    """Return what sorts scans by their time; those of USPS are all written alike."""
    return reading.text(line, "GMTTimestamp") or reading.text(line, "eventTimestamp") or ""


PLUGIN = Source(
    key=KEY,
    label="USPS",
    kind=SourceKind.CARRIER,
    fields=(
        Field(name="client_id", label=merchant_sentence("Consumer key"), is_secret=False),
        Field(name="client_secret", label=merchant_sentence("Consumer secret")),
    ),
    manual=merchant_sentence(
        "At developers.usps.com: Apps, your app, Credentials. USPS answers 60 questions an hour."
    ),
    parse=parse,
    fetch=fetch,
    carriers=("usps",),
    limits=(Limit(requests=60, per=timedelta(hours=1)),),
    authorize=authorize,
)
