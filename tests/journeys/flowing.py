"""Lets time pass in flows: whoever is due is taken on, as the job would."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import time_machine
from sqlalchemy import func, select, update

from app.flows import engine, facts
from app.flows.models import Enrollment, Flow
from app.lib import clock
from app.messages.gate import permission
from app.messages.gate.verdict import Decision
from app.messages.models import Message
from app.vocabulary import Trigger
from tests.journeys.conftest import StoreVoice


class Passing:
    """A moment that moves on, and what is done meanwhile."""

    def __init__(self, store: StoreVoice, traveller: time_machine.Traveller) -> None:
        self._store = store
        self._traveller = traveller

    def by(self, span: timedelta) -> None:
        """Let so much time pass, and do what is due when it is due."""
        ends = clock.now() + span
        next_due = select(func.min(Enrollment.due_at))
        while (due_at := self._store.session.scalar(next_due)) is not None and due_at < ends:
            self._traveller.move_to(max(due_at, clock.now()))
            self.settle()
        self._traveller.move_to(ends)
        self.settle()

    def settle(self) -> None:
        """Apply, react and take on until nothing is left to do."""
        self._store.settle()
        while engine.run(self._store.session):
            self._store.session.commit()
        self._store.session.commit()


@contextmanager
def from_(store: StoreVoice, moment: datetime) -> Iterator[Passing]:
    """Begin at a moment."""
    with time_machine.travel(moment, tick=False) as traveller:
        yield Passing(store, traveller)


def on_in_america(store: StoreVoice, since: datetime) -> StoreVoice:
    """Let a shop be in the United States, with its flows on since a moment."""
    store.shop.country = "US"
    store.session.execute(update(Flow).values(on_since=since))
    store.session.commit()
    return store


def told(store: StoreVoice, trigger: Trigger) -> list[Message]:
    """Return the messages of a flow."""
    return [message for message in store.messages() if message.trigger is trigger]


def enrollments(store: StoreVoice, trigger: Trigger) -> list[Enrollment]:
    """Return who is or was in a flow."""
    mine = select(Enrollment).filter_by(shop_id=store.shop.id, trigger=trigger).order_by(Enrollment.id)
    return list(store.session.scalars(mine.execution_options(populate_existing=True)))


def gate(store: StoreVoice, message: Message) -> Decision:
    """Return what the gate says of a message now."""
    store.session.expire_all()
    known = facts.gather(store.session, [message])[message.id]
    return permission.decide(known)
