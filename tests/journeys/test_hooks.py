"""Whoever a merchant names hears of each event once, again while it is not taken, and nothing after that."""

from datetime import timedelta
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from sqlalchemy import select

from app.audience.models import Profile
from app.hooks import accounts
from app.hooks.models import Hook, OffBecause
from app.lib import clock, http
from app.privacy import erasure
from app.shops import calls
from app.shops.install import mark_broken, uninstall
from app.shops.models import Call
from app.vocabulary import CallReason, CallState
from tests.contracts.listeners.test_webhook import checks
from tests.contracts.sources.network import playing
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.hooks import HOST, buy, due_now, named, settle, tellings, work
from tests.unit.shopify.store import StoreApi, respond

DONE = CallState.DONE


def test_an_orders_way_is_told_once_each_as_it_happens_and_signed(shopify_store: StoreVoice) -> None:
    hook = named(shopify_store)
    now = clock.now()
    with playing(HOST) as server:
        server.will(200, {})
        buy(shopify_store)
        for _ in range(2):  # stores repeat themselves
            shopify_store.shopify("fulfillments/create", payloads.fulfillment(now))
            shopify_store.shopify("fulfillment_events/create", payloads.scan("out_for_delivery", now, 1))
            settle(shopify_store)
    told = [asked.body for asked in server.asked]
    assert [it["type"] for it in told] == ["order.placed", "shipment.registered", "shipment.updated"]
    assert len({it["id"] for it in told}) == 3
    order, shipment = told[2]["data"]["order"], told[2]["data"]["shipment"]
    assert (order["name"], order["customer"]["email"]) == ("#1042", "ada@example.com")
    assert order["tracking_url"].startswith("https://doorstep.test/t/")
    assert (shipment["carrier"], shipment["status"]) == ("UPS", "out_for_delivery")
    assert told[2]["data"]["status"] == "out_for_delivery"
    secret = accounts.keys_of(hook)["secret"]
    sent = shopify_store.session.scalars(select(Call.payload).where(Call.line == hook.line)).first()
    assert sent is not None
    assert b"ada" not in sent
    for asked in server.asked:
        assert checks(secret, {k.lower(): v for k, v in asked.headers.items()}, raw(asked.body))


def test_only_what_it_wants_to_hear_is_told(shopify_store: StoreVoice) -> None:
    named(shopify_store, hears=("shipment.registered",))
    with playing(HOST) as server:
        server.will(200, {})
        buy(shopify_store)
    assert server.asked == []
    assert tellings(shopify_store) == []


def test_what_is_not_taken_is_told_again_under_the_same_id_and_its_answers_are_kept(
    shopify_store: StoreVoice,
) -> None:
    named(shopify_store, hears=("order.placed",))
    with playing(HOST) as server:
        server.will(503, {"why": "we are full"}).will(200, {})
        buy(shopify_store)
        (call,) = tellings(shopify_store)
        assert (call.state, call.failure) == (CallState.WAITING, "it answers 503")
        assert call.due_at - clock.now() < timedelta(seconds=10), "Svix's first wait is 5 seconds"
        due_now(shopify_store)
        work(shopify_store)
    (call,) = tellings(shopify_store)
    assert call.state is DONE
    assert [(it["status"], it["answer"]) for it in call.tries] == [
        (503, '{"why": "we are full"}'),
        (200, "{}"),
    ]
    first, second = server.asked
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])


def test_it_is_told_as_often_as_svix_would_and_then_waits_to_be_told_by_hand(
    shopify_store: StoreVoice,
) -> None:
    hook = named(shopify_store, hears=("order.placed",))
    with playing(HOST) as server:
        server.will(500, {})
        buy(shopify_store)
        for _ in calls.SVIX:
            due_now(shopify_store)
            work(shopify_store)
        (call,) = tellings(shopify_store)
        assert (call.state, len(call.tries), len(server.asked)) == (CallState.PARKED, 8, 8)
        server.answers.clear()
        server.will(200, {})
        session = shopify_store.session
        assert accounts.tell_missed(session, session.get_one(Hook, hook.id)) == 1
        session.commit()
        work(shopify_store)
        (call,) = tellings(shopify_store)
        assert call.state is DONE
        assert len({asked.headers["webhook-id"] for asked in server.asked}) == 1


def test_an_answer_that_no_database_keeps_is_an_answer_all_the_same(shopify_store: StoreVoice) -> None:
    named(shopify_store, hears=("order.placed",))
    with playing(HOST) as server:
        server.will(200, {})
        http.play(HOST, Binary(server))
        buy(shopify_store)
    assert len(server.asked) == 1
    (call,) = tellings(shopify_store)
    assert (call.state, call.tries[0]["answer"]) == (DONE, "ok, thanks")


def test_a_wait_that_it_asks_for_is_kept(shopify_store: StoreVoice) -> None:
    named(shopify_store, hears=("order.placed",))
    with playing(HOST) as server:
        server.will(429, {}, Retry_After="3600")
        buy(shopify_store)
    (call,) = tellings(shopify_store)
    assert call.due_at - clock.now() > timedelta(minutes=59)


