"""Two stores with orders of their own that have just connected, every flow on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.audience.models import ConsentRow, Profile
from app.commerce.models import Order, Variant
from app.events import EventRow
from app.imports import history
from app.imports.models import Import
from app.lib import clock, http
from app.shops.install import keep_secret
from app.shops.models import Errand, Shop
from app.tracking.models import Shipment, TrackingEvent
from demo import fakes, stories
from demo.sales import Sale
from demo.shopify import bulk as their
from demo.shopify import notices, oauth, told
from demo.shopify import wire as shopify_wire
from demo.stores import Shelf
from demo.woocommerce import auth
from demo.woocommerce import notices as woo_notices
from demo.woocommerce import wire as woo_wire
from jobs import sync
from tests.demo.wsgi import Wsgi
from tests.journeys.conftest import StoreVoice


@dataclass
class Connected:
    """A store with orders of its own that has just connected, every flow on."""

    voice: StoreVoice
    sales: list[Sale]
    notices: Any

    @property
    def session(self) -> Session:
        return self.voice.session

    @property
    def shop(self) -> Shop:
        return self.voice.shop

    def begin(self) -> None:
        history.begin(self.session, self.session.get_one(Shop, self.shop.id))
        self.session.commit()

    def read(self) -> Import:
        """Let the jobs run until the history is read, and what follows from it is done."""
        for _ in range(40):
            self.session.execute(update(Errand).values(due_at=clock.now(), lease_until=None))
            self.session.commit()
            sync.run()
            self.session.expire_all()
            if self.session.scalar(select(func.count()).select_from(Errand)) == 0:
                break
        self.voice.settle()
        found = history.of_shop(self.session, self.shop.id)
        assert found is not None
        return found

    def orders(self) -> dict[str, Order]:
        self.session.expire_all()
        return {order.external_id: order for order in self.session.scalars(select(Order))}

    def known(self) -> Any:
        """Everything that is held, without the numbers of rows and the times of ours."""
        self.session.expire_all()
        names = {order.id: order.external_id for order in self.session.scalars(select(Order))}
        parcels = self.session.scalars(select(Shipment))
        return (
            sorted((o.external_id, o.state, o.email, o.total, o.refunded) for o in self.orders().values()),
            sorted((names[p.order_id], p.number, p.status, p.status_at) for p in parcels),
            sorted(self.session.scalars(select(TrackingEvent.external_id))),
            sorted((p.email or "", p.past_orders or 0) for p in self.session.scalars(select(Profile))),
            sorted(self.session.execute(select(ConsentRow.medium, ConsentRow.state, ConsentRow.at)).all()),
            sorted(self.session.scalars(select(EventRow.kind))),
            self.session.scalar(select(func.count()).select_from(Variant)),
            self.session.scalars(select(Import.counts)).one(),
        )


def deliver(store: Connected, topic: str, body: dict[str, Any]) -> None:
    if store.shop.platform == "shopify":
        assert store.voice.shopify(topic, body) == 200
        return
    headers = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Delivery-ID": "d",
    }
    assert store.voice.woocommerce(json.dumps(body).encode(), headers) == 200


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stores that write their files at once, and tell nobody of what they are told."""
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))
    monkeypatch.setattr(their, "WRITES_FOR", 0.0)
    monkeypatch.setattr(told, "announce", lambda _: None)


@pytest.fixture
def ridge(shopify_store: StoreVoice) -> Iterator[Connected]:
    shelf, session, now = Shelf(shopify_wire.HOST), shopify_store.session, clock.now().replace(microsecond=0)
    sales = list(stories.ridge(now))
    for sale in sales:
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    shopify_store.shop.domain = shopify_wire.HOST
    keep_secret(session, shopify_store.shop, "offline_token", str(oauth.issue(shelf)["access_token"]))
    session.commit()
    http.play(shopify_wire.HOST, Wsgi(fakes.application))
    yield Connected(shopify_store, sales, notices)
    http.play(shopify_wire.HOST, None)


@pytest.fixture
def harbor(woo_store: StoreVoice) -> Iterator[Connected]:
    shelf, session, now = Shelf(woo_wire.HOST), woo_store.session, clock.now().replace(microsecond=0)
    sales = list(stories.harbor(now))
    for sale in sales:
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    keys = auth.issue(shelf, "read_write")
    woo_store.shop.domain, woo_store.shop.currency = woo_wire.HOST, "EUR"
    keep_secret(session, woo_store.shop, "rest_keys", f"{keys['consumer_key']}:{keys['consumer_secret']}")
    session.commit()
    http.play(woo_wire.HOST, Wsgi(fakes.application))
    yield Connected(woo_store, sales, woo_notices)
    http.play(woo_wire.HOST, None)
