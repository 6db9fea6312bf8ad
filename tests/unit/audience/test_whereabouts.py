"""Where a recipient is, and by whose clock they live."""

import pytest

from app.audience.whereabouts import clocks_of, country_of

DENVER, PARIS = "America/Denver", "Europe/Paris"


@pytest.mark.parametrize(
    ("place", "phone", "clocks"),
    [
        ({"country": "US", "region": "CO"}, None, (DENVER,)),
        ({"country": "US", "region": "co"}, "+12125550142", (DENVER,)),
        ({"country": "US", "region": "TN"}, None, ("America/Chicago", "America/New_York")),
        ({"country": "US", "region": "FL"}, None, ("America/New_York", "America/Chicago")),
        ({"country": "US"}, "+13035550142", (DENVER,)),
        ({"country": "US"}, "+33612345678", ("America/Los_Angeles",)),  # the shop's: same country
        ({"country": "FR"}, "+13035550142", (PARIS,)),
        ({"country": "NZ"}, None, ("Pacific/Auckland",)),
        ({"country": "BR"}, None, ("America/Sao_Paulo",)),
        ({}, "+33612345678", (PARIS,)),
        ({}, "nonsense", ("America/Los_Angeles",)),
        ({}, None, ("America/Los_Angeles",)),
    ],
)
def test_the_address_decides_then_the_number_then_the_shop(
    place: dict[str, str], phone: str | None, clocks: tuple[str, ...]
) -> None:
    found = clocks_of(place, phone, "US", "America/Los_Angeles")
    assert tuple(zone.key for zone in found) == clocks


@pytest.mark.parametrize(
    ("place", "phone", "country"),
    [
        ({"country": "FR"}, "+13035550142", "FR"),
        ({}, "+33612345678", "FR"),
        ({}, "0612345678", "US"),
        ({}, None, "US"),
    ],
)
def test_the_country_likewise(place: dict[str, str], phone: str | None, country: str) -> None:
    assert country_of(place, phone, "US") == country
    assert country_of({}, None, None) is None
