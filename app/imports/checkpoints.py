"""Scans in a merchant's table: a line for each checkpoint, as AfterShip calls them; pure."""

from collections.abc import Collection

from app.carriers import aftership
from app.carriers.base import Scan
from app.imports.cells import Odd, Values, number_of
from app.imports.table import first
from app.lib.reading import Unreadable
from app.lib.words import merchant_sentence

TIME = ("checkpointtime", "checkpointdate", "eventtime", "eventdate")
FIELDS = {
    "tag": ("checkpointtag", "checkpointstatus", "tag", "status", "deliverystatus"),
    "subtag": ("checkpointsubtag", "subtag", "substatus"),
    "message": ("checkpointmessage", "message", "description"),
    "city": ("checkpointcity", "city"),
    "state": ("checkpointstate", "state", "region"),
    "country_region": ("checkpointcountry", "countryregion", "countryiso3", "country"),
    "location": ("checkpointlocation", "location"),
}


def fits(columns: Collection[str]) -> bool:
    """Tell whether a table has a line for each checkpoint."""
    return not set(TIME).isdisjoint(columns)


def read(values: Values) -> Scan | None:
    """Return the checkpoint that a line tells of; None where it tells of none. Raises Odd."""
    at = first(values, *TIME)
    if at is None:
        return None
    told = {name: first(values, *columns) for name, columns in FIELDS.items()}
    line = told | {"checkpoint_time": at, "tag": (told["tag"] or "").replace(" ", "")}
    try:
        return aftership.scan(number_of(values) or "", {}, line)
    except Unreadable as error:
        raise Odd(merchant_sentence("A date of it cannot be read. Write days as 2026-11-26.")) from error
