"""Servers that do what real ones do now and then: a page for data, half an answer, "not so fast"."""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

Change = Callable[[Response], Response]
Disturb = Callable[[WSGIEnvironment], None]

PAGE = "<!doctype html><title>Just a moment...</title><body>Checking your browser before you go on</body>"


def page(_: Response) -> Response:
    """Answer as a firewall does: 200, and a page."""
    return Response(PAGE, 200, {"Server": "cloudflare", "CF-RAY": "8f2a-CDG"}, content_type="text/html")


def busy(_: Response) -> Response:
    """Ask for patience."""
    return Response("", 429, {"Retry-After": "1"})


def down(_: Response) -> Response:
    """Be overloaded."""
    return Response("<h1>503 Service Unavailable</h1>", 503, content_type="text/html")


def expired(_: Response) -> Response:
    """No longer know the token that was used."""
    wrong = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
    return Response(json.dumps(wrong), 401, content_type="application/json")


def cut(answer: Response) -> Response:
    """Hang up amid the answer."""
    whole = answer.get_data()
    return Response(whole[: len(whole) // 2], answer.status_code, content_type=answer.content_type)


def hidden(answer: Response) -> Response:
    """Leave every third row of a list out, as plug-ins do that decide who may see what."""
    rows = answer.get_json(silent=True)
    if isinstance(rows, list):
        answer.set_data(json.dumps([row for position, row in enumerate(rows) if position % 3]))
    return answer


def headers(**told: str) -> Change:
    """Return what adds headers to an answer."""

    def change(answer: Response) -> Response:
        answer.headers.extend({name.replace("_", "-"): value for name, value in told.items()})
        return answer

    return change


def answer(status: int, body: object) -> Change:
    """Return what answers something else."""
    return lambda _: Response(json.dumps(body), status, content_type="application/json")


def stripped(environ: WSGIEnvironment) -> None:
    """Take the Authorization header away, as some hosts do."""
    environ.pop("HTTP_AUTHORIZATION", None)


@dataclass
class Fault:
    """What goes wrong, where, and how often."""

    path: str
    """Regular expression of the path with its query."""
    change: Change | None = None
    before: Disturb | None = None
    times: int | None = None
    """None: always."""
    share: float = 1.0
    method: str = ""
    """Empty: every method."""


@dataclass
class Misbehaving:
    """A server that misbehaves as it is told to: the first fault that fits takes effect."""

    application: WSGIApplication
    faults: list[Fault] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(24))
    done: dict[str, int] = field(default_factory=dict)
    """How often each change took effect, by its name."""
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, well or badly."""
        fault = self._next(environ)
        if fault is not None and fault.before is not None:
            fault.before(environ)
        if fault is None or fault.change is None:
            return self.application(environ, start_response)
        return fault.change(Response.from_app(self.application, environ))(environ, start_response)

    def _next(self, environ: WSGIEnvironment) -> Fault | None:
        where = f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"
        with self._lock:
            for fault in self.faults:
                fits = re.search(fault.path, where) and fault.method in ("", environ["REQUEST_METHOD"])
                if fits and fault.times != 0 and self.chance.random() < fault.share:
                    fault.times = fault.times - 1 if fault.times else fault.times
                    name = getattr(fault.change or fault.before, "__name__", "")
                    self.done[name] = self.done.get(name, 0) + 1
                    return fault
        return None


@contextmanager
def served(application: WSGIApplication, port: int) -> Iterator[None]:
    """Serve an application on this machine meanwhile."""
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object, **__: object) -> None:
        """Say nothing of each request."""
