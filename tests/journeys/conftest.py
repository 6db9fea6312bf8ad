"""A shop with every flow on, its store's voice, and the jobs run by hand until nothing is left to do."""

import base64
import hashlib
import hmac
import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import Client

import jobs
from app import intake, reactions
from app.commerce import inbox
from app.flows import switches
from app.flows.models import Flow
from app.lib import clock, http
from app.lib.config import settings
from app.main import create_app
from app.messages.models import Message
from app.platforms.woocommerce import api, webhooks
from app.shops import tokens
from app.shops.install import Store, install, keep_secret
from app.shops.models import Shop
from app.vocabulary import PlatformKey, Trigger
from bench.misbehaving import Misbehaving
from demo import fakes
from demo.shopify import oauth
from demo.shopify.wire import HOST as RIDGE
from demo.stores import Shelf
from demo.woocommerce import auth
from demo.woocommerce.wire import HOME
from demo.woocommerce.wire import HOST as HARBOR
from tests.demo.wsgi import Wsgi
from tests.door import as_wsgi, nothing_behind, wait_for
from webhooks.ingress import Ingress

SHOPIFY_SECRET = "test-client-secret"
PATIENCE = 120.0
"""Seconds that a job may take here before it leaves the rest to the next: nobody calls it again."""
WOO_SECRET = "WooSecret0123456789"
NOON = datetime(2026, 12, 2, 19, tzinfo=UTC)
"""A Wednesday's noon in Denver: "an hour ago" is today, whenever the tests are run."""


def at_its_address() -> Flask:
    """Return the app, which is asked for by its own https address."""
    made = create_app()
    made.config.update(SERVER_NAME="doorstep.test", PREFERRED_URL_SCHEME="https")
    return made


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every job end its work, however busy the machine is; one that asks carriers would wait as long."""
    for found in pkgutil.iter_modules(jobs.__path__, "jobs."):
        if found.name != "jobs.polling":
            monkeypatch.setattr(f"{found.name}.SLICE", PATIENCE, raising=False)


@dataclass
class StoreVoice:
    """A store that signs and delivers, and what the app then does."""

    session: Session
    shop: Shop
    secret: str
    client: Client
    answers: list[int] = field(default_factory=list)

    def shopify(
        self, topic: str, payload: dict[str, Any], *, event: str | None = None, **headers: str
    ) -> int:
        body = json.dumps(payload).encode()
        signature = base64.b64encode(hmac.digest(self.secret.encode(), body, hashlib.sha256)).decode()
        sent = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Shop-Domain": self.shop.domain,
            "X-Shopify-Webhook-Id": event or uuid4().hex,
            **headers,
        }
        response = self.client.post("/webhooks/shopify", data=body, headers=sent)
        self.answers.append(response.status_code)
        return response.status_code

    def woocommerce(self, body: bytes, headers: dict[str, str]) -> int:
        signature = base64.b64encode(hmac.digest(self.secret.encode(), body, hashlib.sha256)).decode()
        sent = {**headers, "X-WC-Webhook-Signature": signature}
        response = self.client.post(f"/webhooks/woocommerce/{self.shop.key}", data=body, headers=sent)
        self.answers.append(response.status_code)
        return response.status_code

    def settle(self) -> None:
        """Run the jobs until nothing is left to do; messages stay queued."""
        while inbox.drain(self.session, intake):
            self.session.commit()
        self.session.commit()
        while reactions.react_one(self.session):
            self.session.commit()
        self.session.commit()

    def messages(self) -> list[Message]:
        self.session.expire_all()
        return list(self.session.scalars(select(Message).order_by(Message.id)))

    def told(self) -> list[str]:
        """What was asked to be told, as words."""
        return [str(message.trigger) for message in self.messages()]


@pytest.fixture
def front_door() -> Iterator[Client]:
    """The webhooks' front door, for one test."""
    ingress = Ingress(nothing_behind)
    yield Client(as_wsgi(ingress))
    wait_for(ingress.close())


@pytest.fixture
def shopify_store(session: Session, front_door: Client) -> StoreVoice:
    store = Store(
        platform=PlatformKey.SHOPIFY,
        domain="ridge.myshopify.com",
        url="https://ridge.example",
        name="Ridge & Pine",
        currency="USD",
    )
    return _voice(session, install(session, store), SHOPIFY_SECRET, front_door)


@pytest.fixture
def woo_store(session: Session, front_door: Client) -> StoreVoice:
    store = Store(
        platform=PlatformKey.WOOCOMMERCE,
        domain="harbor.example",
        url="https://harbor.example",
        name="Harbor Goods",
        currency="USD",
    )
    shop = install(session, store)
    keep_secret(session, shop, "webhook_secret", WOO_SECRET)
    return _voice(session, shop, WOO_SECRET, front_door)


@pytest.fixture
def later(session: Session) -> Callable[[timedelta], None]:
    """Let every queued message become due by moving its time into the past."""

    def move(by: timedelta) -> None:
        session.execute(update(Message).values(due_at=clock.now() - by))
        session.commit()

    return move


def _voice(session: Session, shop: Shop, secret: str, front_door: Client) -> StoreVoice:
    for trigger in set(Trigger) - set(switches.START_OFF):
        session.add(Flow(shop_id=shop.id, trigger=trigger, on_since=clock.now()))
    session.commit()
    return StoreVoice(session, shop, secret, front_door)


@pytest.fixture
def sick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Misbehaving]:
    """The demo's stores, well until they are told to be ill."""
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))
    monkeypatch.setattr("demo.woocommerce.webhooks._ping", lambda _: None)
    outside = Misbehaving(fakes.application)
    for host in (HARBOR, RIDGE):
        http.play(host, Wsgi(outside))
    http._breakers.reset()
    yield outside
    for host in (HARBOR, RIDGE):
        http.play(host, None)


@pytest.fixture
def harbor(woo_store: StoreVoice, sick: Misbehaving) -> StoreVoice:
    """Harbor Goods, connected, with every webhook of ours."""
    del sick
    keys = auth.issue(Shelf(HARBOR), "read_write")
    pair = f"{keys['consumer_key']}:{keys['consumer_secret']}"
    woo_store.shop.domain, woo_store.shop.currency = HARBOR, "EUR"
    keep_secret(woo_store.session, woo_store.shop, "rest_keys", pair)
    woo_store.session.commit()
    address = webhooks.Address(base=settings().url, key=woo_store.shop.key, secret=woo_store.secret)
    webhooks.mend(api.Store(HOME, pair), address)
    return woo_store


@pytest.fixture
def ridge_store(shopify_store: StoreVoice, sick: Misbehaving) -> StoreVoice:
    """Ridge & Pine, connected."""
    del sick
    token = oauth.issue(Shelf(RIDGE))
    shopify_store.shop.domain = RIDGE
    ends = clock.now() + timedelta(hours=1)
    access, refresh = token["access_token"], token["refresh_token"]
    keep_secret(
        shopify_store.session, shopify_store.shop, tokens.KIND, access, refresh=refresh, expires_at=ends
    )
    shopify_store.session.commit()
    return shopify_store
