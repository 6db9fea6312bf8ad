"""Samples that may be read and not kept: the folder in CARRIER_SAMPLES, parcel by parcel."""

import json
import os
from functools import reduce
from pathlib import Path

import pytest

from app.carriers import dhl, fedex, ups, usps
from app.carriers.base import Source, Update
from app.tracking import progress
from app.tracking.progress import Mark, Progress
from app.vocabulary import ShipmentStatus as S

FOLDER = os.environ.get("CARRIER_SAMPLES", "")
RIGHT: dict[str, tuple[Source, list[S]]] = {
    "ups_track_v1.json": (ups.PLUGIN, [S.IN_TRANSIT]),
    "ups_track_v1_not_found.json": (ups.PLUGIN, []),
    "ups_track_v1_invalid_number.json": (ups.PLUGIN, []),
    "ups_track_v1_out_for_delivery_two_packages.COMPOSED.json": (
        ups.PLUGIN,
        [S.OUT_FOR_DELIVERY, S.PICKED_UP],
    ),
    "usps_v3_tracking.json": (usps.PLUGIN, [S.DELIVERED]),
    "usps_v3_error.json": (usps.PLUGIN, []),
    "fedex_track_v1.json": (fedex.PLUGIN, [S.PICKED_UP]),
    "fedex_track_v1_duplicate_number.json": (fedex.PLUGIN, [S.DELIVERED]),
    "fedex_track_v1_inconsistent_dates.json": (fedex.PLUGIN, [S.DELIVERED]),
    "fedex_track_v1_error.json": (fedex.PLUGIN, []),
    "dhl_unified_tracking.json": (dhl.PLUGIN, [S.LABEL_CREATED]),
    "dhl_unified_error.json": (dhl.PLUGIN, []),
}
"""What a person reads in each, by its codes: dhl_unified_tracking says pre-transit beside "DELIVERED"."""


@pytest.mark.skipif(not FOLDER, reason="CARRIER_SAMPLES names no folder")
def test_no_sample_gives_a_wrong_status() -> None:
    wrong, scans, unknown = {}, 0, 0
    for name, (source, right) in RIGHT.items():
        updates = source.parse(json.loads((Path(FOLDER) / name).read_bytes()))
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
