"""Months of orders told by two stores, every flow on: all is explained, and a rehearsal says the same."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import time_machine
from sqlalchemy import select, update

from app.flows.models import Flow
from app.flows.rehearsal.told import SENT
from app.flows.switches import START_OFF
from app.lib import clock
from app.stock import waiting
from app.stock.models import Waiting
from app.vocabulary import Trigger
from bench import made_up, olist
from bench.flow_counts import EXPLAINED, count
from bench.olist import Sale, Telling
from bench.reconcile import reconcile
from bench.replay import as_stores_do
from demo.shopify.wire import HOST as RIDGE
from tests.journeys.conftest import StoreVoice
from tests.journeys.living import Living, as_lived, rehearse, rehearse_together
from tests.journeys.restocked import GONE, THERE, recorded, the_variant

MANY, FIRST = int(os.environ.get("LIMIT", "12")), int(os.environ.get("FIRST", "72"))
BEGINS = datetime(2026, 12, 1, 15, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
Happens = tuple[datetime, Callable[[], object]]


def test_all_flows_over_months_leave_nothing_unexplained_and_rehearsals_say_what_was_lived(
    shopify_store: StoreVoice, woo_store: StoreVoice
) -> None:
    session, found = woo_store.session, sales()
    begins = found[0].placed_at - 2 * DAY
    for store in (shopify_store, woo_store):
        store.shop.country, store.shop.timezone = "BR", "America/Sao_Paulo"
        store.shop.installed_at = begins
    shopify_store.shop.domain = RIDGE  # its bodies name it
    session.add_all(
        Flow(shop_id=it.shop.id, trigger=off) for it in (shopify_store, woo_store) for off in START_OFF
    )
    session.flush()
    session.execute(update(Flow).values(on_since=begins))
    session.commit()
    deliveries: list[Happens] = [
        (at, partial(deliver, shopify_store, woo_store, telling, ident))
        for at, telling, ident in as_stores_do(found, Random(2018))
    ]
    with time_machine.travel(begins, tick=False) as traveller:
        living = Living(woo_store, traveller)
        happens = [*deliveries, *restocks(woo_store, found[0].placed_at)]
        for moment, happen in sorted(happens, key=lambda it: it[0]):
            living.until(moment)
            happen()
            living.settle()
        ends = max(moment for moment, _ in happens) + 225 * DAY
        living.until(ends)

        def query(sql: str, *values: object) -> list[tuple[Any, ...]]:
            rows = session.connection().exec_driver_sql(sql, values or None)
            return [tuple(row) for row in rows]

        told = reconcile(query, living.taken, found, {"deliveries": len(deliveries)}, EXPLAINED)
        flows = count(query, found)
        assert told["met"]
        assert flows.unexplained == 0
        sent = 0
        for store in (shopify_store, woo_store):
            for trigger, rehearsed in rehearse_together(store, begins, ends).items():
                lived = as_lived(store, trigger)
                assert rehearsed == lived, trigger
                sent += sum(line.what == SENT for line in lived.lines)
        for store, trigger in ((shopify_store, Trigger.DELIVERED), (woo_store, Trigger.THANK_YOU)):
            lived, rehearsed = as_lived(store, trigger), rehearse(store, trigger, begins, ends)
            assert (rehearsed.lines, rehearsed.came) == (lived.lines, lived.came), trigger
            assert lived.came > 0
    assert flows.enrollments > MANY
    assert sent > MANY
    assert as_lived(woo_store, Trigger.BACK_IN_STOCK).came > 0


def sales() -> list[Sale]:
    """Return Olist's orders where OLIST says where they lie; else as many that come as they do."""
    folder = os.environ.get("OLIST")
    if folder is None:
        return made_up.sales(MANY, BEGINS)
    return [made_up.with_wishes(sale) for sale in olist.sales(Path(folder))[FIRST : FIRST + MANY]]


def deliver(shopify_store: StoreVoice, woo_store: StoreVoice, telling: Telling, ident: str) -> None:
    if telling.is_shopify:
        assert shopify_store.shopify(telling.topic, telling.payload, event=ident) == 200
        return
    body = json.dumps(telling.payload, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "X-WC-Webhook-Topic": telling.topic}
    assert woo_store.woocommerce(body, headers) == 200


def restocks(store: StoreVoice, begins: datetime) -> Iterator[Happens]:
    """Return when a pan is sold out and back, one piece at first, and who asks for it when."""
    for day, stem, pieces in ((0, GONE, 0), (9, THERE, 1), (12, GONE, 0), (20, THERE, 5)):
        yield begins + day * DAY, partial(shelve, store, stem, pieces)
    for number in range(14):
        yield begins + (1 + number) * DAY, partial(ask, store, number)
    yield begins + 5 * DAY, partial(leave, store, 2)


def shelve(store: StoreVoice, stem: str, pieces: int) -> None:
    recorded(store, stem, date_modified_gmt=f"{clock.now():%Y-%m-%dT%H:%M:%S}", stock_quantity=pieces)


def ask(store: StoreVoice, number: int) -> None:
    asked = waiting.Asked(address=f"waits{number}@example.org", wording="Yes", source="page")
    assert waiting.ask(store.session, store.shop, the_variant(store), asked)
    store.session.commit()


def leave(store: StoreVoice, number: int) -> None:
    theirs = select(Waiting).filter_by(address=f"waits{number}@example.org")
    waiting.leave(store.session.scalars(theirs).one())
    store.session.commit()
