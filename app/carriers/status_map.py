"""Codes of sources in our words: data/status_map.csv, read once."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.vocabulary import ShipmentStatus

FILE = Path(__file__).parent / "data" / "status_map.csv"
ANY = "*"
"""Stands in the table for "under whatever status"."""


class Meaning(NamedTuple):
    """What a code says."""

    status: ShipmentStatus
    detail: str | None


UNKNOWN = Meaning(ShipmentStatus.PENDING, "unknown")
"""A code that we do not know: it is kept and counted, and moves nothing."""


def meaning(source: str, status: str | None, substatus: str | None = None) -> Meaning:
    """Return what a code means; of a substatus that the table lacks, what its status means; or UNKNOWN."""
    return exact(source, status, substatus) or exact(source, status) or UNKNOWN


def exact(source: str, status: str | None, substatus: str | None = None) -> Meaning | None:
    """Return the table's own row for a code, or for a substatus under any status; None where it has none."""
    if not status and not substatus:
        return None
    rows, under = _table().get(source, {}), (substatus or "").casefold()
    found = rows.get(((status or "").casefold(), under))
    return found or (rows.get((ANY, under)) if under else None)


@cache
def _table() -> dict[str, dict[tuple[str, str], Meaning]]:
    table: dict[str, dict[tuple[str, str], Meaning]] = {}
    with FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["canonical"]:  # a row without one only names a code that says nothing by itself
                code = row["source_status"].casefold(), row["source_substatus"].casefold()
                found = Meaning(ShipmentStatus(row["canonical"]), row["canonical_detail"] or None)
                table.setdefault(row["source"], {})[code] = found
    return table
