"""A store on a port of its own that is told where its parcels are, and carriers who tell us."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from app.carriers.base import Scan, Update
from app.lib import clock
from app.lib.db import transaction
from app.shops.install import keep_secret
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.tracking.parcels import writeback
from app.tracking.scans import scans
from app.vocabulary import ShipmentStatus
from bench.house import House
from demo import stories
from demo.sales import Sale, way
from demo.shopify import notices, oauth, told, wire
from demo.shopify.server import store
from demo.shoppers import RIDGE
from demo.stores import Json, Shelf

SLOW = 0.05
"""Seconds between a change and its answer: the moment in which whoever asked for it may die."""


@contextmanager
def ridge(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run the store; yields its address."""
    monkeypatch.setenv("DEMO_STORES", str(folder / "stores.sqlite"))
    quick = told.create

    def create(shelf: Shelf, asked: Json) -> Json:
        made = quick(shelf, asked)
        time.sleep(SLOW)
        return made

    monkeypatch.setattr(told, "create", create)
    server = make_server("127.0.0.1", 0, store, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()


def sell(running: House, count: int, monkeypatch: pytest.MonkeyPatch) -> list[Sale]:
    """Let the store sell and send, and tell the house of it, as of all that happens there from now on."""

    def announce(found: list[tuple[str, Json]]) -> None:
        for topic, body in found:
            threading.Thread(target=running.shopify.shopify, args=(topic, body), daemon=True).start()

    monkeypatch.setattr(told, "announce", announce)
    sales, at = [], clock.now().replace(microsecond=0) - timedelta(hours=3)
    for number in range(count):
        ident = stories.FIRST_RIDGE + number
        sale = Sale(id=ident, number=1001 + number, shopper=RIDGE[0].id, lines=[(stories.SHIRT, 1)],
                    placed_at=at, updated_at=at)  # fmt: skip
        sale.send("ups", at + timedelta(hours=1), way(RIDGE[0]))
        Shelf(wire.HOST).put("sale", sale.id, sale.model_dump(mode="json"))
        for topic, body in [*notices.placed(sale), *notices.sent(sale, sale.parcels[0])]:
            running.shopify.shopify(topic, body)
        sales.append(sale)
    return sales


def shown(sale: Sale) -> Counter[str]:
    """How often the store shows each step of a parcel's way."""
    mine = sale.parcels[0].id
    return Counter(row["status"] for row in Shelf(wire.HOST).every("told") if row["parcel"] == mine)


def main() -> None:
    """Let a carrier tell the house of a shop's every parcel that it has come to STATUS."""
    status, at = ShipmentStatus(os.environ["STATUS"]), datetime.fromisoformat(os.environ["AT"])
    with transaction() as session:
        shop = session.get_one(Shop, int(os.environ["SHOP"]))
        if writeback.since(shop) is None:
            token, until = oauth.issue(Shelf(wire.HOST)), clock.now() + timedelta(hours=1)
            keep_secret(session, shop, "offline_token", token["access_token"], expires_at=until)
            writeback.switch(session, shop, on=True)
        numbers = session.scalars(select(Shipment.number).filter_by(shop_id=shop.id)).all()
    for number in numbers:
        scan = Scan(external_id=status, status=status, raw_status=status, happened_at=at)
        update = Update(number=number or "", scans=(scan,))
        with transaction() as session:
            scans.keep_update(session, shop.id, update, source="easypost", heard_at=clock.now())


if __name__ == "__main__":
    main()
