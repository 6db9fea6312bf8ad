"""What holds of every source of scans, over its recordings."""

import contextlib
import copy
import json
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.carriers.base import Parcel, Push, Source, Trust, Update
from app.lib import plugins
from app.lib.http import Outside
from app.lib.reading import Unreadable
from tests.contracts.sources.network import playing
from tests.contracts.test_platforms import HOSTILE

RECORDINGS = Path(__file__).parents[2] / "recordings" / "carriers"
SOURCES: dict[str, Source] = plugins.discover("app.carriers")


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.key)
def test_a_source_has_a_recording_that_tells_of_a_parcel(source: Source) -> None:
    assert [update for body in bodies(source.key) for update in source.parse(body) if update.scans]


SAYS_SO = ("17track", "dhl", "easypost", "fedex", "trackingmore", "ups", "usps")
CANNOT_SAY = {
    "aftership": "its Pending is said of parcels that were not scanned yet as well",
    "ship24": "a tracker without events may be new",
    "shippo": "its UNKNOWN is said of parcels that were not scanned yet as well",
}
"""Which sources say that nobody knows a number, and why the others do not."""


def test_of_each_source_it_is_known_whether_it_says_that_it_does_not_know_a_number() -> None:
    assert {*SAYS_SO, *CANNOT_SAY} == set(SOURCES)


@pytest.mark.parametrize("key", ["17track", "easypost", "trackingmore"])
def test_an_aggregator_that_does_not_know_a_number_says_so(key: str) -> None:
    body = json.loads((RECORDINGS / key / "not_found.COMPOSED.answer.json").read_bytes())
    host = {
        "17track": "api.17track.net",
        "easypost": "api.easypost.com",
        "trackingmore": "api.trackingmore.com",
    }
    keys = {field.name: "a-key" for field in SOURCES[key].fields}
    number = re.search(r'"(?:tracking_code|number|tracking_number)": "([^"]+)"', json.dumps(body))
    assert number is not None
    fetch = SOURCES[key].fetch
    assert fetch is not None
    with playing(host[key]) as api:
        api.will(200, {"trackers": [body]} if key == "easypost" else body)
        (update,) = fetch(Outside(), keys, (Parcel(number=number[1]),))
    assert (update.number, update.is_not_found, update.scans) == (number[1], True, ())
    assert not any(update.is_not_found for body in bodies(key) for update in SOURCES[key].parse(body))


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.key)
def test_what_a_source_tells_is_in_our_words_and_in_utc(source: Source) -> None:
    for update in (update for body in bodies(source.key) for update in source.parse(body)):
        assert update.number
        assert len({scan.external_id for scan in update.scans}) == len(update.scans)
        for at in times(update):
            assert at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.key)
def test_the_same_scans_keep_their_ids(source: Source) -> None:
    for body in bodies(source.key):
        first, again = source.parse(body), source.parse(copy.deepcopy(body))
        assert first == again


@pytest.mark.parametrize("source", [s for s in SOURCES.values() if s.verify], ids=lambda source: source.key)
def test_what_nobody_signed_is_refused(source: Source) -> None:
    assert source.verify is not None
    keys = {field.name: f"a-{field.name}" for field in source.fields}
    for body in (b"{}", b"", b"\xff", b"[]", b'{"verifyInfo": {"timeStr": "x", "signature": ""}}'):
        assert source.verify(Push(headers={}, body=body), keys) is Trust.NONE


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.key)
def test_a_source_can_be_tried_without_a_parcel_of_the_merchants(source: Source) -> None:
    assert source.authorize is not None or (source.fetch is not None and source.probe is not None)


@given(st.data())
def test_a_body_with_anything_anywhere_is_read_or_unreadable(data: st.DataObject) -> None:
    source = SOURCES[data.draw(st.sampled_from(sorted(SOURCES)))]
    body = copy.deepcopy(data.draw(st.sampled_from(bodies(source.key))))
    for _ in range(data.draw(st.integers(1, 3))):
        bend(body, data)
    with contextlib.suppress(Unreadable):
        for update in source.parse(body):
            assert all(at.utcoffset() == timedelta(0) for at in times(update))


def times(update: Update) -> list[Any]:
    named = (update.as_of, update.expected_at, update.expected_until)
    return [*(scan.happened_at for scan in update.scans), *(at for at in named if at is not None)]


@cache
def bodies(key: str) -> list[dict[str, Any]]:
    files = sorted((RECORDINGS / key).glob("*.json"))
    pushed = [file for file in files if not file.name.endswith(".answer.json")]
    return [json.loads(file.read_bytes()) for file in pushed or files]


def bend(node: Any, data: st.DataObject) -> None:
    """Put something hostile somewhere below a node."""
    while True:
        names = sorted(node) if isinstance(node, dict) else list(range(len(node)))
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        if not isinstance(node[name], dict | list) or not node[name] or data.draw(st.integers(0, 4)) == 0:
            node[name] = copy.deepcopy(data.draw(st.sampled_from(HOSTILE)))
            return
        node = node[name]
