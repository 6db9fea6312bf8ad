"""A store whose pan is sold out, and comes back as a recorded store told of it; people who wait for it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from app.commerce.models import Variant
from app.flows import engine, restocks
from app.flows.models import Flow
from app.lib import clock
from app.messages.models import Message
from app.shops.errands import Due
from app.shops.models import Errand
from app.stock import restock, shelves, waiting
from app.stock.models import Waiting
from app.vocabulary import Trigger
from jobs import messages, stock
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_woocommerce_order import RECORDED

BACK = Trigger.BACK_IN_STOCK
GONE, THERE = "137_product.updated_publish", "139_product.updated_publish"
"""A cast iron pan of which there are none, and three seconds later five, as the store told of it."""
PAN = "11"
HEARD = datetime(2026, 11, 22, 9, 24, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(woo_store: StoreVoice) -> Iterator[StoreVoice]:
    """A shop whose pan is sold out, and whose flow has been on for long."""
    woo_store.session.execute(update(Flow).values(on_since=HEARD - timedelta(days=9)))
    woo_store.shop.installed_at = HEARD - timedelta(days=9)
    with time_machine.travel(HEARD, tick=False):
        recorded(woo_store, GONE)
        yield woo_store


def recorded(store: StoreVoice, stem: str, **changes: object) -> None:
    """Let the store deliver what it once did, to the byte where nothing is changed."""
    raw = json.loads((RECORDED / f"{stem}.json").read_text())["body_text"].encode()
    body = json.dumps(json.loads(raw) | changes).encode() if changes else raw
    deliver(store, "product.updated", body)


def deliver(store: StoreVoice, topic: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "X-WC-Webhook-Topic": topic}
    assert store.woocommerce(body, headers) == 200
    store.settle()


def sell_out(store: StoreVoice) -> None:
    at = clock.now() + MINUTE
    recorded(store, GONE, date_modified_gmt=f"{at:%Y-%m-%dT%H:%M:%S}")


def come_back(store: StoreVoice) -> None:
    at = clock.now() + 2 * MINUTE
    recorded(store, THERE, date_modified_gmt=f"{at:%Y-%m-%dT%H:%M:%S}")
    judge(store, at=at)


def judge(store: StoreVoice, at: datetime = HEARD, *, react: bool = True) -> None:
    """Let what rose settle, and everything follow from it."""
    with time_machine.travel(at + restock.SETTLE, tick=False):
        due = select(Errand).filter_by(kind=shelves.JUDGE).where(Errand.due_at <= clock.now())
        for errand in store.session.scalars(due).all():
            shelves.judge(store.session, store.shop.id, int(errand.subject))
            store.session.delete(errand)
        store.session.commit()
        if react:
            settle(store)


def settle(store: StoreVoice) -> None:
    store.settle()
    while engine.run(store.session):
        store.session.commit()
    store.session.commit()


def send(store: StoreVoice) -> None:
    store.session.execute(update(Message).values(due_at=clock.now()))
    store.session.commit()
    messages.send()
    store.session.expire_all()


def ask(store: StoreVoice, *names: str) -> None:
    """Let people ask, a second after each other."""
    so_far = len(store.session.scalars(select(Waiting.id)).all())
    for number, name in enumerate(names, start=so_far):
        with time_machine.travel(HEARD - timedelta(hours=1) + timedelta(seconds=number), tick=False):
            asked = waiting.Asked(address=f"{name}@example.org", wording="Yes", source="page")
            assert waiting.ask(store.session, store.shop, the_variant(store), asked)
    store.session.commit()


def the_variant(store: StoreVoice) -> int:
    return store.session.scalars(select(Variant.id).filter_by(external_id=PAN)).one()


def numbers(store: StoreVoice) -> list[int]:
    """Return the places in the line of those who were asked to be written to, in the order of asking."""
    rows = store.session.execute(
        select(Message.waiting_id).filter_by(trigger=BACK).order_by(Message.id)
    ).all()
    return [waiting_id for (waiting_id,) in rows if waiting_id is not None]


def due_calls(store: StoreVoice) -> list[Errand]:
    due = select(Errand).filter_by(kind=restocks.CALL).where(Errand.due_at <= clock.now())
    return list(store.session.scalars(due.order_by(Errand.id)))


def run_calls(store: StoreVoice) -> None:
    """Do what is due of calling the next, as the job would."""
    for errand in due_calls(store):
        store.session.delete(errand)
        store.session.commit()
        stock.HANDLERS[errand.kind](
            Due(
                id=0,
                fence=0,
                asks=0,
                shop_id=store.shop.id,
                kind=errand.kind,
                subject=errand.subject,
                cursor=None,
            )
        )
    store.session.expire_all()
