"""The hot path: a small WSGI app in front of Flask that keeps every delivery before it answers 200.

Verified on the raw bytes before anything is parsed. 401: no or a wrong signature. 413: too large.
503: not durably stored within 4 s; the store sends it again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from app.commerce import inbox
from app.lib import plugins
from app.lib.config import settings
from app.lib.reading import Unreadable
from app.lib.signing import any_matches
from app.platforms.base import Platform
from app.vocabulary import PlatformKey
from webhooks.committer import Committer
from webhooks.stores import Senders

PREFIX = "/webhooks/"
ANSWERED = Counter(
    "doorstep_webhooks_answered", "Deliveries by platform and outcome", ["platform", "outcome"]
)

Answer = tuple[str, str]
OK = "200 OK"
UNSIGNED = ("401 Unauthorized", "not signed by this store")

log = structlog.get_logger()


class Ingress:
    """Takes /webhooks/* itself and passes everything else on."""

    def __init__(self, behind: WSGIApplication) -> None:
        self._behind = behind
        self._committer = Committer()
        self._senders = Senders()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self._behind(environ, start_response)
        platform, _, ref = path.removeprefix(PREFIX).strip("/").partition("/")
        status, outcome = self._answer(platform, ref, environ)
        ANSWERED.labels(platform if platform in set(PlatformKey) else "other", outcome).inc()
        body = outcome.encode()
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, name: str, ref: str, environ: WSGIEnvironment) -> Answer:
        platform: Platform | None = plugins.discover("app.platforms").get(name)
        if platform is None:
            return "404 Not Found", "no such platform"
        if environ["REQUEST_METHOD"] != "POST":
            return "405 Method Not Allowed", "deliveries are posted"
        body = _read(environ)
        if body is None:
            return "413 Content Too Large", "too large"
        try:
            return self._keep(platform, ref, _Headers(environ), body)
        except Unreadable as error:
            return "400 Bad Request", str(error)
        except SQLAlchemyError as error:
            log.error("ingress.database_away", error=type(error).__name__)
            return "503 Service Unavailable", "try again"

    def _keep(self, platform: Platform, ref: str, headers: Mapping[str, str], body: bytes) -> Answer:
        signature = headers.get(platform.signature_header, "")
        if not signature and platform.is_ping(headers, body):
            return OK, "ping"
        if not signature:
            return UNSIGNED
        ref = platform.sender(headers, ref)
        sender = self._senders.get(platform.key, ref)
        if not any_matches(sender.secrets, body, signature):
            sender = self._senders.again(platform.key, ref, sender)
            if not any_matches(sender.secrets, body, signature):
                return UNSIGNED
        if sender.shop_id is None:
            return OK, "no shop of ours"
        row = inbox.incoming(platform, sender.shop_id, headers, body)
        return (OK, "kept") if self._committer.store(row) else ("503 Service Unavailable", "try again")


def _read(environ: WSGIEnvironment) -> bytes | None:
    limit = settings().webhook_body_limit
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit() and int(length) > limit:
        return None
    read: Callable[[int], bytes] = environ["wsgi.input"].read
    body = read(min(int(length), limit + 1) if length.isdigit() else limit + 1)
    return body if len(body) <= limit else None


class _Headers(Mapping[str, str]):
    """A request's headers by lower-case name, looked up and not copied."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        variable = name.upper().replace("-", "_")
        value: Any = self._environ[
            variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}"
        ]
        return str(value)

    def __iter__(self) -> Iterator[str]:
        return (
            k.removeprefix("HTTP_").lower().replace("_", "-") for k in self._environ if k.startswith("HTTP_")
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)
