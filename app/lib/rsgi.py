"""How the web server hands requests over: read whole and bounded, and WSGI applications served from threads.

RSGI is granian's own interface, https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any, Protocol, TypeVar
from wsgiref.types import WSGIApplication

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined] # documented there

T = TypeVar("T")
Headers = list[tuple[str, str]]
PLAIN: Headers = [("content-type", "text/plain")]

READ_WITHIN = 15.0
"""Seconds that a sender may take over a body; whoever drips costs a socket, and no thread."""
THREADS = 32
UPLOAD_WITHIN = 300.0
"""Seconds that a file may take."""
UPLOADS_AT_ONCE = 4
"""Files that a process takes at once; others wait."""
BODY_LIMIT = 5_000_000
"""Bytes of a page's form; the application has its own, lower limit."""
STREAMED = ("x-accel-buffering", "no")
"""The header of an answer that is handed out as it is made; nginx understands it, too."""
STALLS_AT_MOST = 60.0
"""Seconds for which somebody may take nothing of such an answer: it holds a thread."""


class SentHeaders(Protocol):
    """A request's headers by lower-case name."""

    def get(self, key: str, default: str = "", /) -> str:
        """Return one header's value."""

    def items(self) -> Headers:
        """Return all of them, repeated ones too."""


class Scope(Protocol):
    """What is known of a request before its body; `path` is decoded."""

    method: str
    path: str
    query_string: str
    scheme: str
    http_version: str
    server: str
    client: str
    authority: str | None

    @property
    def headers(self) -> SentHeaders:
        """Return the request's headers."""


class Stream(Protocol):
    """An answer that is handed out as it is made."""

    async def send_bytes(self, data: bytes, /) -> None:
        """Return when there is room for more."""


class Exchange(Protocol):
    """The body on its way in, and the answer on its way out."""

    async def __call__(self) -> bytes:
        """Return the whole body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the body part by part."""

    def response_str(self, status: int, headers: Headers, body: str, /) -> None:
        """Answer with text."""

    def response_bytes(self, status: int, headers: Headers, body: bytes, /) -> None:
        """Answer with bytes."""

    def response_stream(self, status: int, headers: Headers, /) -> Stream:
        """Begin an answer."""


Application = Callable[[Scope, Exchange], Awaitable[None]]


class Unread(Exception):
    """A body that was not read to its end, and how to answer its sender."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


TOO_LARGE = (413, "too large")


@dataclass(frozen=True, slots=True)
class Upload:
    """A page that takes files: they lie on the disk meanwhile, and are not held in memory."""

    path: re.Pattern[str]
    limit: int
    """Bytes."""
    why: str
    """What whoever sends more is told."""
    lets: Callable[[str], bool] = lambda _: True
    """Whether whoever comes to this very path may send so much."""


async def read(scope: Scope, exchange: Exchange, limit: int) -> bytes:
    """Return the request's body; raises Unread for one of more than `limit` bytes and for one that drips."""
    length = scope.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise Unread(*TOO_LARGE)
    try:
        async with asyncio.timeout(READ_WITHIN):
            return await exchange() if length.isdigit() else await _joined(exchange, limit)
    except TimeoutError as error:
        raise Unread(408, "too slow") from error
    except ProtocolClosed as error:
        raise Unread(400, "hung up") from error


async def _joined(exchange: Exchange, limit: int) -> bytes:
    body = bytearray()
    async for part in exchange:
        body += part
        if len(body) > limit:
            raise Unread(*TOO_LARGE)
    return bytes(body)


