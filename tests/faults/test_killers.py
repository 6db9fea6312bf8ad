"""What kills whoever has it in hand is set aside after a few deaths, and takes no neighbor along."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.commerce import in_hand
from app.commerce.models import Delivery, InHand, Order
from app.lib import clock
from app.lib.config import settings
from app.messages.dispatch import journal, outbox, recovery
from app.messages.models import Message
from app.vocabulary import InboxState, MessageState, Reason, Trigger
from tests import sold
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice, front_door, shopify_store

__all__ = ["front_door", "shopify_store"]

ROOT = Path(__file__).parent.parent.parent
KILLER = "#1066"


def test_a_message_that_kills_its_sender_is_set_aside_and_the_others_go_once(session: Session) -> None:
    ask(session, *(f"#{number}" for number in range(1060, 1070)))
    went: Counter[str] = Counter()
    deaths = 0
    for _ in range(8):
        ended, said = run("send")
        went.update(said)
        deaths += ended == -signal.SIGKILL
        session.execute(update(Message).filter_by(state=MessageState.QUEUED).values(due_at=clock.now()))
        session.commit()
    told = {name: (state, reason, count) for name, state, reason, count in outcomes(session)}
    assert told.pop(KILLER) == (MessageState.FAILED, Reason.CUT_OFF, recovery.DEATHS_AT_MOST)
    assert {state for state, _, _ in told.values()} == {MessageState.SENT}
    assert deaths == recovery.DEATHS_AT_MOST
    assert set(went.values()) == {1}
    assert len(went) == 9


def test_a_sender_killed_before_anything_was_in_hand_makes_suspects_of_all_and_each_still_goes(
    session: Session,
) -> None:
    ask(session, *(f"#{number}" for number in range(1, 16)))
    with journal.Journal() as dead:
        outbox.claim(session, dead.name)
        session.commit()
        left = journal.Dead(dead.name)._path.read_bytes()
    path = settings().journal_dir / dead.name  # as it stays behind when its owner is killed
    path.write_bytes(left)
    ended, said = run("send")
    assert (ended, len(said)) == (0, 15)
    assert {count for _, _, _, count in outcomes(session)} == {1}
    path.unlink()


def test_what_is_left_of_a_dead_sender_is_deleted_once_it_is_settled(session: Session) -> None:
    ask(session, KILLER)
    assert run("send")[0] == -signal.SIGKILL
    (left,) = {row for row in session.scalars(select(Message.journal)) if row}
    path = settings().journal_dir / left
    assert path.exists()
    hour = 2 * journal.KEPT_FOR
    os.utime(path, (path.stat().st_mtime - hour, path.stat().st_mtime - hour))
    assert recovery.needless(session, journal.dead()) == set(), "it says what became of its messages"
    run("send")
    assert not path.exists()


@pytest.mark.parametrize("company", [0, 4])
def test_a_delivery_that_kills_its_worker_is_parked_and_the_others_are_applied(
    shopify_store: StoreVoice, company: int
) -> None:
    now = clock.now()
    numbers = [1066, *range(1067, 1067 + company)]
    for number in numbers:
        shopify_store.shopify("orders/paid", payloads.order(now, number))
    session, deaths = shopify_store.session, [run("drain")[0] == -signal.SIGKILL]
    for tries in (in_hand.TRIES - 2, None, None):
        waiting = update(Delivery).filter_by(state=InboxState.WAITING)
        session.execute(waiting.values(due_at=now))
        if tries is not None:  # as if it had killed as many already
            first = select(Delivery.id).order_by(Delivery.id).limit(1).scalar_subquery()
            session.execute(waiting.where(Delivery.id == first).values(attempts=tries))
        session.commit()
        deaths.append(run("drain")[0] == -signal.SIGKILL)
    session.expire_all()
    rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [row.state for row in rows] == [InboxState.PARKED, *[InboxState.DONE] * company]
    assert rows[0].failure == in_hand.CUT_OFF
    assert deaths.count(True) == 2
    assert len(session.scalars(select(Order.id)).all()) == company
    assert session.scalars(select(InHand)).all() == []


def ask(session: Session, *names: str) -> None:
    """Let a thank-you for each of these orders be due; the first shop sends everything."""
    from app.flows.models import Flow

    shop = sold.shop(session)
    session.add(Flow(shop_id=shop.id, trigger=Trigger.THANK_YOU, on_since=clock.now()))
    for name in names:
        order = sold.order(session, shop, name=name, age=1, email=f"a{name[1:]}@shopper.example")
        wanted = outbox.Ask(
            subject=name,
            trigger=Trigger.THANK_YOU,
            order_id=order.id,
            to=order.email,
            occasion_at=clock.now(),
            due_at=clock.now() - timedelta(seconds=1),
        )
        outbox.ask(session, shop.id, wanted)
    session.commit()


def outcomes(session: Session) -> list[tuple[str, MessageState, Reason | None, int]]:
    session.expire_all()
    rows = session.execute(
        select(Order.name, Message.state, Message.reason, Message.deaths)
        .join(Order, Order.id == Message.order_id)
        .order_by(Message.id)
    )
    return [(str(name), state, reason, deaths) for name, state, reason, deaths in rows]


def run(what: str) -> tuple[int, list[str]]:
    """Let a worker that the killer kills work for a while; returns how it ended and what it sent."""
    command = [sys.executable, "-m", "tests.faults.deadly", what, KILLER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout.splitlines()
