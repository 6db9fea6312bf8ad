"""A postal address as it is written on a parcel."""

from collections.abc import Mapping
from typing import Any

from babel import Locale

TOWN_FIRST = {"AU", "BM", "CA", "GB", "GG", "HK", "IE", "IM", "IN", "JE", "NZ", "SG", "TH", "US", "ZA"}
"""Where the town comes before the postcode."""


def lines(place: Mapping[str, Any], *, home: str | None, locale: str) -> tuple[str, ...]:
    """Return the lines of an order's address; the country is told where it is not the shop's own."""
    country = str(place.get("country") or "")
    street = [place.get("line1"), place.get("line2")]
    if not any(street):
        return ()
    name = _joined(" ", place.get("first_name"), place.get("last_name"))
    abroad = Locale.parse(locale).territories.get(country, country) if country != home else None
    return tuple(str(line) for line in (name, *street, _town(place, country), abroad) if line)


def _town(place: Mapping[str, Any], country: str) -> str:
    town, region, postcode = place.get("city"), place.get("region"), place.get("postcode")
    if country in TOWN_FIRST:
        return _joined(" ", _joined(", ", town, region), postcode)
    return _joined(" ", postcode, town)


def _joined(with_: str, *parts: Any) -> str:  # noqa: ANN401 - the values of a JSON object
    return with_.join(str(part) for part in parts if part)
