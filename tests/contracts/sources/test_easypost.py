"""EasyPost, over its own published recordings."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.carriers import easypost
from app.carriers.base import Parcel, Push, SourceError, Trust
from app.lib.http import Outside
from app.vocabulary import ShipmentStatus as S
from tests.contracts.sources.network import playing

RECORDINGS = Path(__file__).parents[2] / "recordings" / "carriers" / "easypost"
SIGNED = (RECORDINGS / "tracker.updated.json").read_bytes()
KEYS = {"api_key": "EZAK-key", "webhook_secret": "sécret"}
PUBLISHED = "hmac-sha256-hex=38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db"
HOST = "api.easypost.com"


def test_the_published_signature_is_genuine_and_one_byte_more_is_not() -> None:
    headers = {"x-hmac-signature": PUBLISHED}
    assert easypost.verify(Push(headers=headers, body=SIGNED), KEYS) is Trust.BODY
    assert easypost.verify(Push(headers=headers, body=SIGNED + b"\n"), KEYS) is Trust.NONE
    other = KEYS | {"webhook_secret": "secret"}
    assert easypost.verify(Push(headers=headers, body=SIGNED), other) is Trust.NONE


def test_the_newer_signature_covers_time_method_path_and_body() -> None:
    told = b"Fri, 20 Nov 2026 19:12:00 GMTPOST/webhooks/carriers/easypost/k" + SIGNED
    digest = hmac.new("se\u0301cret".encode(), told, hashlib.sha256).hexdigest()
    headers = {
        "x-timestamp": "Fri, 20 Nov 2026 19:12:00 GMT",
        "x-path": "/webhooks/carriers/easypost/k",
        "x-hmac-signature-v2": f"hmac-sha256-hex={digest}",
    }
    assert easypost.verify(Push(headers=headers, body=SIGNED), KEYS) is Trust.BODY
    moved = Push(headers=headers | {"x-path": "/elsewhere"}, body=SIGNED)
    assert easypost.verify(moved, KEYS) is Trust.NONE
    assert easypost.verify(Push(headers=headers, body=SIGNED, method="PUT"), KEYS) is Trust.NONE


def test_every_scan_of_the_recorded_tracker_is_read() -> None:
    (update,) = easypost.parse(json.loads(SIGNED))
    assert (update.number, update.carrier, update.service) == ("1", "FedEx", "FEDEX_GROUND")
    assert update.expected_at == datetime(2024, 8, 5, tzinfo=UTC)
    assert [(scan.status, scan.detail) for scan in update.scans] == [
        (S.LABEL_CREATED, None),
        (S.IN_TRANSIT, "arrival_scan"),
        (S.IN_TRANSIT, "arrival_scan"),
        (S.IN_TRANSIT, "departure_scan"),
        (S.IN_TRANSIT, None),
        (S.IN_TRANSIT, None),
        (S.IN_TRANSIT, "arrival_scan"),
    ]
    assert update.scans[1].city == "ORLANDO"
    assert update.scans[-1].happened_at == datetime(2024, 8, 2, 18, 50, tzinfo=UTC)


def test_every_status_of_the_composed_tracker_is_right() -> None:
    (update,) = easypost.parse(json.loads((RECORDINGS / "tracker.updated.COMPOSED.json").read_bytes()))
    assert [(scan.status, scan.detail) for scan in update.scans] == [
        (S.LABEL_CREATED, None),
        (S.PICKED_UP, "acceptance_scan"),
        (S.IN_TRANSIT, "departure_scan"),
        (S.DELAYED, "weather"),
        (S.OUT_FOR_DELIVERY, None),
        (S.EXCEPTION, "unspecified"),
        (S.OUT_FOR_DELIVERY, None),
        (S.DELIVERED, None),
        (S.PENDING, "unknown"),
    ]
    assert update.scans[-1].raw_status == "teleported/sideways"


def test_the_offset_of_a_scan_counts() -> None:
    (update,) = easypost.parse(json.loads((RECORDINGS / "tracker.updated.COMPOSED.json").read_bytes()))
    assert update.scans[0].happened_at == datetime(2026, 11, 16, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "detail", "means"),
    [
        ("delivered", "arrived_at_destination", (S.DELIVERED, None)),
        ("in_transit", "out_for_delivery", (S.OUT_FOR_DELIVERY, None)),
        ("failure", "damaged", (S.EXCEPTION, "damaged")),
        ("failure", "arrived_at_facility", (S.EXCEPTION, "delivery_failed")),
        ("failure", "return", (S.RETURN_TO_SENDER, "returning")),
        ("pre_transit", "arrived_at_facility", (S.LABEL_CREATED, None)),
        ("return_to_sender", "arrived_at_facility", (S.RETURN_TO_SENDER, "returning")),
        ("unknown", "unknown", (S.PENDING, "no_carrier_data")),
        ("in_transit", "brand_new_detail", (S.IN_TRANSIT, None)),
        ("error", "status_update", (S.EXCEPTION, "tracker_error")),
    ],
)
def test_a_detail_sharpens_a_status_and_never_contradicts_it(
    status: str, detail: str, means: tuple[S, str | None]
) -> None:
    line = {"status": status, "status_detail": detail, "datetime": "2026-11-20T10:00:00Z"}
    (update,) = easypost.parse(event(tracking_details=[line]))
    assert (update.scans[0].status, update.scans[0].detail) == means


def test_a_scan_without_a_time_is_left_out_and_named() -> None:
    lines = [{"status": "delivered", "datetime": "2026-02-30T10:00:00Z"}, {"status": "delivered"}]
    (update,) = easypost.parse(event(tracking_details=lines))
    assert (update.scans, len(update.faults)) == ((), 2)


def test_events_about_other_things_tell_nothing() -> None:
    assert easypost.parse({"description": "batch.created", "result": {"object": "Batch"}}) == ()


def test_a_parcel_is_registered_under_easyposts_own_name_of_its_carrier() -> None:
    tracker = json.loads((RECORDINGS / "tracker_created.answer.json").read_bytes())
    with playing(HOST) as api:
        api.will(201, tracker)
        (update,) = easypost.register(Outside(), KEYS, Parcel(number="EZ1000000001", carrier="dhl_express"))
    assert api.asked[0].body == {"tracker": {"tracking_code": "EZ1000000001", "carrier": "DHLExpress"}}
    assert api.asked[0].headers["Authorization"].startswith("Basic ")
    assert {scan.status for scan in update.scans} == {S.LABEL_CREATED}


def test_a_carrier_that_easypost_may_call_otherwise_is_left_to_it() -> None:
    with playing(HOST) as api:
        api.will(201, {"tracking_code": "X"})
        easypost.register(Outside(), KEYS, Parcel(number="X", carrier="Fahrradkurier"))
    assert api.asked[0].body == {"tracker": {"tracking_code": "X"}}


def test_a_parcel_is_asked_for_by_its_number() -> None:
    with playing(HOST) as api:
        api.will(200, {"trackers": [json.loads(SIGNED)["result"]]})
        (update,) = easypost.fetch(Outside(), KEYS, (Parcel(number="1"),))
    assert "tracking_code=1" in api.asked[0].url
    assert len(update.scans) == 7


@pytest.mark.parametrize("status", [401, 422, 302, 408, 429, 503])
def test_an_error_says_whether_asking_later_may_help(status: int) -> None:
    with playing(HOST) as api:
        api.will(status, {"error": {"code": "NOPE"}}, Retry_After="120")
        with pytest.raises(SourceError) as error:
            easypost.register(Outside(), KEYS, Parcel(number="1"))
    assert error.value.permanent is (status in (401, 422, 302))
    assert error.value.retry_after == (timedelta(seconds=120) if status in (429, 503) else None)


def event(**tracker: Any) -> dict[str, Any]:
    return {"description": "tracker.updated", "result": {"tracking_code": "1", **tracker}}
