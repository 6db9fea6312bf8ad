"""What holds of every listener, whoever it is; each says what it sends in a recording."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.lib import plugins
from app.listeners import base
from app.listeners.base import Listener, ListenerKind, Occasion, Request, Unfit
from tests.contracts.listeners.samples import DATA, told

RECORDINGS = Path(__file__).parents[2] / "recordings" / "listeners"
LISTENERS: dict[str, Listener] = plugins.discover("app.listeners")
AT = datetime(2026, 11, 24, 14, 2, 30, tzinfo=UTC)
KEYS = {
    "webhook": {"url": "https://hooks.example/in", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "klaviyo": {"api_key": "pk_0123456789abcdef"},
    "omnisend": {"api_key": "0123456789-abcdef"},
}
SERVICES = [key for key, it in LISTENERS.items() if it.kind is not ListenerKind.ENDPOINT]


def test_every_listener_is_tried_here() -> None:
    assert set(LISTENERS) == set(KEYS)
    assert set(DATA) == set(base.EVERYTHING)


@pytest.mark.parametrize("listener", LISTENERS.values(), ids=lambda it: it.key)
def test_it_takes_good_keys_and_starts_with_what_it_can_hear(listener: Listener) -> None:
    listener.check(KEYS[listener.key])
    assert set(listener.starts_with) <= set(listener.hears)
    assert {field.name for field in listener.fields} <= set(KEYS[listener.key])


@pytest.mark.parametrize("listener", LISTENERS.values(), ids=lambda it: it.key)
@pytest.mark.parametrize("kind", base.EVERYTHING)
def test_whatever_it_hears_is_said_the_same_way_each_time(listener: Listener, kind: str) -> None:
    if kind not in listener.hears:
        pytest.skip("it does not hear of this")
    first, second = (sent(listener, kind, at) for at in (AT, AT.replace(hour=22)))
    assert first.url.startswith("https://")
    assert (first.url, first.body) == (second.url, second.body)
    secrets = [KEYS[listener.key][field.name] for field in listener.fields if field.is_secret]
    assert not any(secret in first.body.decode() for secret in secrets)


@pytest.mark.parametrize("listener", LISTENERS.values(), ids=lambda it: it.key)
def test_a_key_that_would_break_a_header_is_not_taken(listener: Listener) -> None:
    for field in listener.fields:
        with pytest.raises(Unfit):
            listener.check({**KEYS[listener.key], field.name: "a\r\nX-Evil: ü"})


@pytest.mark.parametrize("key", SERVICES)
def test_what_it_sends_is_what_its_documentation_asks_for(key: str) -> None:
    recorded = json.loads((RECORDINGS / f"{key}.COMPOSED.json").read_bytes())
    for kind, wanted in recorded.items():
        request = sent(LISTENERS[key], kind, AT)
        assert (request.method, request.url) == (wanted.get("method", "POST"), wanted["url"])
        assert json.loads(request.body) == wanted["body"]
        assert wanted["headers"].items() <= dict(request.headers).items()


def sent(listener: Listener, kind: str, at: datetime, **data: Any) -> Request:
    occasion = Occasion(told=told(kind, **data), key="hook:7:evt_1042", at=at)
    found = listener.request(KEYS[listener.key], occasion)
    assert found is not None
    return found
