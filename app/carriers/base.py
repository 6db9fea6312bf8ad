"""What a source of scans must be able to do, and what it tells, in our words whatever it calls them.

A source is one file in this folder that ends in `PLUGIN = Source(…)`: an aggregator or a carrier that the
merchant has an account with. It translates and does not decide: `verify` and `parse` are pure, only `fetch`
and `register` touch the network, through the session that they are handed. What it tells is kept by
`app.tracking.scans.scans.keep_update`.

Rules for every plug-in:

- Times are aware UTC. Where the source gives an offset, it counts; a local time without one is never
  labeled UTC: it is read by the clock of the scan's place (`clocks.zone_of`), and a test shows it.
- `status_map.meaning` turns codes into our words; one that it does not know becomes `status_map.UNKNOWN`,
  which is kept and counted and moves nothing. A status is never guessed from a sentence.
- An answer may hold several parcels (Update), each under the number that the source itself gives it.
- A scan whose time cannot be read is left out and named in `Update.faults`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.lib.http import Outside
from app.lib.reading import Json, Unreadable
from app.vocabulary import ShipmentStatus

Keys = Mapping[str, str]
"""What the merchant entered for a source, by the names of its fields."""

TOKEN = "access_token"  # noqa: S105 - a name
"""Among the keys: what `Source.authorize` got for them."""


class SourceError(Exception):
    """A source did not give what it was asked for; asking later may help unless `permanent`."""

    def __init__(self, reason: str, *, permanent: bool = False, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after
        """How long the source asks us to wait."""


class KeyRefused(SourceError):
    """A source does not accept the merchant's keys (any more): nothing helps but new ones."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=True)


class NoAnswer(SourceError):
    """A source cannot be reached, or takes too long."""


class NotData(SourceError):
    """A source answers with something else than what it promises: a page in place of data."""


class TooOften(SourceError):
    """A source says that it was asked too often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One thing that happened to one parcel."""

    external_id: str
    """The same whenever the source repeats this scan: its own id, or `scan_id` of what never changes."""
    status: ShipmentStatus
    detail: str | None = None
    raw_status: str
    """The source's own code, as it came."""
    text: str | None = None
    happened_at: datetime
    city: str | None = None
    region: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2, or as the source writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupPlace:
    """Where a parcel waits for whoever collects it, as far as the source says."""

    name: str | None = None
    address: str | None = None
    hours: str | None = None
    code: str | None = None
    until: date | None = None
    """The last day on which it can be collected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """All that one answer or delivery says of one tracking number."""

    number: str
    """As the source gives it."""
    carrier: str | None = None
    """As the source names it."""
    scans: tuple[Scan, ...] = ()
    as_of: datetime | None = None
    """When the source itself last changed this; None: just now."""
    expected_at: datetime | None = None
    """The carrier's delivery date; the beginning of its window. A day without an hour is midnight UTC."""
    expected_until: datetime | None = None
    """The end of that window, where the source names one."""
    pickup: PickupPlace | None = None
    service: str | None = None
    """What the carrier calls it: "FEDEX_GROUND"."""
    is_not_found: bool = False
    """The source says that the carrier does not know the number (yet); never taken from its mere silence."""
    is_ended: bool = False
    """The source follows it no longer, of its own accord: after some weeks without news."""
    faults: tuple[str, ...] = ()
    """What could not be read, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One delivery as it came; nothing of it is believed before `verify` says so."""

    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    method: str = "POST"


class Trust(StrEnum):
    """How far a pushed delivery can be believed."""

    NONE = "none"
    """It was not signed with the merchant's secret."""
    HINT = "hint"
    """Its sender knows a shared word, but the signature does not cover the body: it only makes us ask."""
    BODY = "body"
    """The signature covers every byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source pushed of one number, and how far that can be believed."""

    source: str
    trust: Trust
    update: Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel to be asked for."""

    number: str
    carrier: str | None = None
    """The slug of a carrier in app.carriers.directory; None where nobody knows it."""
    postcode: str | None = None
    """Of its destination; some carriers tell more to whoever knows it."""
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often a source may be asked with one merchant's keys."""

    requests: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What opens a source's API for a while, given for the merchant's keys."""

    token: str
    lasts: timedelta


class SourceKind(StrEnum):
    """Who a source is."""

    AGGREGATOR = "aggregator"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that the merchant has to enter."""

    name: str
    label: str
    help: str = ""
    is_secret: bool = True
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source's plug-in."""

    key: str
    """Names it in addresses and rows; lower case, never changed."""
    label: str
    kind: SourceKind
    fields: tuple[Field, ...]
    manual: str
    """Where in the source's own pages the merchant finds these, and sets the webhook's address."""
    was_tried: bool = False
    """Whether this plug-in was ever run against the real service; the admin says so."""
    parse: Callable[[Json], tuple[Update, ...]]
    """A pushed body → what it says; empty where it says nothing of parcels. Raises Unreadable."""
    verify: Callable[[Push, Keys], Trust] | None = None
    """How far a delivery can be trusted, found in constant time; None: this source pushes nothing."""
    register: Callable[[Outside, Keys, Parcel], tuple[Update, ...]] | None = None
    """Ask the source to follow a parcel from now on; harmless when repeated. Raises SourceError."""
    fetch: Callable[[Outside, Keys, tuple[Parcel, ...]], tuple[Update, ...]] | None = None
    """Ask where parcels are. Raises SourceError."""
    probe: Parcel | None = None
    """A parcel to ask for, to see whether the keys are right; None where `authorize` shows that."""
    at_once: int = 1
    """How many parcels one call of `fetch` may ask for."""
    carriers: tuple[str, ...] = ()
    """The slugs of the carriers that it knows the parcels of; none: whatever it is asked for."""
    limits: tuple[Limit, ...] = ()
    """How often `fetch` may be called with the same keys."""
    authorize: Callable[[Outside, Keys], Pass] | None = None
    """Get what `fetch` needs among the keys, as TOKEN. Raises SourceError."""


def read_each(
    lines: Iterable[Json], read: Callable[[Json], Scan]
) -> tuple[tuple[Scan, ...], tuple[str, ...]]:
    """Return the scans that can be read, once each, and a sentence for each that cannot."""
    scans: dict[str, Scan] = {}
    faults = []
    for line in lines:
        try:
            scan = read(line)
        except Unreadable as error:
            faults.append(f"a scan: {error}")
        else:
            scans.setdefault(scan.external_id, scan)
    return tuple(scans.values()), tuple(faults)


def scan_id(*parts: object) -> str:
    """Return an id for a scan that has none: the same for the same parts."""
    written = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.blake2b(written.encode(), digest_size=12).hexdigest()
