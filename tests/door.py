"""The web process's front door without a server: a WSGI client's requests as granian would hand them over."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Thread
from typing import Any

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined] # documented there

from app.lib.rsgi import Application, Exchange, Headers, Scope

LOOP = asyncio.new_event_loop()
"""One loop for every door of a test run, as a web process has one."""
Thread(target=LOOP.run_forever, name="door", daemon=True).start()


@dataclass
class Request:
    """One request, and then its answer."""

    method: str
    path: str
    query_string: str
    headers: "Sent"
    body: bytes
    scheme: str = "http"
    http_version: str = "1.1"
    server: str = "127.0.0.1:80"
    client: str = "127.0.0.1:50000"
    authority: str | None = None
    answer: tuple[int, Headers, bytes] | None = None
    takes: int | None = None
    """How many parts of a stream are taken before its reader hangs up; None: all."""

    async def __call__(self) -> bytes:
        return self.body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), 1000):
            yield self.body[start : start + 1000]

    def response_str(self, status: int, headers: Headers, body: str, /) -> None:
        self.response_bytes(status, headers, body.encode())

    def response_bytes(self, status: int, headers: Headers, body: bytes, /) -> None:
        self.answer = status, headers, body

    def response_stream(self, status: int, headers: Headers, /) -> "Request":
        self.answer = status, headers, b""
        return self

    async def send_bytes(self, data: bytes, /) -> None:
        if self.takes == 0:
            raise ProtocolClosed
        self.takes = None if self.takes is None else self.takes - 1
        assert self.answer is not None
        status, headers, body = self.answer
        self.answer = status, headers, body + data


@dataclass
class Sent:
    """A request's headers."""

    pairs: Headers = field(default_factory=list)

    def get(self, key: str, default: str = "", /) -> str:
        return dict(self.pairs).get(key, default)

    def items(self) -> Headers:
        return self.pairs


def wait_for(what: Coroutine[Any, Any, None]) -> None:
    """Run something in the door's loop."""
    asyncio.run_coroutine_threadsafe(what, LOOP).result(30)


def ask(application: Application, request: Request) -> tuple[int, Headers, bytes]:
    """Have a request answered; returns status, headers and body."""

    async def run(scope: Scope, exchange: Exchange) -> None:
        await application(scope, exchange)

    wait_for(run(request, request))
    assert request.answer is not None
    return request.answer


def as_wsgi(application: Application) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Return a front door for whatever drives WSGI applications: werkzeug's client and server."""

    def wsgi(environ: dict[str, Any], start_response: Any) -> Sequence[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        sent = [(k[5:].lower().replace("_", "-"), v) for k, v in environ.items() if k.startswith("HTTP_")]
        for name in ("content-type", "content-length"):
            sent += [(name, value)] if (value := environ.get(name.upper().replace("-", "_"))) else []
        status, headers, body = ask(
            application,
            Request(
                method=environ["REQUEST_METHOD"],
                path=environ["PATH_INFO"].encode("latin-1").decode(),
                query_string=environ["QUERY_STRING"],
                headers=Sent(sent),
                body=environ["wsgi.input"].read(length),
            ),
        )
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    return wsgi


async def nothing_behind(scope: Scope, exchange: Exchange) -> None:
    """Stand for the pages, where only deliveries are tried."""
    del scope
    exchange.response_str(404, [], "")
