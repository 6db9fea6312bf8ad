"""Fills the sample shops: installed as any shop, their orders delivered through the front door."""

import os
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import func, select

from app.commerce.models import Delivery, Order
from app.flows.models import Flow
from app.lib import clock
from app.lib.db import transaction
from app.shops.install import Store, install, keep_secret, secret_of
from app.shops.models import Shop
from app.tracking.links import tracking_url
from app.vocabulary import InboxState, PlatformKey, Trigger
from demo.sample import (
    SHOPIFY_HOST,
    WAY,
    WOO_HOST,
    shopify_fulfillment,
    shopify_order,
    shopify_scan,
    woo_order,
    woo_tracking,
)
from demo.voice import Voice

HOSTS = (SHOPIFY_HOST, WOO_HOST)
FIRST_SHOPIFY_ID = 10**12
FIRST_WOO_ID = 100_000
APPLIED_WITHIN = 60.0

STORIES: tuple[tuple[str, ...], ...] = (
    (),
    ("label_printed",),
    ("label_printed", "carrier_picked_up", "in_transit"),
    ("carrier_picked_up", "in_transit", "out_for_delivery"),
    ("carrier_picked_up", "in_transit", "out_for_delivery", "delivered"),
    ("carrier_picked_up", "in_transit", "delayed"),
    ("carrier_picked_up", "in_transit", "out_for_delivery", "attempted_delivery"),
    ("carrier_picked_up", "in_transit", "ready_for_pickup"),
    ("carrier_picked_up", "in_transit"),
    ("carrier_picked_up", "in_transit", "out_for_delivery", "delivered"),
    ("carrier_picked_up", "failure"),
    ("carrier_picked_up", "in_transit", "returning_to_sender"),
)
"""What has happened to each sample order's parcel so far; the empty story is an order still being packed."""

SHOWN = 2
"""The story whose tracking page the demo shows first."""


def run(base: str) -> dict[str, Any]:
    """Install both shops, deliver their orders, and return what var/demo.json says of them."""
    notes = _install(base)
    shopify, woocommerce = voices(notes)
    deliveries = [*_shopify_deliveries(shopify), *_woo_deliveries(woocommerce)]
    for done, deliver in enumerate(deliveries, 1):
        deliver()
        if done % 20 == 0 or done == len(deliveries):
            print(f"  {done} of {len(deliveries)} store notices delivered", flush=True)
    _wait_until_applied()
    with transaction() as session:
        shown = select(Order.id).filter_by(external_id=str(FIRST_SHOPIFY_ID + SHOWN))
        notes["tracking"] = tracking_url(session.scalars(shown).one())
    return notes


def voices(notes: dict[str, Any]) -> tuple[Voice, Voice]:
    """Return the senders of both stores."""
    session = requests.Session()
    shopify, woocommerce = notes["shopify"], notes["woocommerce"]
    return (
        Voice(shopify["webhook_url"], shopify["secret"], session),
        Voice(woocommerce["webhook_url"], woocommerce["secret"], session),
    )


