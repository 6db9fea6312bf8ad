"""What the carriers' own answers say, scan by scan, and the mistakes that a library of this field makes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.carriers import dhl, fedex, ups, usps
from app.carriers.base import PickupPlace, Source, Update
from app.vocabulary import ShipmentStatus as S
from tests.contracts.sources.test_aggregators import recorded, scans


def test_every_scan_of_ups_is_right_and_in_utc() -> None:
    first, second = told(ups.PLUGIN, "track.COMPOSED.answer.json")
    assert scans(first) == [
        (S.OUT_FOR_DELIVERY, None, "2026-11-22 13:15"),
        (S.IN_TRANSIT, "arrived_destination", "2026-11-22 09:30"),
        (S.DELAYED, None, "2026-11-22 06:10"),
        (S.IN_TRANSIT, "departure_scan", "2026-11-22 03:15"),
        (S.PICKED_UP, "origin_scan", "2026-11-21 00:12"),
        (S.PICKED_UP, None, "2026-11-20 21:05"),
        (S.LABEL_CREATED, None, "2026-11-20 15:15"),
    ]
    assert scans(second) == [
        (S.DELIVERED, None, "2026-11-21 20:30"),
        (S.OUT_FOR_DELIVERY, None, "2026-11-21 13:30"),
        (S.PENDING, "unknown", "2026-11-21 12:00"),
        (S.LABEL_CREATED, None, "2026-11-20 15:15"),
    ]
    assert (first.service, first.scans[0].city, first.scans[0].region) == ("UPS Ground", "Parsippany", "NJ")


def test_every_scan_of_fedex_is_right_and_in_utc() -> None:
    first, second, unknown = told(fedex.PLUGIN, "track.COMPOSED.answer.json")
    assert (unknown.is_not_found, unknown.scans) == (True, ())
    assert scans(first) == [
        (S.OUT_FOR_DELIVERY, None, "2026-11-21 14:40"),
        (S.ATTEMPT_FAILED, "recipient_unavailable", "2026-11-20 21:05"),
        (S.IN_TRANSIT, None, "2026-11-20 12:00"),
        (S.IN_TRANSIT, "departure_scan", "2026-11-20 01:29"),
        (S.LABEL_CREATED, None, "2026-11-19 16:36"),
        (S.PICKED_UP, None, "2026-11-19 06:00"),
    ]
    assert scans(second) == [
        (S.AVAILABLE_FOR_PICKUP, None, "2026-11-21 23:00"),
        (S.PENDING, "unknown", "2026-11-21 22:00"),
    ]
    assert second.pickup == PickupPlace(name="Corner Drugs", address="12 Pine St, DENVER, 80202")


def test_every_scan_of_usps_is_right_and_in_utc() -> None:
    (update,) = told(usps.PLUGIN, "tracking.COMPOSED.answer.json")
    assert scans(update) == [
        (S.AVAILABLE_FOR_PICKUP, None, "2026-11-21 14:10"),
        (S.ATTEMPT_FAILED, "notice_left", "2026-11-20 20:31"),
        (S.OUT_FOR_DELIVERY, None, "2026-11-20 13:10"),
        (S.IN_TRANSIT, "arrival_scan", "2026-11-19 06:13"),
        (S.PENDING, "unknown", "2026-11-18 23:02"),
        (S.PICKED_UP, "acceptance_scan", "2026-11-18 16:10"),
        (S.LABEL_CREATED, None, "2026-11-17 16:32"),
    ]
    assert update.expected_at == datetime(2026, 11, 21, tzinfo=UTC)
    assert update.service == "USPS Ground Advantage™"


def test_every_event_of_dhl_is_right_by_the_clock_of_its_place() -> None:
    (update,) = told(dhl.PLUGIN, "shipments.COMPOSED.answer.json")
    assert scans(update) == [
        (S.EXCEPTION, "delivery_failed", "2026-11-20 14:20"),
        (S.IN_TRANSIT, None, "2026-11-19 21:05"),
        (S.PENDING, "unknown", "2026-11-19 19:00"),
        (S.LABEL_CREATED, None, "2026-11-18 15:00"),
    ]
    assert update.expected_at == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert update.expected_until == datetime(2026, 11, 21, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (ups.PLUGIN, "unknown.COMPOSED.answer.json"),
        (ups.PLUGIN, "invalid.COMPOSED.answer.json"),
        (usps.PLUGIN, "unknown.COMPOSED.answer.json"),
        (dhl.PLUGIN, "unknown.COMPOSED.answer.json"),
    ],
)
def test_a_number_that_the_carrier_does_not_know_tells_nothing(source: Source, name: str) -> None:
    assert source.parse(recorded(source.key, name)) == ()


def test_karrio_out_for_delivery_is_not_in_transit() -> None:
    assert ups_status("O", "OT") == (S.OUT_FOR_DELIVERY, None)
    assert ups_status("O", "??") == (S.OUT_FOR_DELIVERY, None)


def test_karrio_code_ot_is_out_for_delivery_under_type_i_as_well() -> None:
    assert ups_status("I", "OT") == (S.OUT_FOR_DELIVERY, None)


def test_karrio_a_pickup_scan_is_picked_up() -> None:
    assert ups_status("P", "PU") == (S.PICKED_UP, None)


def test_karrio_late_is_not_lost() -> None:
    assert ups_status("X", "LT") == (S.DELAYED, None)


def test_karrio_the_scheduled_day_is_told_and_the_rescheduled_one_before_it() -> None:
    scheduled = {"type": "SDD", "date": "20261123"}
    assert promised([scheduled]) == datetime(2026, 11, 23, tzinfo=UTC)
    assert promised([scheduled, {"type": "RDD", "date": "20261122"}]) == datetime(2026, 11, 22, tzinfo=UTC)
    assert promised([{"type": "DEL", "date": "20261121"}]) is None
    first, second = told(ups.PLUGIN, "track.COMPOSED.answer.json")
    assert first.expected_at == datetime(2026, 11, 22, 14, 45, tzinfo=UTC)
    assert first.expected_until == datetime(2026, 11, 22, 18, 45, tzinfo=UTC)
    assert second.expected_at is None


def test_karrio_two_packages_are_two() -> None:
    updates = told(ups.PLUGIN, "track.COMPOSED.answer.json")
    assert [update.number for update in updates] == ["1Z5R89390357567127", "1Z879E930346834440"]


def test_karrio_local_time_is_never_called_utc() -> None:
    line = {"status": {"type": "I"}, "date": "20261122", "time": "81500"}
    local = line | {"location": {"address": {"countryCode": "US", "stateProvince": "CA"}}}
    assert [at(one) for one in (line | {"gmtOffset": "-05:00"}, local)] == [
        datetime(2026, 11, 22, 13, 15, tzinfo=UTC),
        datetime(2026, 11, 22, 16, 15, tzinfo=UTC),
    ]
    event = {"eventCode": "03", "eventTimestamp": "2026-11-22T08:15:00", "eventState": "CA"}
    for more, hour in (
        ({}, 16),
        ({"GMTOffset": "-05:00"}, 13),
        ({"GMTTimestamp": "2026-11-22T10:15:00"}, 10),
    ):
        (update,) = usps.parse({"trackingNumber": "1", "trackingEvents": [event | more]})
        assert update.scans[0].happened_at == datetime(2026, 11, 22, hour, 15, tzinfo=UTC)


def test_karrio_pre_shipment_is_a_label() -> None:
    assert usps_status("Pre-Shipment", "ZZ") == (S.LABEL_CREATED, None)


def test_karrio_pickup_attempt_and_return_are_not_in_transit() -> None:
    assert usps_status("Available for Pickup", "ZZ") == (S.AVAILABLE_FOR_PICKUP, None)
    assert usps_status("Delivery Attempt", "ZZ") == (S.ATTEMPT_FAILED, None)
    assert usps_status("Return to Sender", "ZZ") == (S.RETURN_TO_SENDER, "returning")


def test_karrio_could_not_be_delivered_is_not_delivered() -> None:
    text = "Your item could not be delivered on November 20 at 1:31 pm."
    assert usps_status("Alert", "ZZ", text) == (S.EXCEPTION, "unspecified")


def test_the_category_of_usps_goes_before_the_code() -> None:
    assert usps_status("In Transit", "01") == (S.IN_TRANSIT, None)
    assert usps_status("Alert", "04") == (S.EXCEPTION, "recipient_refused")


def test_a_midnight_of_fedex_is_a_day_and_a_used_number_is_its_newest_parcel() -> None:
    first, second, _ = told(fedex.PLUGIN, "track.COMPOSED.answer.json")
    assert second.expected_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert first.expected_at == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert S.DELIVERED not in {scan.status for scan in first.scans}


def ups_status(kind: str, code: str) -> tuple[S, str | None]:
    line = {"status": {"type": kind, "code": code}, "gmtDate": "20261122", "gmtTime": "13:15:00"}
    return (scan := package([line]).scans[0]).status, scan.detail


def at(line: dict[str, Any]) -> datetime:
    return package([line]).scans[0].happened_at


def promised(days: list[dict[str, str]]) -> datetime | None:
    return package([], deliveryDate=days).expected_at


def package(activity: list[dict[str, Any]], **more: object) -> Update:
    one = {"trackingNumber": "1Z5R89390357567127", "activity": activity, **more}
    (update,) = ups.parse({"trackResponse": {"shipment": [{"package": [one]}]}})
    return update


def usps_status(category: str, code: str, text: str = "") -> tuple[S, str | None]:
    event = {"eventCode": code, "eventType": text, "GMTTimestamp": "2026-11-22T10:15:00Z"}
    body = {
        "trackingNumber": "1",
        "statusCategory": category,
        "statusSummary": text,
        "trackingEvents": [event],
    }
    (update,) = usps.parse(body)
    return update.scans[0].status, update.scans[0].detail


def told(source: Source, name: str) -> tuple[Update, ...]:
    updates = source.parse(recorded(source.key, name))
    assert not [fault for update in updates for fault in update.faults]
    return updates
