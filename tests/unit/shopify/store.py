"""A Shopify store as the network shows it: answers as a test tells it to, and remembers what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from app.lib import http

DOMAIN = "ridge.myshopify.com"


@dataclass
class Asked:
    """One request that reached the store."""

    url: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class StoreApi(BaseAdapter):
    """Gives its answers in turn, the last one for ever."""

    answers: list[tuple[int, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def will(self, status: int, body: dict[str, Any], **headers: str) -> "StoreApi":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, body, named))
        return self

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        raw = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
        is_json = "json" in request.headers.get("Content-Type", "")
        body = json.loads(raw) if is_json else dict(parse_qsl(raw))
        self.asked.append(Asked(str(request.url), dict(request.headers), body))
        status, answer, headers = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return respond(request, status, json.dumps(answer).encode(), headers)

    def close(self) -> None:
        pass


def respond(request: PreparedRequest, status: int, body: bytes, headers: dict[str, str]) -> Response:
    response = Response()
    response.status_code = status
    response.url = str(request.url)
    response.request = request
    response.headers.update({"Content-Type": "application/json", **headers})
    response.raw = HTTPResponse(BytesIO(body), status=status, headers=headers, preload_content=False)
    return response


@contextmanager
def playing(domain: str = DOMAIN) -> Iterator[StoreApi]:
    api = StoreApi()
    http.play(domain, api)
    http._breakers.reset()
    try:
        yield api
    finally:
        http.play(domain, None)
