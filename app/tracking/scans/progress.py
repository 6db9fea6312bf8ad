"""How far a parcel has come: `merge` adds one scan at flat cost, in whatever order scans arrive.

The latest scan by its own time decides; an older one never changes what is known. Three exceptions:
a label does not undo movement; a parcel on its way back is not "in transit" again; and delivered is left
only by a later return to the sender, or by the carrier naming its own correction within 48 hours.
What the merchant says counts like a scan of that moment, and what was scanned before no longer counts.
Merging is commutative and idempotent, so it equals folding the whole history in time order.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from app.vocabulary import ShipmentStatus as S

CORRECTION = "carrier_correction"
"""Detail of a scan by which a carrier takes back its own "delivered"."""
CORRECTION_WINDOW = timedelta(hours=48)
UNKNOWN = "unknown"
"""Detail of a scan whose code we do not know: it is kept and counted, and moves nothing."""

MERCHANT = "merchant"
"""Source of what the merchant says instead of a carrier."""

BEFORE_MOVEMENT = (S.PENDING, S.LABEL_CREATED)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One scan, as far as progress is concerned; marks are ordered by time, then rank, then id."""

    at: datetime
    rank: int
    id: str
    status: S
    detail: str = ""

    @classmethod
    def of(cls, status: S, at: datetime, scan_id: str, detail: str | None = None) -> Self:
        """Return the mark of a scan; `at` is aware."""
        return cls(at, status.rank, scan_id, status, detail or "")


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that later scans could need: the latest mark of each kind."""

    label: Mark | None = None
    movement: Mark | None = None
    returning: Mark | None = None
    delivered: Mark | None = None
    correction: Mark | None = None
    override: Mark | None = None
    """What the merchant said."""

    @property
    def mark(self) -> Mark | None:
        """The scan that proves the status."""
        if self.override is not None:
            return self._since(self.override).mark
        if self.delivered is not None:
            if _after(self.returning, self.delivered):
                return self.returning
            taken_back = _after(self.correction, self.delivered) and self.correction
            if taken_back and taken_back.at - self.delivered.at <= CORRECTION_WINDOW:
                return taken_back
            return self.delivered
        return self.returning or self.movement or self.label

    @property
    def latest_at(self) -> datetime | None:
        """When its latest scan happened, whether or not it decides; None before the first."""
        marks = (getattr(self, name) for name in self.__dataclass_fields__)
        return max((mark.at for mark in marks if mark is not None), default=None)

    @property
    def status(self) -> S:
        """Where the parcel is."""
        return self.mark.status if self.mark else S.PENDING

    def _since(self, override: Mark) -> "Progress":
        """Return what is known from the merchant's word on, which is a scan like any other here."""
        marks = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "override"}
        later = {name: mark for name, mark in marks.items() if mark is not None and mark.at > override.at}
        return Progress(**{_kind_of_scan(override): override} | later)


def merge(progress: Progress, scan: Mark) -> Progress:
    """Return what is known once this scan is, too."""
    if scan.detail == UNKNOWN:
        return progress
    kind = _kind(scan)
    known: Mark | None = getattr(progress, kind)
    return replace(progress, **{kind: scan}) if known is None or scan > known else progress


def write(progress: Progress) -> dict[str, Any]:
    """Return progress as JSON for its row."""
    marks = ((name, getattr(progress, name)) for name in Progress.__dataclass_fields__)
    return {name: [m.at.isoformat(), m.id, m.status.value, m.detail] for name, m in marks if m is not None}


def read(data: dict[str, Any]) -> Progress:
    """Return the progress that a row holds."""
    marks = {
        name: Mark.of(S(status), datetime.fromisoformat(at), scan_id, detail)
        for name, (at, scan_id, status, detail) in data.items()
    }
    return Progress(**marks)


def _kind(scan: Mark) -> str:
    return "override" if scan.id.startswith(f"{MERCHANT}:") else _kind_of_scan(scan)


def _kind_of_scan(scan: Mark) -> str:
    if scan.detail == CORRECTION:
        return "correction"
    if scan.status is S.DELIVERED:
        return "delivered"
    if scan.status is S.RETURN_TO_SENDER:
        return "returning"
    return "label" if scan.status in BEFORE_MOVEMENT else "movement"


def _after(mark: Mark | None, other: Mark) -> bool:
    return mark is not None and mark.at > other.at
