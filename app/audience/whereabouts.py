"""In which country a recipient is, and what their clocks may say."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel.core import get_global
from phonenumbers import timezone

from app.carriers.clocks import MAIN, STATES, alpha2

SPLIT = {
    "US": {
        "America/Chicago": "FL IN KY MI",
        "America/New_York": "TN",
        "America/Denver": "KS ND NE OR SD TX",
        "America/Los_Angeles": "ID",
        "America/Adak": "AK",
    },
    "CA": {
        "America/Winnipeg": "ON",
        "America/Edmonton": "BC",
        "America/Goose_Bay": "NL",
        "America/Rankin_Inlet": "NU",
    },
}
"""States with a second clock: what is allowed there must be allowed by both."""
WIDE = ("AU", "BR", "CA", "CD", "ID", "KZ", "MX", "RU", "US")
"""Countries in which a shopper without a state may be an hour or more away from the middle."""
FEW = 3
"""A number that may be on more clocks than this says nothing."""


def country_of(place: Mapping[str, Any], phone: str | None, shop_country: str | None) -> str | None:
    """Return a recipient's country: where it is sent to, else the number's, else the shop's own."""
    return alpha2(str(place.get("country") or "")) or _number(phone)[0] or shop_country


def clocks_of(
    place: Mapping[str, Any], phone: str | None, shop_country: str | None, shop_zone: str
) -> tuple[ZoneInfo, ...]:
    """Return the clocks a recipient may live by: their address's, else their number's, else the shop's."""
    country = alpha2(str(place.get("country") or ""))
    region = str(place.get("region") or "").strip().upper()
    by_state = _of_state(country, region) if country else ()
    number_country, number_zones = _number(phone)
    of_number = number_zones if country in (None, number_country) else ()
    of_country = () if country is None or country in WIDE else _of_country(country)
    of_shop = (shop_zone,) if country in (None, shop_country) else _of_country(country)
    names = by_state or of_country or of_number or of_shop or (shop_zone,)
    return tuple(ZoneInfo(name) for name in names)


@lru_cache(maxsize=4096)
def _of_state(country: str, region: str) -> tuple[str, ...]:
    tables = (STATES.get(country, {}), SPLIT.get(country, {}))
    return tuple(zone for table in tables for zone, states in table.items() if region in states.split())


def _of_country(country: str | None) -> tuple[str, ...]:
    if country is None:
        return ()
    only = get_global("territory_zones").get(country, [])[:1]
    return (MAIN[country],) if country in MAIN else tuple(only)


@lru_cache(maxsize=4096)
def _number(phone: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Return a number's country and the clocks that it may be read by."""
    try:
        number = phonenumbers.parse(phone or "")
    except phonenumbers.NumberParseException:
        return None, ()
    zones = tuple(name for name in timezone.time_zones_for_number(number) if name != "Etc/Unknown")
    return phonenumbers.region_code_for_number(number), zones if len(zones) <= FEW else ()
