"""A shop that lives through a history on a clock of its own, and what a rehearsal says of the same."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.channels.base import Channel
from app.flows import engine, published, restocks, switches
from app.flows.models import Enrollment
from app.flows.plan import reading
from app.flows.rehearsal import run, told
from app.flows.rehearsal.told import Report
from app.lib import clock
from app.lib.db import apart
from app.messages.dispatch.journal import Journal
from app.messages.models import Message
from app.reactions import of_flows
from app.shops.models import Call, Errand
from app.stock import shelves
from app.vocabulary import CallState, Medium, MessageState, Trigger
from jobs import messages as sender
from tests.journeys.conftest import StoreVoice

ERRANDS = (shelves.JUDGE, restocks.CALL)
"""Those that ask no store anything."""


class Living:
    """Shops that live through a history: told, reacting, taking people on and sending at each moment."""

    def __init__(self, store: StoreVoice, traveller: Any) -> None:
        self.store = store
        self.taken = Counter[str]()
        """How often each message was taken."""
        self._traveller = traveller
        self._channel = Channel(key="taker", medium=Medium.EMAIL, connect=lambda: Taker(self.taken))

    def until(self, moment: datetime) -> None:
        """Live on to a moment, and do what is due when it is due."""
        while (due_at := self._due()) is not None and due_at < moment:
            self._traveller.move_to(max(due_at, clock.now()))
            self.settle()
        self._traveller.move_to(moment)

    def settle(self) -> None:
        """Do all that is due now."""
        session = self.store.session
        self.store.settle()
        while self._run_errands() or engine.run(session):
            session.commit()
            self.store.settle()
        session.execute(update(Call).values(state=CallState.DONE))  # every store does as it is asked
        session.commit()
        with Journal() as journal, sender.Sender(journal, self._channel) as sending:
            while sending.send() is not None:
                pass
        session.expire_all()

    def _run_errands(self) -> int:
        session = self.store.session
        due = select(Errand).where(Errand.kind.in_(ERRANDS), Errand.due_at <= clock.now())
        errands = session.scalars(due.order_by(Errand.id)).all()
        for errand in errands:
            session.delete(errand)
            session.flush()  # one that asks for itself again finds no trace of it
            if errand.kind == shelves.JUDGE:
                shelves.judge(session, errand.shop_id, int(errand.subject))
            else:
                restocks.call_next(session, errand.shop_id, errand.subject)
        session.commit()
        return len(errands)

    def _due(self) -> datetime | None:
        session = self.store.session
        found = (
            session.scalar(select(func.min(Enrollment.due_at))),
            session.scalar(select(func.min(Message.due_at)).filter_by(state=MessageState.QUEUED)),
            session.scalar(select(func.min(Errand.due_at)).where(Errand.kind.in_(ERRANDS))),
        )
        session.rollback()
        return min((moment for moment in found if moment is not None), default=None)


class Taker:
    """A line that takes every mail."""

    def __init__(self, taken: Counter[str]) -> None:
        self._taken = taken

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def send_all(self, mails: Any, begin: Any) -> Iterator[tuple[int, str]]:
        for key, _ in mails:
            if begin(key):
                self._taken[str(key)] += 1
                yield key, "taken"


def as_lived(store: StoreVoice, trigger: Trigger) -> Report:
    """Return what came of a flow in the living shop."""
    store.session.expire_all()
    return _of(store.session, store.shop.id, trigger)


def rehearse(store: StoreVoice, trigger: Trigger, since: datetime, until: datetime) -> Report:
    """Return what a rehearsal of the same time says."""
    file = published.preset(trigger)
    with apart() as session:
        found = run.go(session, store.shop.id, trigger, file, since=since, until=until, reactions=of_flows())
        return told.report(reading.read(file), found)


def rehearse_together(store: StoreVoice, since: datetime, until: datetime) -> dict[Trigger, Report]:
    """Return what one rehearsal says of every flow that is on: they go through the past together.

    Not of news, which comes in as it went unless it is what is gone through.
    """
    one = published.PRESETS[0]
    with apart() as session:
        file, shop_id = published.preset(one), store.shop.id
        run.go(session, shop_id, one, file, since=since, until=until, reactions=of_flows())
        others = (trigger for trigger in published.PRESETS if trigger not in switches.NEWS)
        return {trigger: _of(session, shop_id, trigger) for trigger in others}


def _of(session: Session, shop_id: int, trigger: Trigger) -> Report:
    mine = {"shop_id": shop_id, "trigger": trigger}
    people = session.scalars(select(Enrollment).filter_by(**mine).order_by(Enrollment.id)).all()
    sent = session.scalars(select(Message).filter_by(**mine).order_by(Message.id)).all()
    found = run.Rehearsed([*people], [*sent], [], [], clock.now())
    return told.report(reading.read(published.preset(trigger)), found)
