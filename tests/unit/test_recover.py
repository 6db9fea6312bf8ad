"""What a sender writes down, and what it settles before its journal is forgotten, whatever else goes on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.lib.db import engine, transaction
from app.messages.dispatch import outbox, recovery
from app.messages.dispatch.journal import Journal
from app.messages.models import Message
from app.shops.models import Shop
from app.vocabulary import MessageState, Trigger
from tests import sold
from tests.journeys.admin.conftest import wait_for_a_lock


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal() as mine:
        yield mine


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


def sending(session: Session, shop: Shop, journal: Journal, name: str) -> Message:
    """Return a message that was claimed and never written down."""
    order = sold.order(session, shop)
    wanted = outbox.Ask(
        subject=name,
        trigger=Trigger.THANK_YOU,
        order_id=order.id,
        to="ana@shopper.example",
        occasion_at=clock.now(),
    )
    outbox.ask(session, shop.id, wanted)
    message = session.scalars(select(Message).filter_by(key=wanted.key)).one()
    message.state, message.journal, message.fence = MessageState.SENDING, journal.name, 1
    message.sending_at, message.lease_until = clock.now(), clock.now() + timedelta(minutes=2)
    session.commit()
    return message


def test_ones_own_are_settled_however_many_others_there_are(
    session: Session, shop: Shop, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "AT_ONCE", 1)
    with Journal() as busy:
        others = [sending(session, shop, busy, f"theirs-{n}") for n in range(3)]
        mine = sending(session, shop, journal, "mine")
        journal.begin(mine.id, 1)
        journal.taken(mine.id, 1)
        assert recovery.recover(session, journal.name) == 1
        session.commit()
        session.expire_all()
    assert mine.state is MessageState.SENT
    assert {other.state for other in others} == {MessageState.SENDING}


def test_ones_own_are_waited_for_where_another_looks_at_them(
    session: Session, shop: Shop, journal: Journal
) -> None:
    mine = sending(session, shop, journal, "mine")
    journal.begin(mine.id, 1)
    journal.taken(mine.id, 1)

    def recover() -> int:
        with transaction() as own:
            return recovery.recover(own, journal.name)

    with ThreadPoolExecutor(1) as pool, Session(engine()) as other:
        other.scalars(select(Message).filter_by(id=mine.id).with_for_update()).one()
        settled = pool.submit(recover)
        with pytest.raises(TimeoutError):
            settled.result(timeout=0.3)
        other.rollback()
        assert settled.result(timeout=10) == 1
    session.expire_all()
    assert mine.state is MessageState.SENT


def test_what_was_erased_while_it_went_out_stays_erased(
    session: Session, shop: Shop, journal: Journal
) -> None:
    kept, erased = (sending(session, shop, journal, name) for name in ("kept", "erased"))
    erased.to = None
    session.commit()
    sent = [
        outbox.Result(message_id=it.id, fence=1, state=MessageState.SENT, subject="For Ana")
        for it in (kept, erased)
    ]
    assert outbox.record(session, sent) == 2
    session.expire_all()
    assert [it.state for it in (kept, erased)] == [MessageState.SENT, MessageState.SENT]
    assert [it.subject for it in (kept, erased)] == ["For Ana", None]


def test_results_are_written_in_one_order_so_that_nobody_waits_for_each_other(
    session: Session, shop: Shop, journal: Journal
) -> None:
    """Whoever tells of a parcel locks the messages of its order, the oldest first."""
    older, newer = (sending(session, shop, journal, name) for name in ("older", "newer"))
    results = [
        outbox.Result(message_id=it.id, fence=it.fence, state=MessageState.SENT) for it in (newer, older)
    ]

    def write_down() -> int:
        with transaction() as writing:
            return outbox.record(writing, results)

    with Session(engine()) as telling, ThreadPoolExecutor(1) as pool:
        telling.scalars(select(Message).filter_by(id=older.id).with_for_update()).one()
        writing = pool.submit(write_down)
        try:
            wait_for_a_lock()
            telling.scalars(select(Message).filter_by(id=newer.id).with_for_update(nowait=True)).one()
        finally:
            telling.rollback()
        assert writing.result(60) == len(results)
