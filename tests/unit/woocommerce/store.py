"""A WooCommerce store as the network shows it: recorded answers, a shelf of webhooks, and a memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from app.lib import http
from tests.unit.woocommerce.recorded import RECORDED, Json

HOST = "harbor.example"
URL = f"https://{HOST}"
KEYS = "ck_1:cs_1"
CORE = [
    f"{thing}.{event}"
    for thing in ("order", "product")
    for event in ("created", "updated", "deleted", "restored")
]
TOPICS = [*CORE, *(f"customer.{event}" for event in ("created", "updated", "deleted"))]
"""What a store without our companion plug-in delivers."""


@dataclass
class Asked:
    """One request that reached the store."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Json
    timeout: object


@dataclass
class StoreApi(BaseAdapter):
    """Answers as it was told to, the last answer to a question for ever; keeps webhooks by itself."""

    answers: dict[tuple[str, str], list[tuple[int, bytes, dict[str, str]]]] = field(default_factory=dict)
    hooks: dict[int, Json] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def will(self, method: str, path: str, status: int, body: Any, **headers: str) -> "StoreApi":
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.setdefault((method, path), []).append((status, raw, named))
        return self

    def recorded(self, method: str, path: str, name: str) -> "StoreApi":
        found = recording(name)
        headers = {key: value for key, value in found["response_headers"] if key.startswith("X-WP")}
        return self.will(method, path, found["status"], found["json"], **headers)

    def to(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def send(self, request: PreparedRequest, *_: Any, **options: Any) -> Response:
        parts = urlsplit(str(request.url))
        path = parts.path.removeprefix("/wp-json/wc/v3/")
        body = json.loads(request.body) if request.body else {}
        method = str(request.method)
        query = dict(parse_qsl(parts.query))
        self.asked.append(Asked(method, path, query, dict(request.headers), body, options.get("timeout")))
        told = self.answers.get((method, path))
        if told:
            status, raw, headers = told.pop(0) if len(told) > 1 else told[0]
            return respond(request, status, raw, headers)
        status, found = self._webhooks(method, path, body) if path.startswith("webhooks") else NO_ROUTE
        return respond(request, status, json.dumps(found).encode(), {})

    def _webhooks(self, method: str, path: str, body: Json) -> tuple[int, Any]:
        if method == "GET":
            return 200, list(self.hooks.values())
        if method == "POST" and body["topic"] not in TOPICS:
            return 400, recording("webhook_create_bad_3")["json"]
        ident = len(self.asked) if method == "POST" else int(path.rpartition("/")[2])
        if method == "DELETE":
            return 200, self.hooks.pop(ident)
        self.hooks[ident] = self.hooks.get(ident, {}) | body | {"id": ident}
        return 200, self.hooks[ident]

    def close(self) -> None:
        pass


NO_ROUTE = (404, {"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}})


def recording(name: str) -> Json:
    found: Json = json.loads((RECORDED / "rest" / f"{name}.json").read_text())
    return found


def respond(request: PreparedRequest, status: int, body: bytes, headers: dict[str, str]) -> Response:
    response = Response()
    response.status_code = status
    response.url = str(request.url)
    response.request = request
    response.headers.update({"Content-Type": "application/json", **headers})
    response.raw = HTTPResponse(BytesIO(body), status=status, headers=headers, preload_content=False)
    return response


@contextmanager
def playing(host: str = HOST) -> Iterator[StoreApi]:
    api = StoreApi()
    http.play(host, api)
    http._breakers.reset()
    try:
        yield api
    finally:
        http.play(host, None)
