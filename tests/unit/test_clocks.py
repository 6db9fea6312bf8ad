from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from app.carriers.clocks import alpha2, promised, zone_of
from app.carriers.status_map import UNKNOWN, meaning
from app.vocabulary import ShipmentStatus as S


@pytest.mark.parametrize(
    ("places", "clock"),
    [
        ([("US", "CA")], "America/Los_Angeles"),
        ([("USA", " ny ")], "America/New_York"),
        ([("US", None)], "America/Chicago"),
        ([("CA", "BC")], "America/Vancouver"),
        ([("AU", "QLD")], "Australia/Brisbane"),
        ([("DEU", None)], "Europe/Berlin"),
        ([("JP", "13")], "Asia/Tokyo"),
        ([("Atlantis", None), (None, None), ("ES", None)], "Europe/Madrid"),
    ],
)
def test_a_place_has_a_clock(places: list[tuple[str | None, str | None]], clock: str) -> None:
    winter, summer = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)
    for day in (winter, summer):
        assert offset(zone_of(*places), day) == offset(ZoneInfo(clock), day)


def test_without_a_place_the_clock_is_utc() -> None:
    assert zone_of((None, "CA"), ("", None)) is UTC


def test_a_country_is_known_by_two_letters_and_three() -> None:
    assert (alpha2("CHN"), alpha2("gb"), alpha2("UK"), alpha2("NY"), alpha2(None)) == (
        "CN",
        "GB",
        "GB",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T00:00:00", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T00:00:00Z", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T18:00:00", datetime(2026, 11, 20, 23, tzinfo=UTC)),
        ("2026-11-20T18:00:00+01:00", datetime(2026, 11, 20, 17, tzinfo=UTC)),
        ("2026-02-30", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_promised_day_stays_a_day_and_an_hour_is_the_places(written: str, moment: datetime | None) -> None:
    assert promised({"at": written}, ("other", "at"), zone_of(("US", "NY"))) == moment


@pytest.mark.parametrize(
    ("source", "status", "substatus", "means"),
    [
        ("aftership", "Exception", "Exception_012", (S.EXCEPTION, "damaged")),
        ("aftership", "Exception", "Exception_999", (S.EXCEPTION, "unspecified")),
        ("shippo", "transit", "out_for_delivery", (S.OUT_FOR_DELIVERY, None)),
        ("aftership", "Levitating", None, UNKNOWN),
        ("nobody", "Delivered", None, UNKNOWN),
        ("aftership", "", "", UNKNOWN),
        ("aftership", None, None, UNKNOWN),
    ],
)
def test_a_code_means_what_the_table_says_or_is_unknown(
    source: str, status: str | None, substatus: str | None, means: tuple[S, str | None]
) -> None:
    assert meaning(source, status, substatus) == means


def offset(zone: tzinfo, at: datetime) -> object:
    return at.replace(tzinfo=zone).utcoffset()
