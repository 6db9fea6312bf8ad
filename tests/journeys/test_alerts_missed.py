"""What a team missed while it could not be told is said later, once, and nothing beside it is lost."""

from app.hooks import accounts
from app.hooks.alerts import gathered
from app.hooks.models import Hook, OffBecause
from app.lib.db import transaction
from app.listeners import alarms
from app.shops import calls
from app.vocabulary import CallState
from app.vocabulary import ExceptionKind as K
from tests.contracts.sources.network import playing
from tests.journeys.admin.conftest import counting
from tests.journeys.conftest import StoreVoice
from tests.journeys.hooks import due_now, named, settle, tellings, work
from tests.journeys.test_alerts import DESKS, KEYS, SLACK, wrong


def test_a_ticket_that_may_have_been_made_is_asked_for_when_what_was_missed_is_told(
    shopify_store: StoreVoice,
) -> None:
    session, hook = shopify_store.session, named(shopify_store, "gorgias", KEYS["gorgias"], alarms.TICKETS)
    with playing(DESKS["gorgias"]) as api:
        api.will(500, {})
        wrong(shopify_store, K.PRESUMED_LOST)
        settle(shopify_store)
        (call,) = tellings(shopify_store)
        accounts.went_wrong(session, hook.id, "it answers 401", OffBecause.REFUSED)
        session.commit()
        api.answers.clear()
        api.will(200, {"data": [{"id": 35, "external_id": call.key}]})
        switch_on_with_missed(shopify_store, hook)
    assert [asked.url.partition("?")[1] for asked in api.asked] == ["", "?"], "made once, then asked for"
    assert (tellings(shopify_store)[0].state, tellings(shopify_store)[0].result) == (CallState.DONE, "35")


def test_what_had_gathered_when_it_was_told_no_more_is_said_later(shopify_store: StoreVoice) -> None:
    session, hook = shopify_store.session, named(shopify_store, "slack", KEYS["slack"], alarms.USUAL)
    with playing(SLACK) as api:
        api.will(200, {})
        wrong(shopify_store, K.STALLED)
        settle(shopify_store)
        accounts.went_wrong(session, hook.id, "it answers 410", OffBecause.GONE)
        session.commit()
        switch_on_with_missed(shopify_store, hook)
    assert [asked.body["text"][:5] for asked in api.asked] == ["#1042"]


def test_what_happens_while_a_message_is_said_again_is_said_as_well(shopify_store: StoreVoice) -> None:
    session, hook = shopify_store.session, named(shopify_store, "slack", KEYS["slack"], alarms.USUAL)
    with playing(SLACK) as api:
        api.will(410, {}).will(200, {})
        wrong(shopify_store, K.STALLED)
        settle(shopify_store)
        due_now(shopify_store)
        work(shopify_store)
        accounts.switch_on(session, session.get_one(Hook, hook.id), with_missed=True)
        accounts.tell_missed(session, hook)
        session.commit()
        wrong(shopify_store, K.STALLED, 1043)  # the first one waits to be said again
        shopify_store.settle()
        for _ in range(2):
            due_now(shopify_store)
            work(shopify_store)
    assert [asked.body["text"][:5] for asked in api.asked] == ["#1042", "#1042", "#1043"]


def test_what_gathers_while_a_carrier_stands_still_is_read_together(shopify_store: StoreVoice) -> None:
    session, hook = shopify_store.session, named(shopify_store, "slack", KEYS["slack"], alarms.USUAL)
    for number in range(8):
        wrong(shopify_store, K.STALLED, 1042 + number)
    settle(shopify_store)
    due_now(shopify_store)
    with transaction() as claiming:
        due = calls.claim(claiming, [calls.TELL])
    assert due is not None
    session.expire_all()
    gathering = session.get_one(Hook, hook.id)
    with counting() as asked:
        said = gathered(session, shopify_store.shop, gathering, due)
    assert said is not None
    assert len(said["data"]["items"]) == 8
    assert len(asked) < 2 * 8


def switch_on_with_missed(voice: StoreVoice, hook: Hook) -> None:
    accounts.switch_on(voice.session, voice.session.get_one(Hook, hook.id), with_missed=True)
    accounts.tell_missed(voice.session, hook)
    voice.session.commit()
    work(voice)
