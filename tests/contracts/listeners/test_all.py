"""What holds of every listener, whoever it is; each says what it sends in a recording."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.lib import plugins
from app.listeners import base
from app.listeners.base import Known, Listener, ListenerKind, Occasion, Request, Unfit
from tests.contracts.listeners.samples import ALERT, DATA, ORDER, TICKET, told

RECORDINGS = Path(__file__).parents[2] / "recordings" / "listeners"
LISTENERS: dict[str, Listener] = plugins.discover("app.listeners")
AT = datetime(2026, 11, 24, 14, 2, 30, tzinfo=UTC)
KEYS = {
    "webhook": {"url": "https://hooks.example/in", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "klaviyo": {"api_key": "pk_0123456789abcdef"},
    "omnisend": {"api_key": "0123456789-abcdef"},
    "slack": {"url": "https://hooks.slack.com/services/T0/B0/x"},
    "email": {"to": "team@ridge.example"},
    "zendesk": {"subdomain": "ridge", "email": "agent@ridge.example", "token": "abc"},
    "gorgias": {"subdomain": "ridge", "email": "agent@ridge.example", "api_key": "abc"},
}
MARKETING, DESK = ListenerKind.MARKETING, ListenerKind.DESK
SERVICES = [
    key for key, it in LISTENERS.items() if it.kind is not ListenerKind.ENDPOINT and it.letter is None
]
HEARD = [
    (key, kind)
    for key, it in LISTENERS.items()
    for kind in base.EVERYTHING
    if kind in it.hears and it.letter is None
]
SPECIAL = {ListenerKind.ALERT: ALERT, ListenerKind.DESK: TICKET}
"""What is told to people, and to help desks."""


def test_every_listener_is_tried_here() -> None:
    assert set(LISTENERS) == set(KEYS)
    assert set(DATA) == set(base.EVERYTHING)


@pytest.mark.parametrize("listener", LISTENERS.values(), ids=lambda it: it.key)
def test_it_takes_good_keys_and_starts_with_what_it_can_hear(listener: Listener) -> None:
    listener.check(KEYS[listener.key])
    assert set(listener.starts_with) <= set(listener.hears)
    assert {field.name for field in listener.fields} <= set(KEYS[listener.key])


@pytest.mark.parametrize(("key", "kind"), HEARD)
def test_whatever_it_hears_is_said_the_same_way_each_time(key: str, kind: str) -> None:
    listener = LISTENERS[key]
    first, second = (sent(listener, kind, at) for at in (AT, AT.replace(hour=22)))
    assert first.url.startswith("https://")
    assert (first.url, first.body) == (second.url, second.body)
    secrets = [KEYS[listener.key][field.name] for field in listener.fields if field.is_secret]
    assert not any(secret in first.body.decode() for secret in secrets)
    assert listener.kind is not ListenerKind.MARKETING or "ridge.myshopify.com" not in first.body.decode()


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
        assert json.loads(request.body or b"null") == wanted["body"]
        assert wanted["headers"].items() <= dict(request.headers).items()


@pytest.mark.parametrize("key", ["klaviyo", "omnisend"])
def test_a_number_that_is_none_does_not_cost_the_event(key: str) -> None:
    order = ORDER | {"customer": ORDER["customer"] | {"phone": "ask my mother"}}
    body = sent(LISTENERS[key], "order.placed", AT, order=order).body
    assert b"mother" not in body
    assert b"ada@example.com" in body
    assert ORDER["customer"]["phone"].encode() in sent(LISTENERS[key], "order.placed", AT).body


def test_who_makes_tickets_is_asked_for_its_own_before_it_makes_another() -> None:
    for key, answer in (
        ("zendesk", {"tickets": [{"id": 35, "external_id": "hook:7:evt_1042"}]}),
        ("gorgias", {"data": [{"id": 35, "external_id": "hook:7:evt_1042"}]}),
    ):
        listener, occasion = LISTENERS[key], Occasion(told=TICKET, key="hook:7:evt_1042", at=AT)
        assert listener.asked is not None
        question = listener.asked(KEYS[key], occasion)
        assert (question.method, question.body) == ("GET", b"")
        assert question.url.endswith("external_id=hook%3A7%3Aevt_1042")
        assert listener.is_known(answer, occasion) == "35"
        assert listener.is_known({"tickets": [{"id": 1}], "data": [{"id": 1}]}, occasion) is None
        assert listener.is_known({}, occasion) is None


@pytest.mark.parametrize("key", ["gorgias", "klaviyo", "zendesk"])
def test_it_is_asked_to_forget_somebody_as_its_documentation_says(key: str) -> None:
    recorded = json.loads((RECORDINGS / f"{key}.forget.COMPOSED.json").read_bytes())
    listener = LISTENERS[key]
    assert listener.forget is not None
    assert listener.forgets
    for wanted in recorded:
        request = listener.forget(KEYS[key], Known(**wanted["known"]))
        assert (request.method, request.url) == (wanted["method"], wanted["url"])
        assert json.loads(request.body or b"null") == wanted["body"]
        assert wanted["headers"].items() <= dict(request.headers).items()


def test_whoever_cannot_be_asked_to_forget_somebody_is_named() -> None:
    cannot = {key for key, it in LISTENERS.items() if it.forget is None and it.kind in (MARKETING, DESK)}
    assert cannot == {"omnisend"}, "the certificate says of it that a person has to"


def test_a_ticket_about_nobody_is_not_made() -> None:
    order = {**TICKET["data"]["order"], "customer": {**TICKET["data"]["order"]["customer"], "email": None}}
    nobody = {**TICKET, "data": {**TICKET["data"], "order": order}}
    for key in ("zendesk", "gorgias"):
        assert LISTENERS[key].request(KEYS[key], Occasion(told=nobody, key="k", at=AT)) is None


def test_a_mail_says_all_in_plain_words() -> None:
    listener = LISTENERS["email"]
    assert listener.letter is not None
    letter = listener.letter(KEYS["email"], Occasion(told=ALERT, key="k", at=AT))
    assert letter.subject == "5 things need a look (Ridge & Pine)"
    assert "#1042: Not moving. No scan since Nov 20. Ask UPS to look for it." in letter.text
    assert "… and 3 more." in letter.text


@pytest.mark.parametrize(
    ("key", "changed"),
    [
        ("slack", {"url": "https://hooks.slack.com.evil.example/services/x"}),
        ("slack", {"url": "https://user@hooks.slack.com/services/x"}),
        ("slack", {"url": "http://hooks.slack.com/services/x"}),
        ("zendesk", {"subdomain": "evil.example/"}),
        ("zendesk", {"subdomain": "ridge.zendesk.com"}),
        ("gorgias", {"subdomain": "evil#"}),
        ("klaviyo", {"api_key": "AbCdEf"}),
        ("email", {"to": "nobody"}),
    ],
)
def test_what_would_lead_elsewhere_is_not_taken(key: str, changed: dict[str, str]) -> None:
    with pytest.raises(Unfit):
        LISTENERS[key].check({**KEYS[key], **changed})


def sent(listener: Listener, kind: str, at: datetime, **data: Any) -> Request:
    what = SPECIAL.get(listener.kind) or told(kind, **data)
    found = listener.request(KEYS[listener.key], Occasion(told=what, key="hook:7:evt_1042", at=at))
    assert found is not None
    return found
