"""Whoever looks for exceptions may be killed, doubled, late or in the way: each is noticed once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import time_machine
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import EventRow
from app.lib import clock
from app.lib.db import engine
from app.tracking.exceptions import watch
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S
from app.vocabulary import ShopState
from jobs import exceptions as jobs
from tests import sold
from tests.journeys.watching import MOVING, TUESDAY, after, awake, found, moving, the_shop


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def test_a_process_that_was_away_writes_the_same_history(
    session: Session, travel: time_machine.Traveller
) -> None:
    moving(session)
    travel.shift(timedelta(days=30))
    watch.look(session)
    session.rollback()  # killed before its commit
    assert found(session) == []
    jobs.look()
    opened = {row.kind: row.opened_at for row in session.scalars(select(ExceptionRow))}
    seen = TUESDAY - timedelta(hours=1)
    assert opened[K.PRESUMED_LOST] == seen + timedelta(days=7)
    assert opened[K.NO_UPDATE] == seen + timedelta(days=30)
    told = session.scalars(select(EventRow.happened_at).where(EventRow.kind == "exception_opened")).all()
    assert sorted(told) == sorted(opened.values())


def test_two_workers_at_once_notice_everything_once(session: Session, travel: time_machine.Traveller) -> None:
    of = sold.shop(session)
    for _ in range(120):
        sold.order(session, of, MOVING)
    awake(session)
    travel.shift(timedelta(days=6))
    workers = [Thread(target=jobs.look) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    jobs.look()  # what one left to the other, which had ended
    assert found(session) == ["stalled"] * 120
    events = select(func.count()).select_from(EventRow).where(EventRow.kind == "exception_opened")
    assert session.scalar(events) == 120
    assert session.scalar(select(func.count()).where(Shipment.exceptions_due_at <= clock.now())) == 0


def test_an_order_that_somebody_holds_is_left_to_them(
    session: Session, travel: time_machine.Traveller
) -> None:
    moving(session)
    travel.shift(timedelta(days=6))
    with Session(engine()) as other:
        other.scalars(select(Order).with_for_update()).all()
        jobs.look()
        assert found(session) == []
    jobs.look()
    assert found(session) == ["stalled"]


def test_a_shop_that_left_is_looked_at_once_a_day_and_nothing_happens(
    session: Session, travel: time_machine.Traveller
) -> None:
    moving(session)
    shop = the_shop(session)
    shop.state = ShopState.UNINSTALLED
    session.commit()
    after(travel, days=6)
    assert found(session) == []
    assert session.scalars(select(Shipment.exceptions_due_at)).one() == clock.now() + timedelta(days=1)
    shop.state = ShopState.INSTALLED
    session.commit()
    after(travel, days=1)
    assert "stalled" in found(session)


def test_a_date_that_no_calendar_has_costs_no_neighbor(
    session: Session, travel: time_machine.Traveller
) -> None:
    of = sold.shop(session)
    for _ in range(2):
        sold.order(session, of, MOVING)
    awake(session)
    one = session.scalars(select(Shipment).order_by(Shipment.id)).first()
    assert one is not None
    one.status, one.progress = S.LABEL_CREATED, {}
    one.shipped_at = datetime(1, 1, 1, tzinfo=UTC)
    session.commit()
    after(travel, days=6)
    assert found(session) == ["stalled"]


def test_a_look_costs_as_many_queries_for_fifty_orders_as_for_one(session: Session) -> None:
    of = sold.shop(session)
    counts = []
    for number in (1, watch.BATCH):
        for _ in range(number):
            sold.order(session, of, MOVING, MOVING)
        awake(session)
        with queries() as asked:
            watch.look(session)
        session.rollback()
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


@contextmanager
def queries() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield asked
    event.remove(engine(), "before_cursor_execute", note)
