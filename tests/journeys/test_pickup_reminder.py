"""A parcel waits to be collected: its shopper is reminded after one day, three days and six."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import update

from app.flows import switches
from app.lib import clock
from app.messages.models import Message
from app.tracking.models import Shipment
from app.vocabulary import MessageState, Reason, Trigger
from jobs import exceptions, messages
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_collecting import sent
from tests.journeys.test_mails import parsed, part, send, server

__all__ = ["server"]

Later = Callable[[timedelta], None]
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("America/Denver"))


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON) as found:
        yield found


def test_reminders_come_after_a_day_three_days_and_six(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later, traveller: time_machine.Traveller
) -> None:
    waits(shopify_store, later)
    subjects = []
    for passed in (DAY, DAY, DAY, DAY, DAY, DAY, DAY * 3):
        server.taken.clear()
        days_pass(shopify_store, later, traveller, passed)
        subjects.append([parsed(taken)["Subject"] for taken in server.taken])
    again = ["Still waiting for you: order #1042"]
    assert subjects == [again, [], again, [], [], again, []]
    assert [it.step for it in reminders(shopify_store)] == [1, 2, 3]


def test_the_last_one_says_that_it_does_not_wait_for_ever(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later, traveller: time_machine.Traveller
) -> None:
    waits(shopify_store, later)
    said = []
    for passed in (DAY, DAY * 2, DAY * 3):
        days_pass(shopify_store, later, traveller, passed)
        said.append("what nobody collects goes back" in part(parsed(server.taken[-1]), "plain"))
    assert said == [False, False, True]


@pytest.mark.usefixtures("server")
def test_who_has_collected_it_is_not_reminded(
    shopify_store: StoreVoice, later: Later, traveller: time_machine.Traveller
) -> None:
    waits(shopify_store, later)
    days_pass(shopify_store, later, traveller, DAY, is_sent=False)
    shopify_store.shopify("fulfillment_events/create", payloads.scan("delivered", clock.now(), 2))
    send(shopify_store, later)
    (reminder,) = reminders(shopify_store)
    assert (reminder.state, reminder.reason) == (MessageState.SKIPPED, Reason.SUPERSEDED)
    days_pass(shopify_store, later, traveller, DAY * 5)
    assert len(reminders(shopify_store)) == 1


@pytest.mark.usefixtures("server")
def test_what_became_due_while_nobody_looked_is_said_once(
    shopify_store: StoreVoice, later: Later, traveller: time_machine.Traveller
) -> None:
    waits(shopify_store, later)
    days_pass(shopify_store, later, traveller, DAY * 4)
    assert [(it.step, it.state) for it in reminders(shopify_store)] == [(2, MessageState.SENT)]


@pytest.mark.usefixtures("server")
def test_it_is_the_merchants_switch(
    shopify_store: StoreVoice, later: Later, traveller: time_machine.Traveller
) -> None:
    switches.switch(shopify_store.session, shopify_store.shop.id, Trigger.PICKUP_REMINDER, on=False)
    shopify_store.session.commit()
    waits(shopify_store, later)
    days_pass(shopify_store, later, traveller, DAY)
    assert reminders(shopify_store) == []


def waits(store: StoreVoice, later: Later) -> None:
    """Let a parcel be sent, and be ready to be collected."""
    sent(store, later)
    store.shopify("fulfillment_events/create", payloads.scan("ready_for_pickup", clock.now(), 1))
    send(store, later)


def days_pass(
    store: StoreVoice,
    later: Later,
    traveller: time_machine.Traveller,
    passed: timedelta,
    *,
    is_sent: bool = True,
) -> None:
    """Let time pass and the job look, whatever else it would do meanwhile."""
    traveller.shift(passed)
    store.session.execute(update(Shipment).values(exceptions_due_at=clock.now()))
    store.session.commit()
    exceptions.look()
    store.settle()
    if is_sent:
        later(timedelta(seconds=1))
        messages.send()
        store.session.expire_all()


def reminders(store: StoreVoice) -> list[Message]:
    return [it for it in store.messages() if it.trigger is Trigger.PICKUP_REMINDER]
