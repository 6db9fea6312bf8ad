"""Calls on a real session: once each, in turn for each shop, tried again, parked; a late word is ignored."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.shops import calls
from app.shops.calls import Due, Outcome
from app.shops.install import Store, install, mark_broken, uninstall
from app.shops.models import Call, Shop
from app.vocabulary import CallReason, CallState, PlatformKey
from jobs import calls as job

KIND = "test.tag"


def test_whoever_asks_twice_gets_the_first(session: Session, shop: Shop) -> None:
    assert calls.ask(session, shop.id, KIND, "tag:1", {"tag": "vip"})
    assert not calls.ask(session, shop.id, KIND, "tag:1", {"tag": "other"})
    due = calls.claim(session, [KIND])
    assert due is not None
    assert (due.payload, due.attempt) == ({"tag": "vip"}, 1)
    calls.end(session, due, Outcome("tag-7"))
    assert not calls.ask(session, shop.id, KIND, "tag:1", {"tag": "vip"})
    row = only(session)
    assert (row.state, row.result, row.payload) == (CallState.DONE, "tag-7", None)
    assert calls.claim(session, [KIND]) is None


def test_what_others_missed_is_kept_for_a_while_and_what_the_store_missed_until_it_is_seen_to(
    session: Session, shop: Shop
) -> None:
    for line in (calls.STORE, "hook:7"):
        calls.ask(session, shop.id, KIND, f"on {line}", {"email": "ada@example.com"}, line=line)
        calls.park(session, calls.on_line(shop.id, line), "it answers 500")
    soon = clock.now() + timedelta(seconds=1)
    assert calls.purge(session, before=soon) == 1
    left = {call.line: call.payload is not None for call in session.scalars(select(Call))}
    assert left == {calls.STORE: True, "hook:7": False}
    assert calls.repeat(session, calls.on_line(shop.id, "hook:7")) == 0, "there is nothing left to say"


def test_what_it_is_to_say_is_sealed(session: Session, shop: Shop) -> None:
    calls.ask(session, shop.id, KIND, "tag:1", {"email": "ada@example.com"})
    payload = only(session).payload
    assert payload is not None
    assert b"ada" not in payload


def test_a_shop_is_served_one_call_at_a_time_in_order_and_others_meanwhile(
    session: Session, shop: Shop, other: Shop
) -> None:
    for key in ("first", "second"):
        calls.ask(session, shop.id, KIND, key, {"key": key})
    calls.ask(session, other.id, KIND, "theirs", {"key": "theirs"})
    claimed = [calls.claim(session, [KIND]), calls.claim(session, [KIND]), calls.claim(session, [KIND])]
    assert {due.payload["key"] for due in claimed if due} == {"first", "theirs"}
    assert claimed[2] is None
    mine = next(due for due in claimed if due and due.shop_id == shop.id)
    calls.end(session, mine, Outcome())
    second = calls.claim(session, [KIND])
    assert second is not None
    assert second.payload == {"key": "second"}


def test_two_workers_at_once_do_not_serve_the_same_shop(session: Session, shop: Shop) -> None:
    for key in ("first", "second"):
        calls.ask(session, shop.id, KIND, key, {})
    session.commit()
    assert calls.claim(session, [KIND]) is not None
    with transaction() as another:
        assert calls.claim(another, [KIND]) is None
    session.commit()
    with transaction() as another:
        assert calls.claim(another, [KIND]) is None


def test_each_line_of_a_shop_is_served_by_itself(session: Session, shop: Shop) -> None:
    for line, key in (("", "store"), ("hook:1", "one"), ("hook:1", "two"), ("hook:2", "three")):
        calls.ask(session, shop.id, KIND, key, {"key": key}, line=line)
    claimed = [due for _ in range(5) if (due := calls.claim(session, [KIND]))]
    assert {due.payload["key"] for due in claimed} == {"store", "one", "three"}
    assert calls.free_lines(session, [KIND], 8) == 0
    calls.end(session, next(due for due in claimed if due.payload["key"] == "one"), Outcome())
    assert calls.free_lines(session, [KIND], 8) == 1
    second = calls.claim(session, [KIND])
    assert second is not None
    assert second.payload == {"key": "two"}


def test_what_others_hear_waits_for_no_store_that_is_cut_off(session: Session, shop: Shop) -> None:
    calls.ask(session, shop.id, KIND, "store", {"key": "store"})
    calls.ask(session, shop.id, KIND, "other", {"key": "other"}, line="hook:1")
    mark_broken(session, shop, "its keys were revoked")
    session.flush()
    due = calls.claim(session, [KIND])
    assert due is not None
    assert due.payload == {"key": "other"}
    assert calls.claim(session, [KIND]) is None


def test_whoever_loses_a_race_for_one_shop_serves_another(
    session: Session, shop: Shop, other: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (shop, other):
        calls.ask(session, each.id, KIND, "tag:1", {"shop": each.id})
    session.commit()
    raced: list[int] = []
    choose = calls._next

    def late(shop_id: int, *rest: Any) -> Any:
        """Let another worker be faster, between our look at the shops and our look at their calls."""
        if not raced:
            with transaction() as another:
                row = another.scalars(select(Call).filter_by(shop_id=shop_id)).one()
                row.lease_until = clock.now() + calls.LEASE
            raced.append(shop_id)
        return choose(shop_id, *rest)

    monkeypatch.setattr(calls, "_next", late)
    due = calls.claim(session, [KIND])
    assert due is not None
    assert due.payload["shop"] not in raced
    assert calls.claim(session, [KIND]) is None


def test_a_dead_workers_call_is_begun_again_and_its_late_word_is_ignored(
    session: Session, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls.ask(session, shop.id, KIND, "tag:1", {})
    frozen = calls.claim(session, [KIND])
    assert frozen is not None
    assert calls.claim(session, [KIND]) is None
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + calls.LEASE + timedelta(seconds=1))
    again = calls.claim(session, [KIND])
    assert again is not None
    assert again.attempt == 2
    calls.end(session, frozen, Outcome("late"))
    calls.fail(session, frozen, "late")
    calls.end(session, again, Outcome("in time"))
    assert (only(session).state, only(session).result) == (CallState.DONE, "in time")


def test_a_failed_call_waits_longer_each_time_and_is_parked_in_the_end(session: Session, shop: Shop) -> None:
    calls.ask(session, shop.id, KIND, "tag:1", {"tag": "vip"})
    waits = []
    while (due := calls.claim(session, [KIND])) is not None:
        calls.fail(session, due, "the store was away")
        waits.append(only(session).due_at - clock.now())
        only(session).due_at = clock.now()
        session.flush()
    row = only(session)
    assert (row.state, row.failure) == (CallState.PARKED, "the store was away")
    assert len(waits) == len(calls.RETRIES) + 1
    assert waits[:-1] == sorted(waits[:-1])
    assert calls.retry(session, shop.id, row.id) == 1
    due = calls.claim(session, [KIND])
    assert due is not None
    assert due.payload == {"tag": "vip"}
    assert due.attempt > 1, "it may have been done before: its handler asks first"


def test_what_can_never_work_is_parked_at_once(session: Session, shop: Shop) -> None:
    calls.ask(session, shop.id, KIND, "tag:1", {})
    due = calls.claim(session, [KIND])
    assert due is not None
    calls.fail(session, due, "no such scope", permanent=True)
    assert only(session).state is CallState.PARKED


def test_a_call_that_kills_its_worker_each_time_is_parked_and_holds_up_nobody(
    session: Session, shop: Shop
) -> None:
    calls.ask(session, shop.id, KIND, "deadly", {})
    calls.ask(session, shop.id, KIND, "harmless", {"key": "harmless"})
    deadly = session.scalars(select(Call).filter_by(key="deadly")).one()
    deadly.attempts = len(calls.RETRIES) + 1
    session.flush()
    due = calls.claim(session, [KIND])
    assert due is not None
    assert due.payload == {"key": "harmless"}
    assert (deadly.state, deadly.failure) == (CallState.PARKED, calls.DIED)


def test_a_shop_that_is_cut_off_waits_and_one_that_left_is_done_nothing_for(
    session: Session, shop: Shop
) -> None:
    calls.ask(session, shop.id, KIND, "tag:1", {})
    mark_broken(session, shop, "its keys were revoked")
    session.flush()
    assert calls.claim(session, [KIND]) is None
    assert only(session).state is CallState.WAITING
    uninstall(session, shop)
    assert (only(session).state, only(session).reason) == (CallState.SKIPPED, CallReason.SHOP_GONE)
    assert only(session).payload is None


def test_kinds_that_nobody_here_knows_wait(session: Session, shop: Shop) -> None:
    calls.ask(session, shop.id, "of the next version", "tag:1", {})
    assert calls.claim(session, [KIND]) is None


def test_the_job_does_each_once_and_says_what_failed(
    session: Session, shop: Shop, other: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def handler(due: Due) -> Outcome:
        if due.payload["key"] == "broken":
            raise Unreachable("the store answers 422", permanent=True)
        if due.payload["key"] == "ours":
            raise LookupError("a shopper's data")
        done.append(due.payload["key"])
        return Outcome(due.payload["key"])

    monkeypatch.setitem(job.HANDLERS, KIND, handler)
    for number in range(5):
        calls.ask(session, shop.id, KIND, f"tag:{number}", {"key": f"a{number}"})
    for key in ("broken", "ours"):
        calls.ask(session, other.id, KIND, key, {"key": key})
    session.commit()
    job.run()
    session.expire_all()
    assert sorted(done) == [f"a{number}" for number in range(5)]
    told = {row.key: (row.state, row.failure) for row in session.scalars(select(Call))}
    assert told["broken"] == (CallState.PARKED, "the store answers 422")
    assert told["ours"] == (CallState.WAITING, "LookupError")


def test_a_store_that_hangs_holds_up_no_other(
    session: Session, shop: Shop, other: Shop, monkeypatch: pytest.MonkeyPatch, released: Event
) -> None:
    done: list[str] = []

    def handler(due: Due) -> Outcome:
        if due.shop_id == shop.id:
            released.wait(30)
        done.append(due.payload["key"])
        return Outcome()

    monkeypatch.setattr(job, "SLICE", 1.0)
    monkeypatch.setitem(job.HANDLERS, KIND, handler)
    calls.ask(session, shop.id, KIND, "slow", {"key": "slow"})
    for number in range(20):
        calls.ask(session, other.id, KIND, f"tag:{number}", {"key": f"b{number}"})
    session.commit()
    for _ in range(30):  # slices of a second each; on a busy machine one does not do
        if len(done) < 20:
            job.run()
    assert done == [f"b{number}" for number in range(20)]


@pytest.fixture
def released() -> Iterator[Event]:
    """Ends what a handler waits for when the test is over."""
    event = Event()
    yield event
    event.set()
    for lane in job._lanes:
        lane.join(10)


def only(session: Session) -> Call:
    return session.scalars(select(Call)).one()


@pytest.fixture
def shop(session: Session) -> Shop:
    return _shop(session, "a")


@pytest.fixture
def other(session: Session) -> Shop:
    return _shop(session, "b")


def _shop(session: Session, name: str) -> Shop:
    store = Store(
        platform=PlatformKey.SHOPIFY,
        domain=f"{name}.myshopify.com",
        url=f"https://{name}.example",
        name=name,
    )
    return install(session, store)
