"""What the other aggregators' recordings say, scan by scan, and whose deliveries are believed."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.carriers import aftership, seventeentrack, ship24, shippo, trackingmore
from app.carriers.base import PickupPlace, Push, Source, Trust, Update
from app.vocabulary import ShipmentStatus as S
from tests.contracts.sources.test_all import RECORDINGS

Told = list[tuple[S, str | None, str]]


def test_every_checkpoint_of_aftership_is_right() -> None:
    update = told(aftership.PLUGIN, "tracking_update.COMPOSED.json")
    assert scans(update) == [
        (S.LABEL_CREATED, None, "2018-07-23 06:21"),
        (S.PICKED_UP, "acceptance_scan", "2018-07-23 08:58"),
        (S.IN_TRANSIT, "departure_scan", "2018-07-23 12:45"),
        (S.IN_TRANSIT, None, "2018-07-23 15:13"),
        (S.IN_TRANSIT, "arrival_scan", "2018-07-23 15:14"),
        (S.IN_TRANSIT, "departure_scan", "2018-07-23 15:14"),
        (S.IN_TRANSIT, "departure_scan", "2018-07-23 19:26"),
        (S.IN_TRANSIT, None, "2018-07-23 20:01"),
        (S.IN_TRANSIT, None, "2018-07-23 20:03"),
        (S.IN_TRANSIT, "arrived_destination_country", "2018-07-23 23:27"),
        (S.IN_TRANSIT, None, "2018-07-24 00:35"),
        (S.IN_TRANSIT, "departure_scan", "2018-07-24 02:12"),
        (S.OUT_FOR_DELIVERY, None, "2018-07-24 04:02"),
        (S.DELIVERED, None, "2018-07-25 01:10"),
    ]
    assert (update.number, update.carrier, update.service) == (
        "111111111111",
        "fedex",
        "FedEx International Economy",
    )
    assert (update.scans[-1].city, update.scans[-1].country) == ("SAPPORO", "JP")
    assert update.pickup == PickupPlace(name="Flagship Store")
    assert update.expected_at is None  # only AfterShip's own prediction, which is not the carrier's


def test_the_carriers_window_in_aftership_is_kept() -> None:
    window = {
        "estimated_delivery_date_min": "2026-11-20T09:00:00-05:00",
        "estimated_delivery_date": "2026-11-20",
    }
    window["estimated_delivery_date_max"] = "2026-11-20T13:00:00-05:00"
    body = {"msg": {"tracking_number": "1", "courier_estimated_delivery_date": window}}
    (update,) = aftership.parse(body)
    assert update.expected_at == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert update.expected_until == datetime(2026, 11, 20, 18, tzinfo=UTC)


def test_every_scan_of_shippo_is_right() -> None:
    update = told(shippo.PLUGIN, "track_updated.COMPOSED.json")
    assert scans(update) == [
        (S.PENDING, "no_carrier_data", "2018-07-28 21:39"),
        (S.IN_TRANSIT, None, "2018-07-29 23:44"),
    ]


def test_every_event_of_17track_is_right() -> None:
    update = told(seventeentrack.PLUGIN, "TRACKING_UPDATED.json")
    assert scans(update) == [
        (S.DELIVERED, None, "2022-05-02 18:34"),
        (S.PICKED_UP, None, "2022-04-26 06:30"),
        (S.LABEL_CREATED, None, "2022-04-25 02:00"),
    ]
    assert update.expected_at == datetime(2022, 5, 1, 12, tzinfo=UTC)
    assert update.expected_until == datetime(2022, 5, 4, 0, tzinfo=UTC)
    assert update.carrier == "AEON"


def test_17track_saying_that_it_stops_tells_nothing_else() -> None:
    (update,) = seventeentrack.parse(recorded("17track", "TRACKING_STOPPED.json"))
    assert update == Update(number="RR123456789CN", is_ended=True)


@pytest.mark.parametrize(
    ("event", "means"),
    [
        ({"sub_status": "InTransit_CustomsReleased", "stage": None}, (S.IN_TRANSIT, "customs_cleared")),
        ({"sub_status": None, "stage": "PickedUp"}, (S.PICKED_UP, None)),
        ({"sub_status": None, "stage": "Returned"}, (S.RETURN_TO_SENDER, "returned")),
        ({"sub_status": "Delivered_Brand_New", "stage": None}, (S.DELIVERED, None)),
        ({"sub_status": None, "stage": None}, (S.PENDING, "unknown")),
        ({"sub_status": "Teleported_Other", "stage": None}, (S.PENDING, "unknown")),
    ],
)
def test_17track_names_stages_in_two_ways(event: dict[str, Any], means: tuple[S, str | None]) -> None:
    line = {"time_utc": "2026-11-20T10:00:00Z", "description": "x", **event}
    info = {"tracking": {"providers": [{"events": [line]}]}}
    (update,) = seventeentrack.parse({"data": {"number": "1", "track_info": info}})
    assert (update.scans[0].status, update.scans[0].detail) == means


def test_every_checkpoint_of_trackingmore_is_right_by_the_clock_of_its_place() -> None:
    update = told(trackingmore.PLUGIN, "update.COMPOSED.json")
    assert scans(update) == [
        (S.DELIVERED, None, "2026-11-20 18:58"),
        (S.OUT_FOR_DELIVERY, None, "2026-11-20 13:10"),
        (S.ATTEMPT_FAILED, "recipient_unavailable", "2026-11-19 22:20"),
        (S.IN_TRANSIT, "departure_scan", "2026-11-19 05:05"),
        (S.IN_TRANSIT, "arrival_scan", "2026-11-18 09:31"),
        (S.EXCEPTION, "customs_hold", "2026-11-17 18:00"),
        (S.LABEL_CREATED, None, "2026-11-16 15:00"),
    ]
    assert (update.scans[0].city, update.scans[0].region, update.scans[0].country) == ("NEW YORK", "NY", "US")
    assert update.expected_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_every_event_of_ship24_is_right_by_the_clock_of_its_place() -> None:
    update = told(ship24.PLUGIN, "trackings.COMPOSED.json")
    assert scans(update) == [
        (S.DELIVERED, None, "2026-11-20 14:11"),
        (S.OUT_FOR_DELIVERY, None, "2026-11-20 07:30"),
        (S.ATTEMPT_FAILED, None, "2026-11-19 11:00"),
        (S.IN_TRANSIT, None, "2026-11-18 19:15"),
        (S.IN_TRANSIT, None, "2026-11-17 08:00"),
        (S.LABEL_CREATED, None, "2026-11-16 17:00"),
        (S.PENDING, "unknown", "2026-11-20 15:00"),
    ]
    assert update.scans[0].external_id == "67a64a66-c0cd-429c-a00b-4a30499fd991"
    assert update.expected_at == datetime(2026, 11, 20, 17, tzinfo=UTC)


def test_aftership_signs_the_body_in_base64() -> None:
    keys, body = {"webhook_secret": "whs"}, b'{"msg": 1}'
    signature = base64.b64encode(hmac.digest(b"whs", body, hashlib.sha256)).decode()
    assert trust(aftership.PLUGIN, keys, body, {"aftership-hmac-sha256": signature}) is Trust.BODY
    assert trust(aftership.PLUGIN, keys, body + b" ", {"aftership-hmac-sha256": signature}) is Trust.NONE


def test_shippo_signs_time_and_body_where_it_was_asked_to_and_hints_elsewhere() -> None:
    keys, body = {"webhook_secret": "whs"}, b'{"event": 1}'
    digest = hmac.new(b"whs", b"1795201918." + body, hashlib.sha256).hexdigest()
    header = {"shippo-auth-signature": f"t=1795201918,v1={digest}"}
    assert trust(shippo.PLUGIN, keys, body, header) is Trust.BODY
    later = {"shippo-auth-signature": f"t=1795201919,v1={digest}"}
    assert trust(shippo.PLUGIN, keys, body, later) is Trust.NONE
    assert trust(shippo.PLUGIN, keys, body, {}) is Trust.NONE
    assert trust(shippo.PLUGIN, {}, body, {}) is Trust.HINT


def test_17track_hashes_the_body_with_the_accounts_key() -> None:
    keys, body = {"api_key": "K"}, b'{"event": "TRACKING_UPDATED"}'
    sign = hashlib.sha256(body + b"/K").hexdigest()
    assert trust(seventeentrack.PLUGIN, keys, body, {"sign": sign}) is Trust.BODY
    assert trust(seventeentrack.PLUGIN, {"api_key": "L"}, body, {"sign": sign}) is Trust.NONE


def test_trackingmore_signs_the_time_alone_so_it_only_hints() -> None:
    body = (RECORDINGS / "trackingmore" / "update.COMPOSED.json").read_bytes()
    assert trust(trackingmore.PLUGIN, {"email": "owner@ridge.example"}, body, {}) is Trust.HINT
    assert trust(trackingmore.PLUGIN, {"email": "other@ridge.example"}, body, {}) is Trust.NONE


def test_ship24_knows_a_shared_word_so_it_only_hints() -> None:
    keys = {"webhook_secret": "whs"}
    assert trust(ship24.PLUGIN, keys, b"{}", {"authorization": "Bearer whs"}) is Trust.HINT
    assert trust(ship24.PLUGIN, keys, b"{}", {"authorization": "Bearer wh"}) is Trust.NONE


def trust(source: Source, keys: dict[str, str], body: bytes, headers: dict[str, str]) -> Trust:
    assert source.verify is not None
    return source.verify(Push(headers=headers, body=body), keys)


def recorded(key: str, name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((RECORDINGS / key / name).read_bytes())
    return body


def told(source: Source, name: str) -> Update:
    (update,) = source.parse(recorded(source.key, name))
    assert update.faults == ()
    return update


def scans(update: Update) -> Told:
    return [(s.status, s.detail, s.happened_at.strftime("%Y-%m-%d %H:%M")) for s in update.scans]
