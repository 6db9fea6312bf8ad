"""When carriers are asked again."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tracking.polls import intervals
from app.tracking.polls.intervals import Standing, next_look
from app.vocabulary import ShipmentStatus as S

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
TAXONOMY = {S(one["id"]): one["poll_minutes"] for one in json.loads(intervals.FILE.read_text())["statuses"]}
OPEN = [status for status, minutes in TAXONOMY.items() if minutes and status is not S.OUT_FOR_DELIVERY]


def standing(status: S, since: datetime = NOON, detail: str | None = None) -> Standing:
    return Standing(status=status, detail=detail, since=since, zone=NEW_YORK)


@pytest.mark.parametrize("status", OPEN)
def test_a_status_is_asked_about_as_often_as_the_table_says_within_a_tenth(status: S) -> None:
    looks = [next_look(standing(status), NOON) for _ in range(200)]
    waits = [look - NOON for look in looks if look]
    every = timedelta(minutes=TAXONOMY[status])
    assert len(waits) == 200
    assert every * 0.9 <= min(waits) < every < max(waits) <= every * 1.1


@given(st.timedeltas(timedelta(0), timedelta(days=365)), st.sampled_from(["America/New_York", "UTC"]))
def test_a_van_is_asked_about_by_day_only(later: timedelta, zone: str) -> None:
    now = NOON + later
    parcel = Standing(status=S.OUT_FOR_DELIVERY, detail=None, since=now, zone=ZoneInfo(zone))
    look = next_look(parcel, now)
    assert look is not None
    assert intervals.DAY_BEGINS <= look.astimezone(parcel.zone).hour < intervals.DAY_ENDS
    assert timedelta(minutes=50) < look - now < timedelta(hours=13)


def test_a_delivery_is_confirmed_once_a_day_later() -> None:
    assert next_look(standing(S.DELIVERED), NOON) == NOON + timedelta(hours=24)
    assert next_look(standing(S.DELIVERED), NOON + timedelta(hours=24)) is None


def test_what_has_ended_is_not_asked_about() -> None:
    assert next_look(standing(S.CANCELLED), NOON) is None
    assert next_look(standing(S.RETURN_TO_SENDER, detail="returned"), NOON) is None
    assert next_look(standing(S.RETURN_TO_SENDER, detail="returning"), NOON) is not None


def test_after_a_month_without_a_change_nobody_asks() -> None:
    assert next_look(standing(S.IN_TRANSIT, NOON - timedelta(days=30)), NOON) is not None
    assert next_look(standing(S.IN_TRANSIT, NOON - timedelta(days=30, minutes=1)), NOON) is None