async def spool(scope: Scope, exchange: Exchange, upload: Upload) -> IO[bytes]:
    """Return the request's body as a file on the disk; raises Unread as `read` does, and says why."""
    length = scope.headers.get("content-length", "")
    if length.isdigit() and int(length) > upload.limit:
        raise Unread(413, upload.why)
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile())
        try:
            async with asyncio.timeout(UPLOAD_WITHIN):
                async for part in _bounded(exchange, upload):
                    file.write(part)
        except TimeoutError as error:
            raise Unread(408, "too slow") from error
        except ProtocolClosed as error:
            raise Unread(400, "hung up") from error
        stack.pop_all()  # whoever asked for it closes it
    file.seek(0)
    return file


async def _bounded(exchange: Exchange, upload: Upload) -> AsyncIterator[bytes]:
    size = 0
    async for part in exchange:
        size += len(part)
        if size > upload.limit:
            raise Unread(413, upload.why)
        yield part


class Pages:
    """A WSGI application as an RSGI one: its requests are read first, then run in threads of their own."""

    def __init__(self, application: WSGIApplication, *uploads: Upload) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")
        self._uploads = {upload: asyncio.Semaphore(UPLOADS_AT_ONCE) for upload in uploads}

    async def __call__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request; in plain text where its body cannot be read."""
        upload = self._upload(scope) if scope.method == "POST" else None
        try:
            if upload is not None:
                async with self._uploads[upload]:
                    with await spool(scope, exchange, upload) as file:
                        await self._answer(scope, exchange, file)
                return
            body = await read(scope, exchange, BODY_LIMIT)
        except Unread as error:
            exchange.response_str(error.status, PLAIN, error.why)
            return
        await self._answer(scope, exchange, BytesIO(body))

    def _upload(self, scope: Scope) -> Upload | None:
        known = (it for it in self._uploads if it.path.fullmatch(scope.path) and it.lets(scope.path))
        return next(known, None)

    async def _answer(self, scope: Scope, exchange: Exchange, body: IO[bytes]) -> None:
        loop = asyncio.get_running_loop()
        outlet, environ = _Outlet(loop, exchange), _environ(scope, body)
        answer = await loop.run_in_executor(self._threads, _run, self._application, environ, outlet)
        if answer is not None:
            exchange.response_bytes(*answer)


@dataclass(frozen=True, slots=True)
class _Outlet:
    """Hands out an answer part by part, from a thread."""

    loop: asyncio.AbstractEventLoop
    exchange: Exchange

    def send(self, status: int, headers: Headers, parts: Iterable[bytes]) -> None:
        """Return when all of it is taken, or nobody takes it any more."""
        with suppress(ProtocolClosed, TimeoutError):
            stream = self._wait(self._begin(status, headers))
            for part in filter(None, parts):
                self._wait(self._hand(stream, part))

    def _wait(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self.loop).result()

    async def _begin(self, status: int, headers: Headers) -> Stream:
        return self.exchange.response_stream(status, headers)

    async def _hand(self, stream: Stream, part: bytes) -> None:
        async with asyncio.timeout(STALLS_AT_MOST):
            await stream.send_bytes(part)


def _run(
    application: WSGIApplication, environ: dict[str, Any], outlet: _Outlet
) -> tuple[int, Headers, bytes] | None:
    """Return an answer whole; None: it was handed out as it was made."""
    begun: tuple[int, Headers] = (500, [])
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, _: object = None, /) -> Callable[[bytes], object]:
        nonlocal begun
        begun = int(status[:3]), headers
        return written.append

    parts: Iterable[bytes] = application(environ, start_response)
    try:
        if STREAMED in ((name.lower(), value) for name, value in begun[1]):
            outlet.send(*begun, parts)
            return None
        written.extend(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return *begun, b"".join(written)


def _environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """Return what PEP 3333 asks for; text is bytes decoded as latin-1 there."""
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # "X_Forwarded_For" would pass for what only a proxy may say
            continue
        variable = name.upper().replace("-", "_")
        if variable not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            variable = f"HTTP_{variable}"
        between = "; " if variable == "HTTP_COOKIE" else ","
        environ[variable] = f"{environ[variable]}{between}{value}" if variable in environ else value
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    return environ
