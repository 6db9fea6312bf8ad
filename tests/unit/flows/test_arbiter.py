"""The arbiter on real rows: it sees what others hold, keeps what it decided, and who dies changes nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.cli import main
from app.flows import arbiter
from app.lib import clock
from app.lib.db import engine
from app.messages.dispatch import outbox, sending
from app.messages.models import Message
from app.vocabulary import MessageState, Reason, Trigger
from tests.dying import Killed, dying
from tests.unit.flows.desk import CART, DAY, HOUR, LAPSED, NOON, REVIEW, Desk, finish


@pytest.fixture
def desk(session: Session) -> Iterator[Desk]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield Desk(session, traveller)


def test_the_one_that_matters_more_goes_first_though_another_sender_chunk_holds_it(desk: Desk) -> None:
    lapsed, review, cart = desk.ask(LAPSED), desk.ask(REVIEW), desk.ask(CART)
    assert desk.send(chunk=1) == [cart], "one at a time: each sees what the others wait for"
    assert desk.states()[lapsed] == (MessageState.QUEUED, Reason.OUTRANKED)
    desk.traveller.shift(timedelta(minutes=2))
    assert desk.send() == []
    assert desk.states()[review] == (MessageState.QUEUED, Reason.TOO_OFTEN)
    desk.traveller.shift(DAY)
    assert desk.send() == [review]
    desk.traveller.shift(DAY)
    assert desk.send() == [lapsed]
    assert {state for state, _ in desk.states().values()} == {MessageState.SENT}


def test_what_it_decided_is_kept_and_told(desk: Desk) -> None:
    lapsed = desk.ask(LAPSED)
    cart = desk.ask(CART, wait=HOUR)
    assert desk.send() == []
    assert desk.held_back() == [(lapsed, Reason.OUTRANKED, cart)]
    told = CliRunner().invoke(main, ["why", str(lapsed)]).output
    assert "Would have gone on 2026-11-24 at 19:00 UTC. Another offer goes to them first" in told
    assert f"Behind message {cart}, Cart reminder." in told
    assert "asked again at 2026-11-24 20:00 UTC" in told
    assert f"wait their turn         abandoned_checkout goes first (message {cart})" in told
    desk.traveller.shift(HOUR)
    assert desk.send() == [cart]
    assert desk.held_back() == [(lapsed, Reason.OUTRANKED, cart), (lapsed, Reason.TOO_OFTEN, None)]
    desk.traveller.shift(DAY)
    assert desk.send() == [lapsed]
    told = CliRunner().invoke(main, ["why", str(lapsed)]).output
    assert told.count("Would have gone on 2026-11-24") == 2, "it is still told when it has gone"
    assert "yes  their turn         no other offer goes first" in told


def test_what_was_bought_while_its_reminder_waited_is_not_reminded_of_and_the_next_has_its_turn(
    desk: Desk,
) -> None:
    cart = desk.cart()
    news, reminder, lapsed = desk.ask(Trigger.CASE_REPLY), desk.ask(CART, cart=cart), desk.ask(LAPSED)
    assert desk.send() == [news]
    cart.completed_at = clock.now()
    desk.session.commit()
    desk.traveller.shift(DAY)
    assert desk.send() == [lapsed]
    assert desk.states()[reminder] == (MessageState.SKIPPED, Reason.ALREADY_BOUGHT)


def test_of_two_carts_the_newer_is_reminded_of(desk: Desk) -> None:
    older, newer = desk.cart(), desk.cart()
    asked = [desk.ask(CART, f"cart-{cart.id}", cart=cart) for cart in (older, newer)]
    assert desk.send(chunk=1) == [asked[1]]
    desk.traveller.shift(DAY)
    assert desk.send() == []
    assert desk.states()[asked[0]] == (MessageState.SKIPPED, Reason.MERGED)
    assert (asked[0], Reason.MERGED, asked[1]) in desk.held_back()
    told = CliRunner().invoke(main, ["why", str(asked[0])]).output
    assert "One mail about their newer cart went instead. Behind message" in told
    assert "it does not go" in told


def test_news_goes_at_once_and_offers_after_it_wait(desk: Desk) -> None:
    late, cart = desk.ask(Trigger.CASE_REPLY), desk.ask(CART)
    assert desk.send() == [late]
    assert desk.held_back() == [(cart, Reason.AFTER_NEWS, None)]
    desk.traveller.shift(DAY)
    assert desk.send() == [cart]


def test_whoever_dies_on_any_line_leaves_each_to_be_sent_once(desk: Desk) -> None:
    asked = [desk.ask(LAPSED), desk.ask(REVIEW), desk.ask(CART), desk.ask(Trigger.CASE_REPLY)]
    went, died = list[int](), 0
    for day in range(8):
        for line in (*range(1, 60, 4), 10_000):
            with Session(engine(), expire_on_commit=False) as mortal:
                try:
                    with dying(line):
                        ids = outbox.claim(mortal, "journal")
                        if ids:
                            ready = sending.prepare(mortal, "journal", ids, arbiter.judge)
                            mortal.commit()
                            went += [it.message.id for it in ready]
                except Killed:
                    mortal.rollback()
                    died += 1
                    continue
                sent = [
                    outbox.Result(message_id=it.message.id, fence=it.message.fence, state=MessageState.SENT)
                    for it in (ready if ids else [])
                ]
                outbox.record(mortal, sent)
                mortal.commit()
        desk.traveller.move_to(NOON + (day + 1) * DAY + timedelta(minutes=5))
    assert died > 20
    assert sorted(went) == sorted(asked), "each once"
    assert all(count == 1 for count in _kept(desk).values()), "and each decision is kept once"


def _kept(desk: Desk) -> dict[tuple[int, str, int | None], int]:
    rows = desk.held_back()
    return {row: rows.count(row) for row in rows}


def test_two_senders_at_once_find_one_turn(desk: Desk) -> None:
    desk.ask(LAPSED)
    cart = desk.ask(CART)
    chunks = [outbox.claim(desk.session, "journal", 1) for _ in range(2)]
    desk.session.commit()
    went = list[int]()

    def work(ids: list[int]) -> None:
        with Session(engine(), expire_on_commit=False) as mine:
            went.extend(finish(mine, ids))

    workers = [Thread(target=work, args=(ids,)) for ids in chunks]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert went == [cart], "the other sees that it waits, or that it has gone"


def test_many_that_wait_for_one_shopper_are_not_all_read(desk: Desk) -> None:
    first = desk.ask(LAPSED, "first")
    crowd = text(
        """
        INSERT INTO message (shop_id, key, trigger, step, medium, category, profile_id, shipment_ids,
            occasion_at, "to", rfc_id, state, due_at, created_at, attempts, fence)
        SELECT shop_id, 'crowd-' || n, (ARRAY['win_back', 'review_request'])[n % 2 + 1], 1, medium, category,
            profile_id, shipment_ids, occasion_at, "to", 'crowd-' || n, 'queued', due_at + interval '1 hour',
            created_at, 0, 0
        FROM message, generate_series(1, 5000) AS n WHERE id = :first
        """
    )
    desk.session.execute(crowd, {"first": first})
    desk.session.commit()
    desk.session.execute(text("ANALYZE message"))
    messages = list(desk.session.scalars(select(Message).filter_by(id=first)))
    seen = _rows_read(desk.session)
    ruling = arbiter.look(desk.session, messages)[first]
    assert ruling.decision.reason is Reason.OUTRANKED  # type: ignore[union-attr]
    assert _rows_read(desk.session) - seen < 500


def _rows_read(session: Session) -> int:
    """Return how many rows of messages this connection has read so far."""
    asked = text(
        "SELECT pg_stat_get_xact_tuples_fetched('message'::regclass)"
        " + pg_stat_get_xact_tuples_returned('message'::regclass)"
    )
    return int(session.scalar(asked) or 0)


@pytest.mark.parametrize("skew", [-HOUR, HOUR], ids=["an hour behind", "an hour ahead"])
def test_two_senders_whose_clocks_differ_send_nothing_twice_and_nothing_too_often(
    desk: Desk, skew: timedelta
) -> None:
    asked = [desk.ask(LAPSED), desk.ask(CART)]
    went = list[tuple[int, datetime]]()
    for minutes in range(0, 3 * 24 * 60, 30):
        for off in (timedelta(0), skew):
            desk.traveller.move_to(NOON + timedelta(minutes=minutes) + off)
            went += [(message_id, NOON + timedelta(minutes=minutes)) for message_id in desk.send()]
    assert sorted(message_id for message_id, _ in went) == asked
    (_, first), (_, second) = went
    assert second - first >= DAY - abs(skew), "early by no more than the clocks differ"


def test_a_clock_that_is_set_back_sends_nothing_twice(desk: Desk) -> None:
    asked = [desk.ask(LAPSED), desk.ask(CART)]
    went = desk.send()
    desk.traveller.move_to(NOON - 2 * HOUR)
    went += desk.send()
    for days in range(1, 4):
        desk.traveller.move_to(NOON + days * DAY)
        went += desk.send()
    assert sorted(went) == asked


def test_a_decent_hour_is_one_on_the_shoppers_clock_on_the_day_it_is_changed(desk: Desk) -> None:
    """In Denver clocks are set back on November 1, 2026, at two at night."""
    desk.traveller.move_to(datetime(2026, 11, 1, 5, tzinfo=UTC))  # eleven on Saturday night
    cart = desk.ask(CART)
    assert desk.send() == []
    due_at = desk.session.scalars(select(Message.due_at).filter_by(id=cart)).one()
    assert due_at == datetime(2026, 11, 1, 19, tzinfo=UTC), "noon on a Sunday, in winter time"
    desk.traveller.move_to(due_at - timedelta(minutes=1))
    assert desk.send() == []
    desk.traveller.move_to(due_at)
    assert desk.send() == [cart]


def test_a_message_of_a_shopper_without_a_profile_waits_its_turn_as_well(desk: Desk) -> None:
    lapsed, cart = desk.ask(LAPSED), desk.ask(CART, wait=HOUR)
    desk.session.execute(update(Message).values(profile_id=None))
    desk.session.commit()
    assert desk.send() == []
    assert desk.held_back() == [(lapsed, Reason.OUTRANKED, cart)]
