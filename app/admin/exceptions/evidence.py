"""What is wrong with a parcel, as the admin shows it: with a chip of the right shape and color."""

from typing import NamedTuple

from app.admin.dates import Calendar
from app.admin.saying import say
from app.admin.words import EXCEPTIONS, Chip
from app.tracking.exceptions import evidence
from app.tracking.models import ExceptionRow


class Evidence(NamedTuple):
    """One exception in words."""

    chip: Chip
    why: str
    advice: str


def of(row: ExceptionRow, carrier: str | None, here: Calendar) -> Evidence:
    """Return an exception in words, as seen from a shop's present."""
    said = evidence.of(row, carrier, here)
    return Evidence(EXCEPTIONS[row.kind], say(said.why), say(said.advice))


def is_a_scan(row: ExceptionRow) -> bool:
    """Tell whether a scan says the same, at the same moment."""
    return evidence.is_a_scan(row)
