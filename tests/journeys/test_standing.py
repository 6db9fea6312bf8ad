"""Carts that are bought, and lines that break, while a chunk of reminders goes out."""

from time import sleep

from sqlalchemy import text

from app.commerce.models import Checkout
from app.flows import arbiter
from app.lib import clock
from app.lib.db import transaction
from app.messages.dispatch import outbox, sending
from app.messages.dispatch.journal import Journal
from app.messages.dispatch.sending import Ready
from jobs.standing import ASKS_EVERY, Standing
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import Passing, from_
from tests.journeys.test_abandoned_checkout import HOUR, MONDAY, leave_a_cart, store
from tests.journeys.test_unpermitted import typed

__all__ = ["store"]


def test_a_purchase_while_its_chunk_goes_out_stops_it(store: StoreVoice) -> None:
    """Carts are asked about several at once: the answer about those behind is not believed for long."""
    with from_(store, MONDAY) as time, Journal() as journal:
        ready = two_carts_let_go(store, time, journal)
        first, second = (item.message for item in ready)
        with Standing(ready) as stands:
            assert stands(first)
            with transaction() as other:
                other.get_one(Checkout, second.checkout_id).completed_at = clock.now()
            sleep(2 * ASKS_EVERY)
            assert not stands(second)
            assert stands(first)


def test_a_line_that_breaks_while_its_chunk_goes_out_is_opened_anew(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time, Journal() as journal:
        ready = two_carts_let_go(store, time, journal)
        first, second = (item.message for item in ready)
        with Standing(ready) as stands:
            assert stands(first)
            store.session.execute(CUT_OFF)
            sleep(2 * ASKS_EVERY)
            assert stands(second)


CUT_OFF = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def two_carts_let_go(store: StoreVoice, time: Passing, journal: Journal) -> list[Ready]:
    """Leave two carts, and return their reminders as the gate has let them go."""
    leave_a_cart(store)
    typed(store, "b", "ben@example.com", buyer_accepts_marketing=True)
    time.settle()
    time.by(HOUR)
    ids = outbox.claim(store.session, journal.name)
    ready = sending.prepare(store.session, journal.name, ids, arbiter.judge)
    store.session.commit()
    return ready
