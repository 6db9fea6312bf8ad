"""Deliveries for the fault tests, and the ledger of which were acknowledged."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import requests

from app.lib import clock
from bench.house import SHOPIFY_SECRET, House
from demo.shopify.wire import HOST as SHOPIFY_HOST
from tests.journeys import payloads

FIRST = 5_000_000
TOLD: list[tuple[str, dict[str, object]]] = []
"""What the tests of this run have counted."""


def order(number: int) -> dict[str, Any]:
    """A paid order of a minute ago, with an address of its own."""
    at = clock.now().replace(microsecond=0)
    body = payloads.order(at, FIRST + number, order_status_url=f"https://{SHOPIFY_HOST}/1/orders/{number}")
    return {**body, "email": f"shopper{number}@example.org", "customer": None}


def signed(body: bytes, *, secret: str = SHOPIFY_SECRET, **headers: str) -> dict[str, str]:
    """The headers with which Shopify would deliver this body."""
    return {
        "X-Shopify-Topic": "orders/paid",
        "X-Shopify-Shop-Domain": SHOPIFY_HOST,
        "X-Shopify-Webhook-Id": uuid4().hex,
        "X-Shopify-Hmac-Sha256": base64.b64encode(
            hmac.digest(secret.encode(), body, hashlib.sha256)
        ).decode(),
        **headers,
    }


def post(house: House, body: bytes, headers: dict[str, str], timeout: float = 6) -> int:
    """Deliver once, as a store does: at most five seconds; 0 where there was no answer."""
    try:
        return requests.post(house.shopify.url, data=body, headers=headers, timeout=timeout).status_code
    except requests.RequestException:
        return 0


def deliver(house: House, numbers: Iterable[int], *, threads: int = 8) -> dict[int, int]:
    """Deliver an order for each number, once; returns each one's answer."""

    def one(number: int) -> tuple[int, int]:
        body = json.dumps(order(number)).encode()
        return number, post(house, body, signed(body))

    with ThreadPoolExecutor(threads) as pool:
        return dict(pool.map(one, numbers))


def insist(house: House, numbers: Iterable[int]) -> None:
    """Deliver until each is acknowledged, as a store's retries do."""
    left = list(numbers)
    for _ in range(50):
        answers = deliver(house, left)
        left = [number for number, answer in answers.items() if answer != 200]
        if not left:
            return
    raise AssertionError(f"{len(left)} deliveries were never acknowledged")


def stored(house: House) -> set[int]:
    """The numbers of the orders that are kept."""
    rows = house.query('SELECT external_id FROM "order"')
    return {int(external_id) - FIRST for (external_id,) in rows}


def tell(what: str, **counts: object) -> None:
    """Print what a test counted, and keep it for the last line."""
    TOLD.append((what, counts))
    print(f"\n  {what}: " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))


chance = random.Random(7)
