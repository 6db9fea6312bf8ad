"""Every recorded delivery of every platform is read, or said to be of no use."""

import base64
import contextlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib import plugins
from app.lib.reading import Unreadable
from app.lib.signing import any_matches
from app.platforms import shopify, woocommerce
from app.platforms.base import Platform, UnknownTopic

RECORDINGS = Path(__file__).parent.parent / "recordings"
WOO = sorted((RECORDINGS / "woocommerce").glob("*.json"))


def test_both_platforms_are_found() -> None:
    assert set(plugins.discover("app.platforms")) == {"shopify", "woocommerce"}


@pytest.mark.parametrize("topic", shopify.READERS)
def test_every_shopify_topic_has_a_recording_and_is_read(topic: str) -> None:
    file = RECORDINGS / "shopify" / f"{topic.replace('/', '__')}.json"
    assert file.exists(), f"no recording of {topic}"
    shopify.PLUGIN.parse(topic, json.loads(file.read_text()), "USD")


@pytest.mark.parametrize("file", WOO, ids=lambda file: file.stem)
def test_every_recorded_woocommerce_delivery_is_genuine_and_read(file: Path) -> None:
    recording = json.loads(file.read_text())
    body = base64.b64decode(recording["body_base64"])
    headers = {name.lower(): value for name, value in recording["headers"]}
    if woocommerce.PLUGIN.is_ping(headers, body):
        assert woocommerce.PLUGIN.signature_header not in headers
        return
    assert any_matches([recording["secret"]], body, headers[woocommerce.PLUGIN.signature_header])
    topic = woocommerce.PLUGIN.envelope(headers, body).topic
    if topic in woocommerce.READERS:
        woocommerce.PLUGIN.parse(topic, orjson.loads(body), "USD")
    else:
        with pytest.raises(UnknownTopic):
            woocommerce.PLUGIN.parse(topic, orjson.loads(body), "USD")


def test_two_deliveries_of_one_second_share_an_id_and_are_told_apart() -> None:
    headers = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-delivery-id": "426baa2b"}
    first, second = (woocommerce.PLUGIN.envelope(headers, body) for body in (b'{"id":1}', b'{"id":2}'))
    assert first.identity != second.identity


HOSTILE: list[Any] = [
    *(None, True, "", "x", "NaN", "1e999", "-1", "2021-13-45", "0", -1, 10**30, 1.5, 1e300),
    *([], {}, [None], [[]], [{}], [{"id": None}], [{"id": []}], {"id": []}, {"a": None}, [1, "x"]),
]
PLATFORMS: list[tuple[Platform, str]] = [
    *((shopify.PLUGIN, topic) for topic in shopify.READERS),
    *((woocommerce.PLUGIN, topic) for topic in woocommerce.READERS),
]


@given(st.data())
def test_a_body_with_anything_in_any_field_is_read_or_unreadable(data: st.DataObject) -> None:
    platform, topic = data.draw(st.sampled_from(PLATFORMS))
    body: dict[str, Any] = dict(_sample(platform.key, topic))
    for field in data.draw(st.lists(st.sampled_from(sorted(body) or ["id"]), max_size=4)):
        body[field] = data.draw(st.sampled_from(HOSTILE))
    with contextlib.suppress(Unreadable):
        platform.parse(topic, body, "USD")


@cache
def _sample(platform: str, topic: str) -> dict[str, Any]:
    if platform == shopify.PLUGIN.key:
        loaded: dict[str, Any] = json.loads(
            (RECORDINGS / "shopify" / f"{topic.replace('/', '__')}.json").read_text()
        )
        return loaded
    for file in WOO:
        recording = json.loads(file.read_text())
        if recording["topic"] == topic:
            found: dict[str, Any] = json.loads(recording["body_text"])
            return found
    return {"id": 1}
