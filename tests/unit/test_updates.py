from datetime import UTC, datetime, timedelta

import pytest

from app.lib.days import Calendar
from app.tracking.models import TrackingEvent
from app.tracking.story import updates
from app.vocabulary import ShipmentStatus as S

NOW = datetime(2026, 11, 17, 20, tzinfo=UTC)
CALENDAR = Calendar(NOW, UTC, "en")


def test_updates_are_told_newest_first_with_day_hour_and_place() -> None:
    told = [
        (update.what, update.when)
        for update in updates.of_scans(
            [scan(S.PICKED_UP, hours=-30, city="Portland", region="OR"), scan(S.IN_TRANSIT, city="DENVER")],
            CALENDAR,
            carrier="UPS",
            home="US",
        )
    ]
    assert told == [
        ("Scanned in Denver", "Today, 8:00\xa0pm, Denver"),
        ("UPS picked it up", "Yesterday, 2:00\xa0pm, Portland, OR"),
    ]


@pytest.mark.parametrize(
    ("status", "detail", "city", "what"),
    [
        (S.IN_TRANSIT, None, None, "On its way"),
        (S.IN_TRANSIT, "departure_scan", "Denver", "It left Denver"),
        (S.IN_TRANSIT, "departure_scan", None, "On its way"),
        (S.DELIVERED, "left_with_neighbor", "Boulder", "Delivered, left with a neighbor"),
        (S.EXCEPTION, "damaged", "Denver", "Damaged on its way"),
        (S.EXCEPTION, "weather", "Denver", "Held up by the weather"),
        (S.EXCEPTION, "never_heard_of", None, "Held up: a problem was reported"),
    ],
)
def test_an_update_says_no_more_than_is_known(
    status: S, detail: str | None, city: str | None, what: str
) -> None:
    found = scan(status, detail=detail, city=city)
    assert updates.of_scans([found], CALENDAR, carrier="UPS", home="US")[0].what == what


@pytest.mark.parametrize("status", S)
def test_every_status_has_its_words(status: S) -> None:
    told = updates.of_scans([scan(status)], CALENDAR, carrier=None, home=None)
    assert "{" not in told[0].what


def test_a_foreign_country_is_named() -> None:
    found = scan(S.IN_TRANSIT, city="Leipzig", country="DE")
    assert updates.of_scans([found], CALENDAR, carrier=None, home="US")[0].when.endswith("Leipzig, Germany")


def test_the_same_scan_from_two_sources_is_told_once() -> None:
    twice = [scan(S.DELIVERED), scan(S.DELIVERED)]
    assert len(updates.of_scans(twice, CALENDAR, carrier=None, home=None)) == 1


def test_a_code_that_we_do_not_know_is_not_told() -> None:
    assert updates.of_scans([scan(S.PENDING, detail="unknown")], CALENDAR, carrier=None, home=None) == []


def scan(
    status: S,
    *,
    hours: int = 0,
    detail: str | None = None,
    city: str | None = None,
    region: str | None = None,
    country: str = "US",
) -> TrackingEvent:
    return TrackingEvent(
        status=status,
        detail=detail,
        happened_at=NOW + timedelta(hours=hours),
        city=city,
        region=region,
        country=country,
    )
