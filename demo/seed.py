"""Fills the sample shops: installed as any shop, their orders delivered through the front door."""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from app.commerce.models import Delivery, Order
from app.flows.models import Flow
from app.lib import clock
from app.lib.db import transaction
from app.shops import errands
from app.shops.install import Store, install, keep_secret
from app.tracking.links import tracking_url
from app.vocabulary import InboxState, PlatformKey, Trigger
from demo import stories, things
from demo.sales import Sale
from demo.shopify import notices as shopify_notices
from demo.shopify import oauth
from demo.shopify import wire as shopify_wire
from demo.stores import Json, Shelf
from demo.voice import Registered, Voice
from demo.woocommerce import auth, webhooks
from demo.woocommerce import notices as woo_notices
from demo.woocommerce import wire as woo_wire

HOSTS = (shopify_wire.HOST, woo_wire.HOST)
WOO_TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored",
              "product.created", "product.updated", "customer.updated", "customer.deleted")  # fmt: skip
APPLIED_WITHIN = 60.0
CALM = timedelta(seconds=30)
"""Until the app first asks the stores: by then their own notices have told it everything."""
HOURLY, DAILY = 3600, 86_400

RIDGE = Store(
    platform=PlatformKey.SHOPIFY,
    domain=shopify_wire.HOST,
    url="https://ridge-and-pine.example",
    name="Ridge & Pine",
    external_id=str(shopify_wire.SHOP_ID),
    email="hello@ridge-and-pine.example",
    timezone=str(shopify_wire.ZONE),
    currency="USD",
    locale="en",
    country="US",
    scopes=oauth.SCOPES.replace(",", " "),
)
HARBOR = Store(
    platform=PlatformKey.WOOCOMMERCE,
    domain=woo_wire.HOST,
    url=woo_wire.HOME,
    name="Harbor Goods",
    email="ahoy@harbor-goods.example",
    timezone=str(woo_wire.ZONE),
    currency="EUR",
    locale="en",
    country="IE",
)
BRANDS = {
    RIDGE.domain: {
        "color": "#1e6048",
        "legal_name": "Ridge & Pine LLC",
        "postal_address": "214 NW 9th Avenue, Portland, OR 97209",
        "support_email": "hello@ridge-and-pine.example",
    },
    HARBOR.domain: {
        "color": "#24507a",
        "legal_name": "Harbor Goods Ltd",
        "postal_address": "2 Quay Street, Cork, T12 RY7X, Ireland",
        "support_email": "ahoy@harbor-goods.example",
    },
}


def run(base: str) -> dict[str, Any]:
    """Install both shops, deliver their orders, and return what var/demo.json says of them."""
    woo_hook = _install(base)
    notes = {
        "tracking": "",
        "shopify": {
            "webhook_url": f"{base}/webhooks/shopify",
            "secret": os.environ["DOORSTEP_SHOPIFY_CLIENT_SECRET"],
            "shop": shopify_wire.HOST,
        },
        "woocommerce": {
            "webhook_url": woo_hook["delivery_url"],
            "secret": woo_hook["secret"],
            "store": woo_wire.HOME,
        },
    }
    shopify, woocommerce = voices(notes)
    deliveries = [*_ridge(shopify), *_harbor(woocommerce)]
    for done, deliver in enumerate(deliveries, 1):
        deliver()
        if done % 50 == 0 or done == len(deliveries):
            print(f"  {done} of {len(deliveries)} store notices delivered", flush=True)
    _wait_until_applied()
    with transaction() as session:
        shown = select(Order.id).filter_by(external_id=str(stories.SHOWN))
        notes["tracking"] = tracking_url(session.scalars(shown).one())
    return notes


def voices(notes: Json) -> tuple[Voice, Registered]:
    """Return the senders of both stores."""
    shopify = notes["shopify"]
    return Voice(shopify["webhook_url"], shopify["secret"]), Registered(Shelf(woo_wire.HOST))


def _install(base: str) -> Json:
    """Connect both stores, every flow on; returns WooCommerce's order webhook."""
    ridge, harbor = Shelf(shopify_wire.HOST), Shelf(woo_wire.HOST)
    token, keys, now = oauth.issue(ridge), auth.issue(harbor, "read_write"), clock.now()
    webhook_secret = secrets.token_hex(24)
    with transaction() as session:
        shops = {store.domain: install(session, store) for store in (RIDGE, HARBOR)}
        for domain, shop in shops.items():
            shop.settings = {"brand": BRANDS[domain]}
            for trigger in Trigger:
                session.add(Flow(shop_id=shop.id, trigger=trigger, on_since=now))
        keep_secret(
            session,
            shops[RIDGE.domain],
            "offline_token",
            token["access_token"],
            refresh=token["refresh_token"],
            expires_at=now + timedelta(seconds=token["expires_in"]),
            refresh_expires_at=now + timedelta(seconds=token["refresh_token_expires_in"]),
        )
        errands.add(session, shops[RIDGE.domain].id, "shopify.shop_info", due_at=now + CALM, every=DAILY)
        errands.add(session, shops[RIDGE.domain].id, "shopify.catch_up", due_at=now + CALM, every=HOURLY)
        rest_keys = f"{keys['consumer_key']}:{keys['consumer_secret']}"
        keep_secret(session, shops[HARBOR.domain], "rest_keys", rest_keys)
        keep_secret(session, shops[HARBOR.domain], "webhook_secret", webhook_secret)
        url = f"{base}/webhooks/woocommerce/{shops[HARBOR.domain].key}"
    asked = {"name": "Doorstep", "delivery_url": url, "secret": webhook_secret}
    hooks = [webhooks.create(harbor, {**asked, "topic": topic}) for topic in WOO_TOPICS]
    return hooks[0]


def _ridge(voice: Voice) -> list[Callable[[], object]]:
    """Deliver Ridge & Pine's products and orders."""
    now = clock.now().replace(microsecond=0)
    shelf = Shelf(shopify_wire.HOST)
    shelf.put("store", "opened", {"at": now.isoformat()})
    listed = [
        ("products/create", shopify_wire.product(t, now - timedelta(days=90))) for t in things.RIDGE.values()
    ]
    told = [notice for sale in _kept(shelf, stories.ridge(now)) for notice in shopify_notices.whole(sale)]
    return [partial(voice.shopify, *notice) for notice in [*listed, *told]]


def _harbor(voice: Registered) -> list[Callable[[], object]]:
    """Deliver Harbor Goods' products and orders."""
    now = clock.now().replace(microsecond=0)
    listed = [
        ("product.created", woo_wire.product(t, now - timedelta(days=90))) for t in things.HARBOR.values()
    ]
    told = [notice for sale in _kept(voice.shelf, stories.harbor(now)) for notice in woo_notices.whole(sale)]
    return [partial(voice.woocommerce, *notice) for notice in [*listed, *told]]


def _kept(shelf: Shelf, sales: Iterator[Sale]) -> Iterator[Sale]:
    for sale in sales:
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
        yield sale


def _wait_until_applied() -> None:
    ends = time.monotonic() + APPLIED_WITHIN
    waiting = select(func.count()).select_from(Delivery).filter_by(state=InboxState.WAITING)
    while time.monotonic() < ends:
        with transaction() as session:
            if not session.scalar(waiting):
                return
        time.sleep(0.2)
