"""`make bench-history`: the history of a store with ORDERS (100,000) orders, read by one process.

An order takes so many statements; one that is sent with many rows at once counts once, as in bench-drain.

The store is one on Shopify whose file of orders is played from the disk, each with two lines and a parcel;
one in 25 is still on the road. Memory is looked at all the way: it may not grow with what was read. Beside it
stand the same file only read and understood, and what the store would let an app ask for one by one: 100
points a second, of which each order's own look-up takes about eight.
"""

import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import requests
from alembic import command
from alembic.config import Config
from requests.adapters import BaseAdapter
from sqlalchemy import text
from urllib3 import HTTPResponse

from app.imports import history
from app.lib import clock, http
from app.lib.db import engine, transaction
from app.platforms.shopify import bulk
from app.platforms.walking import Step
from app.shops.errands import Due
from app.shops.install import Store, install, keep_secret
from app.vocabulary import PlatformKey
from bench.drain import Counted
from demo.cluster import newest_installed
from demo.servers import embedded
from jobs import history as job

ROOT = Path(__file__).parent.parent
ORDERS = int(os.environ.get("ORDERS", "100000"))
LOOKS = 20
MOST_GROWTH = 40
"""Megabytes that the process may grow by between a tenth of the way and its end."""
LEAST_PER_SECOND, MOST_STATEMENTS = 100, 8
TARGETS = {
    "orders": ORDERS,
    "growth_mb": MOST_GROWTH,
    "messages": 0,
    "orders_per_second": LEAST_PER_SECOND,
    "statements_per_order": MOST_STATEMENTS,
}
POINTS, PER_ORDER = 100, 8
HOST = "bench.myshopify.com"
OPERATION = "gid://shopify/BulkOperation/1"
ON_THE_ROAD = 25


