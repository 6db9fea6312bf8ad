"""A store on WooCommerce is told in private notes, and in the order's data once all of it has arrived."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.carriers.base import Scan, Update
from app.commerce.models import Order
from app.events import EventRow
from app.lib import clock, http
from app.shops.install import keep_secret
from app.shops.models import Call, Errand
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.parcels import writeback
from app.tracking.scans import scans
from app.vocabulary import CallReason, CallState
from app.vocabulary import ShipmentStatus as S
from demo import stories
from demo.sales import Sale
from demo.shoppers import HARBOR
from demo.stores import Json, Shelf
from demo.woocommerce import auth, notices, told, wire
from demo.woocommerce.server import store as harbor_goods
from jobs import calls as job
from tests.demo.wsgi import Wsgi
from tests.dying import Killed
from tests.journeys.conftest import StoreVoice

MINUTE = timedelta(minutes=1)


@dataclass
class Harbor:
    """A store that is told, what it would tell in turn, and one order with two parcels on their way."""

    voice: StoreVoice
    shelf: Shelf
    sale: Sale
    announced: list[tuple[str, Json]]

    def hear(self, status: S, at: datetime, parcel: int = 0) -> None:
        scan = Scan(external_id=f"{status}:{at}", status=status, raw_status=status, happened_at=at)
        told_ = Update(number=self.sale.parcels[parcel].numbers[0], scans=(scan,))
        shop_id, session = self.voice.shop.id, self.voice.session
        scans.keep_update(session, shop_id, told_, source="ups", heard_at=clock.now())
        self.voice.settle()
        job.run()
        session.expire_all()

    def notes(self) -> list[str]:
        return [note["note"] for note in reversed(told.notes(self.shelf, self.sale))]

    def delivered_at(self) -> list[str]:
        meta = told.shown(self.shelf, self.sale)["meta_data"]
        return [line["value"] for line in meta if line["key"] == "_doorstep_delivered_at"]

    def come_back(self) -> None:
        for topic, body in self.announced:
            deliver(self.voice, topic, body)
        self.announced.clear()
        self.voice.settle()
        job.run()
        self.voice.session.expire_all()


def test_each_step_is_noted_once_in_private_and_the_end_of_all_in_the_orders_data(harbor: Harbor) -> None:
    at = datetime(2026, 11, 25, 9, 5, tzinfo=clock.now().tzinfo)
    number = harbor.sale.parcels[0].numbers[0]
    harbor.hear(S.OUT_FOR_DELIVERY, at)
    harbor.hear(S.OUT_FOR_DELIVERY, at + MINUTE)
    harbor.hear(S.DELIVERED, at + 2 * MINUTE)
    assert harbor.notes() == [
        f"Parcel {number} (UPS) is out for delivery: 2026-11-25 09:05. (Doorstep)",
        f"Parcel {number} (UPS) was delivered: 2026-11-25 09:07. (Doorstep)",
    ]
    assert not any(note["customer_note"] for note in told.notes(harbor.shelf, harbor.sale))
    assert harbor.delivered_at() == []
    harbor.hear(S.DELIVERED, at + 5 * MINUTE, parcel=1)
    assert harbor.delivered_at() == ["2026-11-25T09:10:00"]
    assert len(harbor.notes()) == 3


def test_what_comes_back_changes_nothing_and_is_not_told_again(harbor: Harbor) -> None:
    for parcel in (0, 1):
        harbor.hear(S.DELIVERED, moment() - 9 * MINUTE, parcel)
    assert [topic for topic, _ in harbor.announced] == ["order.updated"]
    before = everything(harbor)
    harbor.come_back()
    assert everything(harbor) == before
    assert harbor.announced == []


@pytest.mark.parametrize("line", ["after the note", "after the data"])
def test_whoever_was_cut_off_repeats_neither_note_nor_data(
    harbor: Harbor, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    def die(*_: object) -> None:
        raise Killed

    harbor.hear(S.DELIVERED, moment() - 9 * MINUTE, parcel=1)
    scan = Scan(external_id="x", status=S.DELIVERED, raw_status="D", happened_at=moment() - 8 * MINUTE)
    told_ = Update(number=harbor.sale.parcels[0].numbers[0], scans=(scan,))
    scans.keep_update(harbor.voice.session, harbor.voice.shop.id, told_, source="ups", heard_at=clock.now())
    harbor.voice.settle()
    where = (
        "app.platforms.woocommerce.telling.delivered" if line == "after the note" else "jobs.calls.calls.end"
    )
    with monkeypatch.context() as patched:
        patched.setattr(where, die)
        with pytest.raises(Killed):
            job.step()
    harbor.voice.session.execute(update(Call).values(lease_until=None))
    harbor.voice.session.commit()
    job.run()
    assert len(harbor.notes()) == 2
    assert len(harbor.delivered_at()) == len(harbor.announced) == 1
    harbor.voice.session.expire_all()
    assert set(harbor.voice.session.scalars(select(Call.state))) == {CallState.DONE}


def test_an_order_that_is_gone_is_not_told_of(harbor: Harbor) -> None:
    harbor.shelf.drop("sale", harbor.sale.id)
    harbor.hear(S.IN_TRANSIT, moment() - 9 * MINUTE)
    assert harbor.voice.session.scalars(select(Call.reason)).all() == [CallReason.SUPERSEDED]


def test_a_store_that_refuses_our_keys_is_shown_and_told_once_it_lets_us_in_again(harbor: Harbor) -> None:
    kept = harbor.shelf.named("key")
    for ident, _ in kept:
        harbor.shelf.drop("key", ident)
    harbor.hear(S.IN_TRANSIT, moment() - 9 * MINUTE)
    harbor.voice.session.refresh(harbor.voice.shop)
    assert harbor.voice.shop.broken_reason
    assert harbor.voice.session.scalars(select(Call.state)).all() == [CallState.WAITING]
    for ident, row in kept:
        harbor.shelf.put("key", ident, row)
    harbor.voice.shop.broken_reason = None
    harbor.voice.session.execute(update(Call).values(due_at=clock.now()))
    harbor.voice.session.commit()
    job.run()
    assert len(harbor.notes()) == 1


def everything(harbor: Harbor) -> list[Any]:
    session = harbor.voice.session
    session.commit()
    session.expire_all()
    parcels = session.scalars(select(Shipment).order_by(Shipment.id)).all()
    return [
        [(it.status, it.status_at, it.progress, it.number, it.cancelled_at) for it in parcels],
        session.scalars(select(Order.state)).all(),
        session.scalar(select(func.count()).select_from(TrackingEvent)),
        session.scalar(select(func.count()).select_from(EventRow)),
        session.scalar(select(func.count()).select_from(Errand)),
        session.execute(select(Call.key, Call.state)).all(),
        harbor.notes(),
        [str(message.trigger) for message in harbor.voice.messages()],
    ]


def moment() -> datetime:
    return clock.now().replace(microsecond=0)


def deliver(voice: StoreVoice, topic: str, body: Json) -> None:
    headers = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"https://{voice.shop.domain}/",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Delivery-ID": f"{len(voice.answers):032x}",
    }
    assert voice.woocommerce(json.dumps(body).encode(), headers) == 200


@pytest.fixture
def harbor(woo_store: StoreVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbor]:
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))
    announced: list[tuple[str, Json]] = []
    monkeypatch.setattr(told, "announce", lambda _, notices: announced.extend(notices))
    voice, shelf = woo_store, Shelf(wire.HOST)
    voice.shop.domain, voice.shop.timezone = wire.HOST, "Europe/Dublin"
    keys = auth.issue(shelf, "read_write")
    rest_keys = f"{keys['consumer_key']}:{keys['consumer_secret']}"
    keep_secret(voice.session, voice.shop, "rest_keys", rest_keys)
    writeback.switch(voice.session, voice.shop, on=True)
    voice.session.commit()
    at = moment() - timedelta(hours=30)
    sale = Sale(
        id=stories.FIRST_HARBOR,
        number=stories.FIRST_HARBOR,
        shopper=HARBOR[0].id,
        lines=[(stories.KETTLE, 1), (stories.JAM, 1)],
        placed_at=at,
        updated_at=at,
    )
    for line in (0, 1):
        sale.send("ups", at + timedelta(hours=1 + line), [], [line])
    shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    for topic, body in notices.whole(sale):
        deliver(voice, topic, body)
    voice.settle()
    http.play(wire.HOST, Wsgi(harbor_goods))
    http._breakers.reset()
    yield Harbor(voice, shelf, sale, announced)
    http.play(wire.HOST, None)
