"""The outside world: every few seconds a parcel of the sample shops moves, or somebody orders."""

import json
import random
import signal
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

from app.lib import clock
from demo.sample import WAY, shopify_fulfillment, shopify_order, shopify_scan, woo_order, woo_tracking
from demo.seed import FIRST_SHOPIFY_ID, FIRST_WOO_ID, voices
from demo.voice import Voice

NOTES = Path(__file__).parent.parent / "var" / "demo.json"
BEAT = (4.0, 9.0)
"""Seconds between two events."""
NEXT = ("carrier_picked_up", "in_transit", "out_for_delivery", "delivered")
LIVING_AT_MOST = 8
ORDERED = 0.4
"""The share of events that are new orders."""
REPEATED = 0.2
"""The share of deliveries that comes twice, as from a real store."""


def main() -> None:
    """Let the sample shops live until told to stop."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not NOTES.exists() and not stop.wait(0.5):
        pass
    if stop.is_set():
        return
    shopify, woocommerce = voices(json.loads(NOTES.read_text()))
    living: list[tuple[dict[str, Any], int]] = []
    born = 0
    while not stop.wait(random.uniform(*BEAT)):
        if len(living) < LIVING_AT_MOST and random.random() < ORDERED:
            born += 1
            living.append((_order(shopify, FIRST_SHOPIFY_ID + 1000 + born), 0))
            if born % 3 == 0:
                _woo_order(woocommerce, FIRST_WOO_ID + 1000 + born)
        elif living:
            sent, step = living.pop(0)
            _move(shopify, sent, step)
            if step + 1 < len(NEXT):
                living.append((sent, step + 1))


def _order(store: Voice, ident: int) -> dict[str, Any]:
    now = clock.now().replace(microsecond=0)
    order = shopify_order(ident, now)
    store.shopify("orders/paid", order)
    return shopify_fulfillment(order, now)


def _move(store: Voice, sent: dict[str, Any], step: int) -> None:
    if step == 0:
        store.shopify("fulfillments/create", sent)
    scan = shopify_scan(sent, NEXT[step], clock.now().replace(microsecond=0), WAY[step])
    delivery = store.shopify("fulfillment_events/create", scan)
    if random.random() < REPEATED:
        store.shopify("fulfillment_events/create", scan, delivery=delivery)


def _woo_order(store: Voice, ident: int) -> None:
    now = clock.now().replace(microsecond=0)
    store.woocommerce("order.created", woo_order(ident, now - timedelta(minutes=2)))
    shipped = woo_order(ident, now - timedelta(minutes=2), "completed", [woo_tracking(ident, now)])
    shipped["date_modified_gmt"] = now.strftime("%Y-%m-%dT%H:%M:%S")
    store.woocommerce("order.updated", shipped)


if __name__ == "__main__":
    main()
