"""Carriers on ports of their own, which can be told to misbehave, and a shop's accounts with them."""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.lib import clock, plugins
from app.lib.db import transaction
from app.shops.models import Shop
from app.tracking.sources import sources
from bench.house import House

KEYS = {"client_id": "id", "client_secret": "secret"}
STRANGER = "1Z879E930346834440"
"""A parcel of somebody else's."""
PAGE = b"<!doctype html><title>Scheduled maintenance</title>"


@dataclass
class Carrier:
    """UPS or FedEx, in their own words."""

    say: Callable[[list[str]], dict[str, Any]]
    mode: str = "well"
    asked: list[tuple[float, str]] = field(default_factory=list)
    """When each number was asked about, by time.time()."""
    calls: int = 0

    def __post_init__(self) -> None:
        carrier = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                carrier.answer(self, b"")

            def do_POST(self) -> None:
                carrier.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        if "/oauth/" in request.path:
            _send(request, 200, json.dumps({"access_token": "p", "expires_in": 3600}).encode())
            return
        self.calls += 1
        numbers = _numbers(request.path, body)
        self.asked += [(time.time(), number) for number in numbers]
        told = json.dumps(self.say([STRANGER] if self.mode == "other_number" else numbers)).encode()
        if self.mode == "slow":
            time.sleep(30)
        headers = {"Retry-After": "1"} if self.mode == "429" else {}
        status = int(self.mode) if self.mode.isdecimal() else 200
        _send(request, status, PAGE if self.mode == "html" else told, headers)


def ups(numbers: list[str]) -> dict[str, Any]:
    """On its way; a stranger's parcel is delivered."""
    packages = [_package(number, ("D", "FS") if number == STRANGER else ("I", "DP")) for number in numbers]
    return {"trackResponse": {"shipment": [{"package": packages}]}}


def fedex(numbers: list[str]) -> dict[str, Any]:
    """On its way."""
    at = (clock.now() - timedelta(minutes=1)).isoformat()
    events = [{"eventType": "DP", "date": at}]
    records = {n: {"trackingNumberInfo": {"trackingNumber": n}, "scanEvents": events} for n in numbers}
    results = [{"trackingNumber": n, "trackResults": [record]} for n, record in records.items()]
    return {"output": {"completeTrackResults": results}}


def let_all_be_due(house: House, source: str, *, account: bool = True) -> float:
    """Let every number of a carrier be asked about now; without its account, which may be at rest."""
    house.run("UPDATE carrier_watch SET due_at = now() WHERE source = %s AND due_at IS NOT NULL", source)
    if account:
        house.run("UPDATE carrier_account SET due_at = now(), spent = '{}' WHERE source = %s", source)
    return time.time()


def main() -> None:
    """Give the Shopify shop of a house its accounts with both."""
    with transaction() as session:
        shop = session.get_one(Shop, int(os.environ["SHOP"]))
        for key in ("ups", "fedex"):
            sources.keep(session, shop, plugins.discover("app.carriers")[key], KEYS)


def _package(number: str, status: tuple[str, str]) -> dict[str, Any]:
    at = clock.now() - timedelta(minutes=1)
    kind, code = status
    line = {"status": {"type": kind, "code": code}, "gmtDate": f"{at:%Y%m%d}", "gmtTime": f"{at:%H%M%S}"}
    return {"trackingNumber": number, "activity": [line]}


def _numbers(path: str, body: bytes) -> list[str]:
    if "/details/" in path:
        return [path.partition("/details/")[2].partition("?")[0]]
    return [one["trackingNumberInfo"]["trackingNumber"] for one in json.loads(body)["trackingInfo"]]


def _send(
    request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None
) -> None:
    try:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)
    except OSError:
        pass  # whoever asked has gone


if __name__ == "__main__":
    main()
