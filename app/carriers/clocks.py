"""By whose clock a time without an offset is read: that of the place where the parcel was scanned.

Countries with one zone, and the main zone of the others, come with Babel (CLDR); where a country has
several, its states decide, as far as their abbreviations are known.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from app.lib import reading
from app.lib.reading import Json, Unreadable

MAIN = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/Chicago",
    "UZ": "Asia/Tashkent",
}
"""Where most of a country's people live; of the United States the middle, two hours off at most."""
STATES = {
    "US": {
        "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "CO ID MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
        "America/Puerto_Rico": "PR VI",
        "Pacific/Guam": "GU MP",
    },
    "CA": {
        "America/St_Johns": "NL",
        "America/Halifax": "NB NS PE",
        "America/Toronto": "ON QC",
        "America/Winnipeg": "MB",
        "America/Regina": "SK",
        "America/Edmonton": "AB NT",
        "America/Vancouver": "BC",
        "America/Whitehorse": "YT",
        "America/Iqaluit": "NU",
    },
    "AU": {
        "Australia/Sydney": "ACT NSW",
        "Australia/Melbourne": "VIC",
        "Australia/Brisbane": "QLD",
        "Australia/Hobart": "TAS",
        "Australia/Adelaide": "SA",
        "Australia/Darwin": "NT",
        "Australia/Perth": "WA",
    },
}


def zone_of(*places: tuple[str | None, str | None]) -> tzinfo:
    """Return the clock of the first of these (country, state) that is known; UTC where none is."""
    for country, state in places:
        code = alpha2(country)
        found = _zone(code, (state or "").strip().upper()) if code else None
        if found is not None:
            return found
    return UTC


def alpha2(country: str | None) -> str | None:
    """Return "US" for "USA", "us" and "US"; None for what is no country's code."""
    code = (country or "").strip().upper()
    known = get_global("territory_zones")
    aliases: list[str] = get_global("territory_aliases").get(code, [])
    return code if code in known else aliases[0] if len(aliases) == 1 else None


def promised(data: Json, names: Iterable[str], zone: tzinfo) -> datetime | None:
    """Return the first of some dates that can be read; one without an hour stays a day: midnight UTC."""
    for name in names:
        written = reading.text(data, name) or ""
        is_day = re.fullmatch(r"\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?Z?)?", written) is not None
        with suppress(Unreadable):
            at = reading.moment(data, name, UTC if is_day else zone)
            if at is not None:
                return at
    return None


@cache
def _zone(country: str, state: str) -> tzinfo | None:
    by_state = (zone for zone, states in STATES.get(country, {}).items() if state in states.split())
    only = get_global("territory_zones").get(country, [])[:1]
    name = next(by_state, None) or MAIN.get(country) or (only[0] if only else None)
    return ZoneInfo(name) if name else None
