"""Samples that may be read and not kept: the folder in CARRIER_SAMPLES, parcel by parcel."""

import json
import os
from collections.abc import Callable
from functools import reduce
from pathlib import Path

import pytest

from app.carriers import aftership, dhl, easypost, fedex, seventeentrack, shippo, ups, usps
from app.carriers.base import Update
from app.lib.reading import Json
from app.tracking.scans import progress
from app.tracking.scans.progress import Mark, Progress
from app.vocabulary import ShipmentStatus as S

FOLDER = os.environ.get("CARRIER_SAMPLES", "")
Read = Callable[[Json], tuple[Update, ...]]


def aftership_answer(body: Json) -> tuple[Update, ...]:
    data = body["data"]
    those = data.get("trackings") or [data.get("tracking") or data]
    return tuple(update for one in those for update in aftership.parse({"msg": one}))


def easypost_answer(body: Json) -> tuple[Update, ...]:
    return easypost.parse({"description": "tracker.created", "result": body})


def shippo_answer(body: Json) -> tuple[Update, ...]:
    return shippo.parse({"event": "track_updated", "data": body})


def seventeentrack_answer(body: Json) -> tuple[Update, ...]:
    return tuple(u for one in body["data"]["accepted"] for u in seventeentrack.parse({"data": one}))


RIGHT: dict[str, tuple[Read, list[S]]] = {
    "ups_track_v1.json": (ups.parse, [S.IN_TRANSIT]),
    "ups_track_v1_not_found.json": (ups.parse, []),
    "ups_track_v1_invalid_number.json": (ups.parse, []),
    "ups_track_v1_out_for_delivery_two_packages.COMPOSED.json": (
        ups.parse,
        [S.OUT_FOR_DELIVERY, S.PICKED_UP],
    ),
    "usps_v3_tracking.json": (usps.parse, [S.DELIVERED]),
    "usps_v3_error.json": (usps.parse, []),
    "fedex_track_v1.json": (fedex.parse, [S.PICKED_UP]),
    "fedex_track_v1_duplicate_number.json": (fedex.parse, [S.DELIVERED]),
    "fedex_track_v1_inconsistent_dates.json": (fedex.parse, [S.DELIVERED]),
    "fedex_track_v1_error.json": (fedex.parse, []),
    "dhl_unified_tracking.json": (dhl.parse, [S.LABEL_CREATED]),
    "dhl_unified_error.json": (dhl.parse, []),
    "easypost_webhook_event_tracker_updated.RAW.json": (easypost.parse, [S.IN_TRANSIT]),
    "easypost_event_retrieve.json": (easypost.parse, []),
    "easypost_tracker_create.json": (easypost_answer, [S.LABEL_CREATED]),
    "easypost_tracker_retrieve.json": (easypost_answer, [S.LABEL_CREATED]),
    "shippo_webhook_track_updated_docs.json": (shippo.parse, [S.DELIVERED]),
    "shippo_webhook_track_updated.COMPOSED.json": (shippo.parse, [S.IN_TRANSIT]),
    "shippo_track_SHIPPO_TRANSIT.json": (shippo_answer, [S.IN_TRANSIT]),
    "aftership_webhook_tracking_update_full.COMPOSED.json": (aftership.parse, [S.DELIVERED]),
    "aftership_webhook_tracking_update_trimmed.json": (aftership.parse, [S.IN_TRANSIT]),
    "aftership_api_GetTrackingResult.json": (aftership_answer, [S.DELIVERED]),
    "aftership_api_GetTrackingsResult.json": (aftership_answer, [S.DELIVERED, S.PENDING, S.PENDING]),
    "aftership_api_CreateTrackingResult.json": (aftership_answer, [S.PENDING]),
    "aftership_api_MarkAsCompletedResult.json": (aftership_answer, [S.DELIVERED]),
    "17track_webhook_v2_TRACKING_UPDATED.json": (seventeentrack.parse, [S.DELIVERED]),
    "17track_webhook_v2_TRACKING_STOPPED.json": (seventeentrack.parse, []),
    "17track_gettrackinfo_v2.json": (seventeentrack_answer, [S.DELIVERED]),
}
"""What a person reads in each, by its codes: dhl_unified_tracking says pre-transit beside "DELIVERED".

What a merchant marked in AfterShip (MarkAsCompletedResult) is no scan.
"""


@pytest.mark.skipif(not FOLDER, reason="CARRIER_SAMPLES names no folder")
def test_no_sample_gives_a_wrong_status() -> None:
    wrong, scans, unknown = {}, 0, 0
    for name, (read, right) in RIGHT.items():
        updates = read(json.loads((Path(FOLDER) / name).read_bytes()))
        assert not [fault for update in updates for fault in update.faults]
        scans += sum(len(update.scans) for update in updates)
        unknown += sum(scan.detail == "unknown" for update in updates for scan in update.scans)
        found = [_status(update) for update in updates]
        if found != right:
            wrong[name] = found
    print(f"\n{len(RIGHT)} samples, {scans} scans, {unknown} of unknown codes, {len(wrong)} wrong statuses")
    assert not wrong


def _status(update: Update) -> S:
    marks = (Mark.of(scan.status, scan.happened_at, scan.external_id, scan.detail) for scan in update.scans)
    return reduce(progress.merge, marks, Progress()).status