def test_whoever_takes_nothing_for_five_days_is_told_no_more_and_hears_what_it_missed_later(
    shopify_store: StoreVoice,
) -> None:
    hook, session = named(shopify_store, hears=("order.placed",)), shopify_store.session
    with playing(HOST) as server:
        server.will(500, {})
        buy(shopify_store)
        kept = session.get_one(Hook, hook.id)
        assert (kept.off_at, kept.failure) == (None, "it answers 500")
        assert kept.failing_since is not None
        kept.failing_since -= timedelta(days=5, minutes=1)
        session.commit()
        buy(shopify_store, 1043)
        kept = session.get_one(Hook, hook.id)
        assert kept.off_because is OffBecause.FAILING
        assert {call.state for call in tellings(shopify_store)} == {CallState.PARKED}
        buy(shopify_store, 1044)
        assert len(server.asked) == 2, "an end is an end"
        server.answers.clear()
        server.will(200, {})
        accounts.switch_on(session, kept)
        assert accounts.tell_missed(session, kept) == 2
        session.commit()
        work(shopify_store)
    assert {call.state for call in tellings(shopify_store)} == {DONE}
    session.expire_all()
    assert session.get_one(Hook, hook.id).failing_since is None


def test_a_server_that_says_gone_is_believed_at_once(shopify_store: StoreVoice) -> None:
    hook = named(shopify_store, hears=("order.placed",))
    with playing(HOST) as server:
        server.will(410, {})
        buy(shopify_store)
    kept = shopify_store.session.get_one(Hook, hook.id)
    assert kept.off_because is OffBecause.GONE
    assert tellings(shopify_store)[0].state is CallState.PARKED


def test_a_success_in_between_begins_the_five_days_anew(shopify_store: StoreVoice) -> None:
    hook, session = named(shopify_store, hears=("order.placed",)), shopify_store.session
    with playing(HOST) as server:
        server.will(500, {}).will(200, {}).will(500, {})
        for number in (1042, 1043):
            buy(shopify_store, number)
        assert session.get_one(Hook, hook.id).failing_since is None
        buy(shopify_store, 1044)
    since = session.get_one(Hook, hook.id).failing_since
    assert since is not None
    assert clock.now() - since < timedelta(hours=1)


def test_who_is_erased_is_told_of_no_more_and_what_waited_is_gone(shopify_store: StoreVoice) -> None:
    named(shopify_store)
    session = shopify_store.session
    with playing(HOST) as server:
        server.will(503, {"echo": "ada@example.com"})
        buy(shopify_store)
        erasure.erase(session, session.scalars(select(Profile)).one())
        session.commit()
        server.asked.clear()
        settle(shopify_store)
        due_now(shopify_store)
        work(shopify_store)
    assert [asked.body["type"] for asked in server.asked] == ["customer.erased"] * 2
    placed = next(call for call in tellings(shopify_store) if call.order_id)
    assert (placed.state, placed.reason) == (CallState.SKIPPED, CallReason.ERASED)
    assert (placed.payload, placed.tries) == (None, [])
    assert "ada" not in str(server.asked)


def test_a_store_that_is_cut_off_does_not_keep_others_from_hearing(shopify_store: StoreVoice) -> None:
    named(shopify_store, hears=("connection.broken",))
    with playing(HOST) as server:
        server.will(200, {})
        mark_broken(shopify_store.session, shopify_store.shop, "its keys were revoked")
        shopify_store.session.commit()
        settle(shopify_store)
    assert [asked.body["data"] for asked in server.asked] == [{"reason": "its keys were revoked"}]


def test_a_shop_that_left_tells_nobody(shopify_store: StoreVoice) -> None:
    named(shopify_store)
    with playing(HOST) as server:
        server.will(200, {})
        shopify_store.shopify("orders/paid", payloads.order(clock.now()))
        shopify_store.settle()
        uninstall(shopify_store.session, shopify_store.shop)
        shopify_store.session.commit()
        settle(shopify_store)
    assert server.asked == []
    assert {call.reason for call in tellings(shopify_store)} == {CallReason.SHOP_GONE}


def test_one_that_is_switched_off_hears_nothing_not_even_what_waited(shopify_store: StoreVoice) -> None:
    hook, session = named(shopify_store), shopify_store.session
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.settle()
    accounts.switch_off(session, hook)
    session.commit()
    with playing(HOST) as server:
        server.will(200, {})
        settle(shopify_store)
        buy(shopify_store, 1043)
    assert server.asked == []


@pytest.mark.parametrize("then", ["forget", "purge"])
def test_what_was_told_is_not_kept_for_longer_than_it_is_of_use(shopify_store: StoreVoice, then: str) -> None:
    hook, session = named(shopify_store), shopify_store.session
    with playing(HOST) as server:
        server.will(200, {})
        buy(shopify_store)
    assert tellings(shopify_store)[0].payload is not None
    if then == "forget":
        accounts.forget(session, session.get_one(Hook, hook.id))
    else:
        assert calls.purge(session, before=clock.now() + timedelta(seconds=1)) == 1
    session.commit()
    (call,) = tellings(shopify_store)
    assert (call.payload, call.tries) == (None, [])


def raw(body: object) -> bytes:
    import orjson

    return orjson.dumps(body)


class Binary(BaseAdapter):
    """A server that answers with bytes that are no text."""

    def __init__(self, asked: StoreApi) -> None:
        super().__init__()
        self._asked = asked

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        self._asked.send(request)
        return respond(request, 200, b"ok\0, thanks", {"Content-Type": "text/plain; charset=utf-8"})

    def close(self) -> None:
        pass
