"""Fills the sample shops: connected as any store, their orders delivered through the front door."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from app.commerce.models import Delivery, Order
from app.imports.models import Import, ImportKind
from app.lib import clock
from app.lib.config import settings
from app.lib.db import transaction
from app.platforms.walking import Step
from app.shops.models import Shop
from app.tracking.page.links import tracking_url
from app.vocabulary import InboxState
from demo import asking, install, meta, past, stock, stories, things, twilio, ups
from demo.sales import Sale
from demo.shopify import notices as shopify_notices
from demo.shopify import wire as shopify_wire
from demo.stores import Json, Shelf
from demo.voice import Registered, Voice
from demo.woocommerce import notices as woo_notices
from demo.woocommerce import wire as woo_wire

HOSTS = (shopify_wire.HOST, woo_wire.HOST, ups.HOST, twilio.HOST, meta.HOST)
APPLIED_WITHIN = READ_WITHIN = 60.0


def run() -> dict[str, Any]:
    """Connect both shops, have their past read and their orders told; return what var/demo.json says."""
    now = clock.now().replace(microsecond=0)
    for host, before in ((shopify_wire.HOST, past.ridge(now)), (woo_wire.HOST, past.harbor(now))):
        list(_kept(Shelf(host), before))
    harbor = install.connect()
    notes = {
        "tracking": "",
        "shopify": {
            "webhook_url": f"{settings().url}/webhooks/shopify",
            "secret": settings().shopify_client_secret,
            "shop": shopify_wire.HOST,
        },
        "woocommerce": {
            "webhook_url": harbor.url,
            "secret": harbor.secret,
            "store": woo_wire.HOME,
        },
    }
    _wait_until_read()
    shopify, woocommerce = voices(notes)
    deliveries = [*_ridge(shopify), *_harbor(woocommerce)]
    for done, deliver in enumerate(deliveries, 1):
        deliver()
        if done % 50 == 0 or done == len(deliveries):
            print(f"  {done} of {len(deliveries)} store notices delivered", flush=True)
    _wait_until_applied()
    asking.ask_for_all()
    with transaction() as session:
        mine = select(Shop, Order.id).join(Order, Order.shop_id == Shop.id)
        shop, order_id = session.execute(mine.where(Order.external_id == str(stories.SHOWN))).one()
        notes["tracking"] = tracking_url(shop, order_id)
    return notes


def voices(notes: Json) -> tuple[Voice, Registered]:
    """Return the senders of both stores."""
    shopify = notes["shopify"]
    return Voice(shopify["webhook_url"], shopify["secret"]), Registered(Shelf(woo_wire.HOST))


def _ridge(voice: Voice) -> list[Callable[[], object]]:
    """Deliver Ridge & Pine's products and orders."""
    now = clock.now().replace(microsecond=0)
    shelf = Shelf(shopify_wire.HOST)
    shelf.put("store", "opened", {"at": now.isoformat()})
    opened = now - timedelta(days=90)
    listed = [
        ("products/create", shopify_wire.product(t, opened, stock.of(shelf, t.id).quantity))
        for t in things.RIDGE.values()
    ]
    listed += shopify_notices.stocked(shelf, things.RIDGE[stock.LANTERN])
    told = [notice for sale in _kept(shelf, stories.ridge(now)) for notice in shopify_notices.whole(sale)]
    return [partial(voice.shopify, *notice) for notice in [*listed, *told]]


def _harbor(voice: Registered) -> list[Callable[[], object]]:
    """Deliver Harbor Goods' products and orders."""
    now = clock.now().replace(microsecond=0)
    opened, shelf = now - timedelta(days=90), voice.shelf
    listed = [
        ("product.created", woo_wire.product(t, opened, stock.of(shelf, t.id).quantity))
        for t in things.HARBOR.values()
    ]
    told = [notice for sale in _kept(voice.shelf, stories.harbor(now)) for notice in woo_notices.whole(sale)]
    carts = [notice for cart in stories.harbor_carts(now) for notice in woo_notices.carted(cart)]
    return [partial(voice.woocommerce, *notice) for notice in [*listed, *told, *carts]]


def _kept(shelf: Shelf, sales: Iterator[Sale]) -> Iterator[Sale]:
    for sale in sales:
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
        yield sale


def _wait_until_read() -> None:
    """Wait until the stores' orders of before are here; what else there is to read goes on meanwhile."""
    ends = time.monotonic() + READ_WITHIN
    histories = select(Import).filter_by(kind=ImportKind.HISTORY)
    while time.monotonic() < ends:
        with transaction() as session:
            rows = session.scalars(histories).all()
        if all(row.step != Step.ORDERS for row in rows):
            done = sum(row.counts["orders"]["done"] for row in rows)
            print(f"  {done} orders from before the stores connected are here", flush=True)
            return
        time.sleep(0.2)


def _wait_until_applied() -> None:
    ends = time.monotonic() + APPLIED_WITHIN
    waiting = select(func.count()).select_from(Delivery).filter_by(state=InboxState.WAITING)
    while time.monotonic() < ends:
        with transaction() as session:
            if not session.scalar(waiting):
                return
        time.sleep(0.2)
