"""A merchant's team hears once of what it has to see to: many things within minutes in one message."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import select

from app.commerce.models import Order
from app.hooks import accounts
from app.hooks.models import Hook, OffBecause
from app.lib import clock
from app.lib.config import settings
from app.listeners import alarms
from app.privacy import erasure
from app.tracking.exceptions import watch
from app.tracking.exceptions.rules import Due
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.shoppers import cases
from app.vocabulary import CallReason, CallState, CaseKind, CaseWish
from app.vocabulary import ExceptionKind as K
from tests.contracts.smtp_server import ScriptedServer
from tests.contracts.sources.network import playing
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.hooks import due_now, named, settle, tellings, work

SLACK = "hooks.slack.com"
KEYS = {
    "slack": {"url": f"https://{SLACK}/services/T0/B0/x"},
    "zendesk": {"subdomain": "ridge", "email": "agent@ridge.example", "token": "abc"},
    "gorgias": {"subdomain": "ridge", "email": "agent@ridge.example", "api_key": "abc"},
    "email": {"to": "team@ridge.example"},
}
DESKS = {"zendesk": "ridge.zendesk.com", "gorgias": "ridge.gorgias.com"}


def test_many_things_within_minutes_are_one_message(shopify_store: StoreVoice) -> None:
    named(shopify_store, "slack", KEYS["slack"], alarms.USUAL)
    with playing(SLACK) as api:
        api.will(200, {})
        for number in range(13):
            wrong(shopify_store, K.STALLED, 1042 + number)
        settle(shopify_store)
        assert api.asked == [], "it gathers first"
        due_now(shopify_store)
        work(shopify_store)
    (asked,) = api.asked
    said = asked.body["blocks"][0]["text"]["text"]
    assert said.startswith("*13 things need a look (Ridge &amp; Pine)*")
    assert "#1042>: *Not moving* No scan since" in said
    assert "… and 3 more." in said
    assert "ada@example.com" not in said


def test_what_happens_after_that_waits_for_ten_minutes_and_is_another_message(
    shopify_store: StoreVoice,
) -> None:
    hook = named(shopify_store, "slack", KEYS["slack"], alarms.USUAL)
    with playing(SLACK) as api:
        api.will(200, {})
        for number in (1042, 1043):
            wrong(shopify_store, K.STALLED, number)
            settle(shopify_store)
            call = tellings(shopify_store)[-1]
            told_at = shopify_store.session.get_one(Hook, hook.id).told_at
            if told_at is not None:
                assert (call.due_at - told_at).total_seconds() > 590
            due_now(shopify_store)
            work(shopify_store)
    assert [asked.body["text"] for asked in api.asked] == [
        "#1042: Not moving (Ridge &amp; Pine)",
        "#1043: Not moving (Ridge &amp; Pine)",
    ]


def test_what_is_over_by_then_is_left_out_and_nothing_is_said_of_nothing(shopify_store: StoreVoice) -> None:
    named(shopify_store, "slack", KEYS["slack"], alarms.USUAL)
    session = shopify_store.session
    with playing(SLACK) as api:
        api.will(200, {})
        wrong(shopify_store, K.STALLED)
        settle(shopify_store)
        row = session.scalars(select(ExceptionRow)).one()
        watch.clear(session, session.scalars(select(Order)).one(), row, clock.now())
        session.commit()
        due_now(shopify_store)
        settle(shopify_store)
    assert api.asked == []
    assert tellings(shopify_store)[0].reason is CallReason.SUPERSEDED


def test_a_message_that_was_not_taken_says_the_same_later_and_what_came_since_is_told_apart(
    shopify_store: StoreVoice,
) -> None:
    named(shopify_store, "slack", KEYS["slack"], alarms.USUAL)
    with playing(SLACK) as api:
        api.will(503, {}).will(200, {})
        for number in (1042, 1043):
            wrong(shopify_store, K.LATE, number)
            settle(shopify_store)
            due_now(shopify_store)
            work(shopify_store)
        due_now(shopify_store)
        work(shopify_store)
    assert [asked.body["text"][:5] for asked in api.asked] == ["#1042", "#1042", "#1043"]


def test_only_what_the_team_wants_to_hear_of_is_said(shopify_store: StoreVoice) -> None:
    named(shopify_store, "slack", KEYS["slack"], ("exception:presumed_lost",))
    wrong(shopify_store, K.STALLED)
    settle(shopify_store)
    assert tellings(shopify_store) == []


@pytest.mark.parametrize("desk", ["zendesk", "gorgias"])
def test_a_help_desk_gets_one_ticket_for_each_thing_with_the_parcels_story(
    shopify_store: StoreVoice, desk: str
) -> None:
    named(shopify_store, desk, KEYS[desk], alarms.TICKETS)
    with playing(DESKS[desk]) as api:
        api.will(201, {"id": 35, "ticket": {"id": 35}})
        wrong(shopify_store, K.PRESUMED_LOST)
        settle(shopify_store)
        watch_again(shopify_store)
        settle(shopify_store)
    (asked,) = api.asked
    ticket = asked.body.get("ticket", asked.body)
    story = text_of(ticket)
    assert ticket["subject"] == "#1042: Maybe lost"
    assert story.startswith("Maybe lost. No scan since")
    for line in (
        "Order #1042, placed",
        "Parcel 1Z5R89390357567127 with UPS: https://",
        "in transit · Denver, CO",
    ):
        assert line in story
    assert "https://doorstep.test/t/" in story
    (call,) = tellings(shopify_store)
    assert (call.state, call.result, call.payload) == (CallState.DONE, "35", None)


@pytest.mark.parametrize("desk", ["zendesk", "gorgias"])
def test_a_ticket_whose_answer_was_lost_is_asked_for_before_another_is_made(
    shopify_store: StoreVoice, desk: str
) -> None:
    named(shopify_store, desk, KEYS[desk], alarms.TICKETS)
    with playing(DESKS[desk]) as api:
        api.will(500, {})
        wrong(shopify_store, K.PRESUMED_LOST)
        settle(shopify_store)
        (call,) = tellings(shopify_store)
        found = [{"id": 35, "external_id": call.key}]
        api.answers.clear()
        api.will(200, {"tickets": found, "data": found})
        due_now(shopify_store)
        work(shopify_store)
    assert [asked.url.partition("?")[1] for asked in api.asked] == ["", "?"], "made once, then asked for"
    assert (tellings(shopify_store)[0].state, tellings(shopify_store)[0].result) == (CallState.DONE, "35")


def test_what_a_shopper_reports_becomes_a_ticket_in_their_words_once(shopify_store: StoreVoice) -> None:
    named(shopify_store, "zendesk", KEYS["zendesk"], alarms.TICKETS)
    session = shopify_store.session
    with playing(DESKS["zendesk"]) as api:
        api.will(201, {"ticket": {"id": 35}})
        parcel(shopify_store, 1042)
        order = session.scalars(select(Order)).one()
        for words in ("It is not here.", "Still not here."):
            cases.report(session, order.id, kind=CaseKind.NOT_RECEIVED, wish=CaseWish.RESEND, words=words)
            session.commit()
            settle(shopify_store)
    (asked,) = api.asked
    story = text_of(asked.body["ticket"])
    assert asked.body["ticket"]["subject"] == "#1042: Problem reported"
    assert "They would like it sent again." in story
    assert "They wrote: It is not here." in story
    erasure.erase_order(session, session.scalars(select(Order)).one())
    session.commit()
    assert all("not here" not in str(call.tries) for call in tellings(shopify_store))


def test_a_team_is_mailed_and_a_merchant_hears_of_a_service_that_takes_nothing(
    shopify_store: StoreVoice, mail_server: ScriptedServer
) -> None:
    named(shopify_store, "email", KEYS["email"], alarms.USUAL)
    shopify_store.shop.email = "owner@ridge.example"
    hook = named(shopify_store, "slack", KEYS["slack"], ("case.opened",))
    wrong(shopify_store, K.STALLED)
    settle(shopify_store)
    due_now(shopify_store)
    work(shopify_store)
    accounts.went_wrong(shopify_store.session, hook.id, "it answers 410", OffBecause.GONE)
    shopify_store.session.commit()
    work(shopify_store)
    team, owner = (message_from_bytes(raw, policy=default) for raw in mail_server.taken)
    assert (team["To"], team["Subject"]) == ("team@ridge.example", "#1042: Not moving (Ridge & Pine)")
    assert "No scan since" in plain(team)
    assert (owner["To"], owner["Subject"]) == (
        "owner@ridge.example",
        "Slack is no longer told (Ridge & Pine)",
    )
    assert f"https://doorstep.test/admin/{hook.shop_id}/services/{hook.id}" in plain(owner)
    assert {call.state for call in tellings(shopify_store)} == {CallState.DONE}


def test_a_mail_that_cannot_go_is_tried_again_under_the_same_id(
    shopify_store: StoreVoice, mail_server: ScriptedServer
) -> None:
    named(shopify_store, "email", KEYS["email"], alarms.USUAL)
    mail_server.script["DOT"] = ["451 4.3.0 later"]
    wrong(shopify_store, K.STALLED)
    settle(shopify_store)
    for _ in range(2):
        due_now(shopify_store)
        work(shopify_store)
    (call,) = tellings(shopify_store)
    assert (call.state, len(call.tries)) == (CallState.DONE, 2)
    assert len({message_from_bytes(raw)["Message-ID"] for raw in mail_server.taken}) == 1


def parcel(voice: StoreVoice, number: int) -> Shipment:
    now = clock.now()
    voice.shopify("orders/paid", payloads.order(now, number))
    voice.shopify("fulfillments/create", payloads.fulfillment(now, number, number))
    voice.shopify("fulfillment_events/create", payloads.scan("in_transit", now, number, number, number))
    voice.settle()
    return voice.session.scalars(select(Shipment).order_by(Shipment.id.desc())).first()  # type: ignore[return-value]  # it was just made


def wrong(voice: StoreVoice, kind: K, number: int = 1042) -> None:
    """Let something go wrong with a parcel."""
    it, session, now = parcel(voice, number), voice.session, clock.now()
    order = session.get_one(Order, it.order_id, with_for_update=True)
    evidence: dict[str, Any] = {"days": 3} if kind is not K.LATE else {"promised_by": "carrier"}
    watch.begin(session, order, it.id, Due(kind=kind, since=now, at=now, evidence=evidence), now)
    session.commit()


def watch_again(voice: StoreVoice) -> None:
    """Let the same be found again while it is so still."""
    session, now = voice.session, clock.now()
    row = session.scalars(select(ExceptionRow).filter_by(cleared_at=None)).one()
    order = session.get_one(Order, row.order_id, with_for_update=True)
    watch.begin(session, order, row.shipment_id, Due(kind=row.kind, since=now, at=now), now)
    session.commit()


def text_of(ticket: dict[str, Any]) -> str:
    note = ticket["comment"]["body"] if "comment" in ticket else ticket["messages"][0]["body_text"]
    assert ticket.get("comment", {}).get("public") is not True
    return str(note)


def plain(mail: Any) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content())


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    monkeypatch.setenv("DOORSTEP_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
    settings.cache_clear()
    yield server
    settings.cache_clear()
    server.close()