class Played(BaseAdapter):
    """The store: one file of orders, and nothing else to tell."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.asked = 0

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # noqa: ANN401
        """Answer with a part of the file, or with what becomes of an operation."""
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        if wanted:
            with self.file.open("rb") as opened:
                opened.seek(int(wanted[1]))
                return _answer(request, 206, opened.read(int(wanted[2]) - int(wanted[1]) + 1))
        self.asked += 1
        return _answer(
            request, 200, json.dumps({"data": self._data(json.loads(request.body or b"{}"))}).encode()
        )

    def close(self) -> None:
        """Have nothing to close."""

    def _data(self, asked: dict[str, Any]) -> dict[str, Any]:
        name, query = asked["operationName"], asked["variables"].get("query", "")
        if name == "OrdersCount":
            return {"ordersCount": {"count": ORDERS}}
        if name == "BulkRun":
            ident = OPERATION if "orders" in query else f"{OPERATION}0"
            return {"bulkOperationRunQuery": {"bulkOperation": {"id": ident}, "userErrors": []}}
        size = self.file.stat().st_size if asked["variables"].get("id") == OPERATION else 0
        found = {"status": "COMPLETED", "rootObjectCount": str(ORDERS if size else 0), "fileSize": str(size)}
        return {"bulkOperation": found | {"url": f"https://{HOST}/file.jsonl" if size else None}}


def main() -> None:
    """Read the history; print the figures and one line of JSON."""
    with tempfile.TemporaryDirectory(prefix="doorstep-history-") as scratch:
        servers = embedded(Path(scratch) / "servers", programs=newest_installed())
        try:
            os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = servers.database_url, servers.redis_url
            os.environ.setdefault("DOORSTEP_SECRET_KEYS", "a-master-key-for-the-bench-of-32-characters")
            command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
            file = Path(scratch) / "orders.jsonl"
            _write(file)
            http.play(HOST, Played(file))
            _report(file, *_measure(file.stat().st_size))
        finally:
            http.play(HOST, None)
            engine().dispose()
            servers.stop()


def _measure(length: int) -> tuple[float, float, list[int], dict[str, float]]:
    """Return seconds for reading alone and for all, megabytes along the way, and what an order takes."""
    whole = bulk.File(url=f"https://{HOST}/file.jsonl", size=length, things=ORDERS)
    began, offset = time.monotonic(), 0
    while groups := bulk.part(whole, offset):
        for group in groups:
            bulk.found(Step.ORDERS, group.node, "USD")
        offset = groups[-1].ends
    alone = time.monotonic() - began
    with transaction() as session:
        store = Store(platform=PlatformKey.SHOPIFY, domain=HOST, url=f"https://{HOST}", name="Bench")
        shop = install(session, store)
        keep_secret(session, shop, "offline_token", "token")
        history.begin(session, shop)
        shop_id = shop.id
    due = Due(0, 0, 1, shop_id, "shopify.history", "", None)
    memory: list[int] = []
    counted = Counted()
    began, worked = time.monotonic(), time.process_time()
    while True:
        job.run(job.of_shopify, due)
        with transaction() as session:
            found = history.of_shop(session, shop_id)
        assert found is not None
        done = found.counts.get("orders", {}).get("done", 0)
        if done >= (len(memory) + 1) * ORDERS / LOOKS:
            memory.append(_megabytes())
            print(
                f"{done:>9,} orders, {memory[-1]} MB, {done / (time.monotonic() - began):,.0f}/s", flush=True
            )
        if found.ended_at is not None:
            takes = {
                "statements_per_order": round(counted.statements / ORDERS, 2),
                "worker_ms_per_order": round((time.process_time() - worked) * 1000 / ORDERS, 1),
            }
            return alone, time.monotonic() - began, memory, takes


def _report(file: Path, alone: float, seconds: float, memory: list[int], takes: dict[str, float]) -> None:
    growth = max(memory[LOOKS // 10 :]) - memory[LOOKS // 10 - 1] if len(memory) > LOOKS // 10 else 0
    with transaction() as session:
        kept, messages, asked = (
            session.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0
            for name in ("order", "message", "errand")
        )
    line = {
        "bench": "history",
        "orders": kept,
        "megabytes": file.stat().st_size // 2**20,
        "orders_per_second": round(ORDERS / seconds),
        **takes,
        "read_and_understood_per_second": round(ORDERS / alone),
        "asked_one_by_one_per_second": POINTS / PER_ORDER,
        "memory_mb": memory,
        "growth_mb": growth,
        "messages": messages,
        "parcels_followed": asked,
        "targets": TARGETS,
        "met": kept == ORDERS
        and growth <= MOST_GROWTH
        and messages == 0
        and ORDERS / seconds >= LEAST_PER_SECOND
        and takes["statements_per_order"] <= MOST_STATEMENTS,
    }
    print(json.dumps(line))


def _write(file: Path) -> None:
    now = clock.now().replace(microsecond=0)
    with file.open("w") as opened:
        for number in range(ORDERS):
            opened.writelines(json.dumps(row, separators=(",", ":")) + "\n" for row in _order(number, now))


def _order(number: int, now: datetime) -> Iterator[dict[str, Any]]:
    placed = now - timedelta(days=59) * (1 - number / ORDERS) - timedelta(hours=12)
    is_open = number % ON_THE_ROAD == 0
    ident, at = f"gid://shopify/Order/{number + 10**9}", placed.isoformat()
    yield {
        "id": ident, "name": f"#{number}", "createdAt": at, "updatedAt": now.isoformat(), "processedAt": at,
        "cancelledAt": None, "test": False, "email": f"shopper{number // 3}@example.com", "phone": None,
        "customerLocale": "en", "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "FULFILLED",
        "statusPageUrl": f"https://{HOST}/{number}", "currencyCode": "USD", "checkoutToken": f"c{number}",
        "cartToken": f"a{number}", "totalPriceSet": {"shopMoney": {"amount": "79.63"}},
        "customer": {"id": f"gid://shopify/Customer/{number // 3}", "firstName": "Ana", "lastName": "Moreno",
                     "updatedAt": at},
        "shippingLine": {"title": "Standard"},
        "shippingAddress": {"firstName": "Ana", "lastName": "Moreno", "address1": "1720 Pearl Street",
                            "address2": None, "city": "Boulder", "provinceCode": "CO", "zip": "80302",
                            "countryCodeV2": "US"},
        "refunds": [],
        "fulfillments": [{
            "id": f"gid://shopify/Fulfillment/{number}", "status": "SUCCESS",
            "displayStatus": "IN_TRANSIT" if is_open else "DELIVERED", "createdAt": at, "updatedAt": at,
            "inTransitAt": at, "deliveredAt": None if is_open else (placed + timedelta(hours=11)).isoformat(),
            "trackingInfo": [{"company": "UPS", "number": f"1Z{number:016d}", "url": None}],
        }],
    }  # fmt: skip
    for position in range(2):
        yield {
            "id": f"gid://shopify/LineItem/{number}{position}", "title": "Enamel Camp Mug",
            "variantTitle": "Pine", "sku": "RP-MUG", "currentQuantity": 1,
            "originalUnitPriceSet": {"shopMoney": {"amount": "18.00"}}, "image": None,
            "product": {"id": "gid://shopify/Product/8"}, "variant": {"id": "gid://shopify/ProductVariant/81"},
            "__parentId": ident,
        }  # fmt: skip


def _answer(request: requests.PreparedRequest, status: int, body: bytes) -> requests.Response:
    response = requests.Response()
    response.status_code, response.request, response.url = status, request, str(request.url)
    response.raw = HTTPResponse(body=BytesIO(body), status=status, preload_content=False)
    return response


def _megabytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


if __name__ == "__main__":
    main()