def _install(base: str) -> dict[str, Any]:
    ridge = Store(
        platform=PlatformKey.SHOPIFY,
        domain=SHOPIFY_HOST,
        url="https://ridge-and-pine.example",
        name="Ridge & Pine",
        email="hello@ridge-and-pine.example",
        timezone="America/Denver",
        currency="USD",
        country="US",
    )
    harbor = Store(
        platform=PlatformKey.WOOCOMMERCE,
        domain=WOO_HOST,
        url=f"https://{WOO_HOST}",
        name="Harbor Goods",
        email="ahoy@harbor-goods.example",
        timezone="Europe/Dublin",
        currency="EUR",
        country="IE",
    )
    with transaction() as session:
        shops = [install(session, store) for store in (ridge, harbor)]
        for shop, brand in zip(shops, (RIDGE_BRAND, HARBOR_BRAND), strict=True):
            shop.settings = {"brand": brand}
            for trigger in Trigger:
                session.add(Flow(shop_id=shop.id, trigger=trigger, on_since=clock.now()))
        keep_secret(session, shops[1], "webhook_secret", secrets.token_hex(24))
        keep_secret(session, shops[1], "rest_keys", "ck_demo:cs_demo")
    with transaction() as session:
        shop = session.scalars(select(Shop).filter_by(domain=WOO_HOST)).one()
        return {
            "tracking": "",
            "shopify": {
                "webhook_url": f"{base}/webhooks/shopify",
                "secret": os.environ["DOORSTEP_SHOPIFY_CLIENT_SECRET"],
                "shop": SHOPIFY_HOST,
            },
            "woocommerce": {
                "webhook_url": f"{base}/webhooks/woocommerce/{shop.key}",
                "secret": secret_of(session, shop.id, "webhook_secret"),
                "store": f"https://{WOO_HOST}",
            },
        }


RIDGE_BRAND = {
    "color": "#1e6048",
    "legal": "Ridge & Pine LLC, 214 NW 9th Avenue, Portland, OR 97209",
    "support_email": "hello@ridge-and-pine.example",
}
HARBOR_BRAND = {
    "color": "#24507a",
    "legal": "Harbor Goods Ltd, 2 Quay Street, Cork, Ireland",
    "support_email": "ahoy@harbor-goods.example",
}


def _shopify_deliveries(store: Voice) -> Iterator[Any]:
    now = clock.now().replace(microsecond=0)
    for index, story in enumerate(STORIES * 2):
        placed = now - (timedelta(hours=2) if not story else timedelta(days=3, hours=index))
        order = shopify_order(FIRST_SHOPIFY_ID + index, placed, lines=1 + index % 3)
        yield lambda order=order: store.shopify("orders/paid", order)
        if not story:
            continue
        sent = shopify_fulfillment(order, placed + timedelta(hours=20))
        yield lambda sent=sent: store.shopify("fulfillments/create", sent)
        step = (now - placed - timedelta(hours=21)) / max(len(story), 1)
        for i, status in enumerate(story):
            at = placed + timedelta(hours=20) + step * (i + 1)
            scan = shopify_scan(sent, status, at.replace(microsecond=0), WAY[min(i, len(WAY) - 1)])
            yield lambda scan=scan: store.shopify("fulfillment_events/create", scan)
    cancelled = shopify_order(FIRST_SHOPIFY_ID + 90, now - timedelta(hours=5))
    cancelled |= {"cancelled_at": now.isoformat(), "updated_at": now.isoformat()}
    yield lambda: store.shopify("orders/cancelled", cancelled)


def _woo_deliveries(store: Voice) -> Iterator[Any]:
    now = clock.now().replace(microsecond=0)
    for index in range(12):
        ident = FIRST_WOO_ID + index
        placed = now - timedelta(hours=3 + index * 9)
        order = woo_order(ident, placed)
        yield lambda order=order: store.woocommerce("order.created", order)
        if index % 3:
            shipped = woo_order(
                ident, placed, "completed", [woo_tracking(ident, placed + timedelta(hours=2))]
            )
            shipped["date_modified_gmt"] = (placed + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S")
            yield lambda shipped=shipped: store.woocommerce("order.updated", shipped)
    for offset, status in enumerate(("checkout-draft", "failed", "cancelled", "refunded", "on-hold")):
        other = woo_order(FIRST_WOO_ID + 50 + offset, now - timedelta(hours=1), status)
        yield lambda other=other: store.woocommerce("order.updated", other)


def _wait_until_applied() -> None:
    ends = time.monotonic() + APPLIED_WITHIN
    waiting = select(func.count()).select_from(Delivery).filter_by(state=InboxState.WAITING)
    while time.monotonic() < ends:
        with transaction() as session:
            if not session.scalar(waiting):
                return
        time.sleep(0.2)
