"""What a rehearsal of a shop's history says is what the live engine did of it; and nothing is written."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import time_machine
from sqlalchemy import func, select, update

from app.commerce.models import Order
from app.flows.models import Enrollment, Flow
from app.flows.rehearsal.told import DONE, HELD_OUT, SENT
from app.lib import clock
from app.schema import Base
from app.vocabulary import Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.living import Living, as_lived, rehearse, rehearse_together
from tests.journeys.test_unpermitted import typed

CART, REVIEW, BACK = Trigger.ABANDONED_CHECKOUT, Trigger.REVIEW_REQUEST, Trigger.WIN_BACK
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FLOWS = (CART, REVIEW, BACK)


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
        before = rows(store)
        together = rehearse_together(store, MONDAY - DAY, ends)
        assert rehearse_together(store, MONDAY - DAY, ends) == together, "the same each time"
        for trigger in FLOWS:
            assert together[trigger] == as_lived(store, trigger)
            assert together[trigger].came > 0
        alone = rehearse(store, BACK, MONDAY - DAY, ends)
        done = [line for line in alone.lines if line.what == DONE]
        assert tuple(line for line in alone.lines if line.what != DONE) == together[BACK].lines
        offered = select(Enrollment.path).filter_by(trigger=BACK, held_out=False)
        assert len(done) == sum("offer" in dict(path) for path in store.session.scalars(offered))
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


def rows(store: StoreVoice) -> dict[str, int]:
    """Count what there is."""
    store.session.rollback()
    tables = Base.metadata.sorted_tables
    return {it.name: store.session.scalar(select(func.count()).select_from(it)) or 0 for it in tables}
