"""What a rehearsal of a shop's history says is what the live engine did of it; and nothing is written."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Self

import time_machine
from sqlalchemy import func, select, update

from app.channels.base import Channel
from app.commerce.models import Order
from app.flows import engine, published
from app.flows.models import Enrollment, Flow
from app.flows.plan import reading
from app.flows.rehearsal import run, told
from app.flows.rehearsal.told import DONE, HELD_OUT, SENT, Line, Report
from app.lib import clock
from app.lib.db import apart
from app.messages.journal import Journal
from app.messages.models import Message
from app.reactions import of_flows
from app.schema import Base
from app.shops.models import Call
from app.vocabulary import CallState, Medium, MessageState, Trigger
from jobs import messages as sender
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_unpermitted import typed

CART, REVIEW, BACK = Trigger.ABANDONED_CHECKOUT, Trigger.REVIEW_REQUEST, Trigger.WIN_BACK
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FLOWS = (CART, REVIEW, BACK)


class Living:
    """A shop that lives through a history: told, reacting, taking people on and sending at each moment."""

    def __init__(self, store: StoreVoice, traveller: Any) -> None:
        self.store = store
        self._traveller = traveller

    def until(self, moment: datetime) -> None:
        """Live on to a moment, and do what is due when it is due."""
        while (due_at := self._due()) is not None and due_at < moment:
            self._traveller.move_to(max(due_at, clock.now()))
            self.settle()
        self._traveller.move_to(moment)

    def settle(self) -> None:
        """Do all that is due now."""
        self.store.settle()
        while engine.run(self.store.session):
            self.store.session.commit()
        self.store.session.execute(
            update(Call).values(state=CallState.DONE)
        )  # every store does as it is asked
        self.store.session.commit()
        with Journal() as journal, sender.Sender(journal, TAKER) as sending:
            while sending.send() is not None:
                pass
        self.store.session.expire_all()

    def _due(self) -> datetime | None:
        waiting = select(func.min(Message.due_at)).filter_by(state=MessageState.QUEUED)
        found = (
            self.store.session.scalar(select(func.min(Enrollment.due_at))),
            self.store.session.scalar(waiting),
        )
        self.store.session.rollback()
        return min((moment for moment in found if moment is not None), default=None)


class Taker:
    """A line that takes every mail."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def send_all(self, mails: Any, begin: Any) -> Iterator[tuple[int, str]]:
        for key, _ in mails:
            if begin(key):
                yield key, "taken"


TAKER = Channel(key="taker", medium=Medium.EMAIL, connect=Taker)


def test_a_rehearsal_says_what_the_live_engine_did_and_writes_nothing(shopify_store: StoreVoice) -> None:
    store = shopify_store
    store.shop.country, store.shop.timezone = "US", "America/New_York"
    store.session.execute(update(Flow).values(on_since=MONDAY - DAY))
    store.session.commit()
    with time_machine.travel(MONDAY, tick=False) as traveller:
        living = Living(store, traveller)
        for moment, happens in sorted(history(store, Random(7)), key=lambda it: it[0]):
            living.until(moment)
            happens()
            living.settle()
        ends = MONDAY + 230 * DAY
        living.until(ends)
        before, done = rows(store), list[Line]()
        for trigger in FLOWS:
            lived, rehearsed = as_lived(store, trigger), rehearse(store, trigger, ends)
            done += [line for line in rehearsed.lines if line.what == DONE]
            assert tuple(line for line in rehearsed.lines if line.what != DONE) == lived.lines
            assert (rehearsed.came, rehearsed.ended) == (lived.came, lived.ended)
            assert rehearsed.came > 0
        offered = select(Enrollment.path).filter_by(trigger=BACK, held_out=False)
        assert len(done) == sum("offer" in dict(path) for path in store.session.scalars(offered))
        assert rehearse(store, CART, ends) == rehearse(store, CART, ends), "the same each time"
        assert rows(store) == before
    told_of = [line for trigger in FLOWS for line in as_lived(store, trigger).lines]
    outcomes = {line.what for line in told_of}
    assert {SENT, HELD_OUT} < outcomes, "and some were skipped"
    assert any(line.at > line.wanted_at for line in told_of if line.what == SENT), "and some put off"


def history(store: StoreVoice, chance: Random) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """Return what happens to a store when: carts left, touched and bought, orders and their parcels."""
    for number in range(12):
        token, email = f"cart-{number}", f"shopper{chance.randint(1, 9)}@example.org"
        left = MONDAY + timedelta(minutes=chance.randint(0, 8 * 24 * 60))
        agrees = chance.random() < 0.8
        for touch in range(chance.randint(1, 3)):
            at = left + timedelta(minutes=touch * chance.randint(3, 40))
            yield at, partial(typed, store, token, email, buyer_accepts_marketing=agrees)
        if chance.random() < 0.4:
            bought = {"checkout_token": token, **buyer(email)}
            at = left + timedelta(minutes=chance.randint(20, 5000))
            yield at, partial(buy, store, 3000 + number, **bought)
    for number in range(5):
        email = f"shopper{chance.randint(1, 9)}@example.org"
        ident, placed = 2000 + number, MONDAY + timedelta(minutes=chance.randint(0, 8 * 24 * 60))
        yield (
            placed,
            partial(buy, store, ident, buyer_accepts_marketing=chance.random() < 0.8, **buyer(email)),
        )
        yield placed + DAY, partial(send, store, ident)
        if chance.random() < 0.8:
            at = placed + timedelta(hours=chance.randint(30, 200))
            yield at, partial(scan, store, "in_transit", ident)
            yield at + 20 * HOUR, partial(scan, store, "delivered", ident)


def buyer(email: str) -> dict[str, Any]:
    """Return who buys."""
    number = int(email.removeprefix("shopper").partition("@")[0])
    customer = {"id": 900 + number, "email": email, "first_name": "Ada", "last_name": "L", "phone": None}
    return {"email": email, "contact_email": email, "customer": customer}


def buy(store: StoreVoice, number: int, **changes: Any) -> None:
    store.shopify("orders/paid", payloads.order(clock.now(), number, **changes))


def send(store: StoreVoice, number: int) -> None:
    now = clock.now()
    store.shopify("fulfillments/create", payloads.fulfillment(now, number, number))
    order = {"fulfillment_status": "fulfilled", "updated_at": now.isoformat()}
    known = store.session.scalars(select(Order).filter_by(external_id=str(number))).one()
    placed_at = (known.placed_at or now) + timedelta(minutes=1)
    store.shopify("orders/updated", payloads.order(placed_at, number, **order, **buyer(known.email or "")))


def scan(store: StoreVoice, status: str, number: int) -> None:
    ident = number * 10 + len(status)
    store.shopify("fulfillment_events/create", payloads.scan(status, clock.now(), ident, number, number))


def as_lived(store: StoreVoice, trigger: Trigger) -> Report:
    """Return what came of a flow in the living shop."""
    session, mine = store.session, {"shop_id": store.shop.id, "trigger": trigger}
    session.expire_all()
    people = session.scalars(select(Enrollment).filter_by(**mine).order_by(Enrollment.id)).all()
    sent = session.scalars(select(Message).filter_by(**mine).order_by(Message.id)).all()
    found = run.Rehearsed([*people], [*sent], [], [], clock.now())
    return told.report(reading.read(published.preset(trigger)), found)


def rehearse(store: StoreVoice, trigger: Trigger, until: datetime) -> Report:
    """Return what a rehearsal of the same time says."""
    file = published.preset(trigger)
    with apart() as session:
        found = run.go(
            session, store.shop.id, trigger, file, since=MONDAY - DAY, until=until, reactions=of_flows()
        )
        return told.report(reading.read(file), found)


def rows(store: StoreVoice) -> dict[str, int]:
    """Count what there is."""
    store.session.rollback()
    tables = Base.metadata.sorted_tables
    return {it.name: store.session.scalar(select(func.count()).select_from(it)) or 0 for it in tables}
