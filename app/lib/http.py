"""The network seam: every HTTP call to the outside world leaves the house through here.

Timeouts always, and an end to every call, however slowly its answer drips; retries with jitter where a
repetition does no harm; a breaker per host; never a connection to a private address, whatever a merchant
or a redirect names; answers of bounded size.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from ssl import SSLCertVerificationError, SSLError
from threading import Lock, Timer, local
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import Retry

from app.lib.config import settings
from app.lib.words import merchant_sentence

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and between two bytes of the answer."""
ENDS_AFTER = 90.0
"""Seconds for a whole call, with its retries and redirects."""
ANSWER_LIMIT = 20_000_000
LONGEST_WAIT = timedelta(hours=1)
BREAK_AFTER = 5
BREAK_FOR = 30.0
RETRIES = Retry(
    total=2,
    backoff_factor=0.3,
    backoff_jitter=0.3,
    status_forcelist=(502, 503, 504),
    allowed_methods=("GET", "HEAD"),
    respect_retry_after_header=False,
    raise_on_status=False,
)


class Unreachable(Exception):
    """The other side did not answer as a server should; after `wait` it may, unless `permanent`."""

    wait = timedelta(0)

    def __init__(self, reason: str, *, permanent: bool = False, is_unsent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.is_unsent = is_unsent
        """Surely not a byte of the request was handed over."""


class Busy(Unreachable):
    """The other side asks to be left alone for a while: `wait`, none where it does not say how long."""

    def __init__(self, reason: str, retry_after: str) -> None:
        super().__init__(reason)
        self.wait = min(timedelta(seconds=int(retry_after) if retry_after.isdecimal() else 0), LONGEST_WAIT)


class PrivateAddress(Unreachable):
    """The name leads to an address inside a private network, where no store or carrier lives."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not a public address", permanent=True, is_unsent=True)


class Outside(requests.Session):
    """A requests session that may be handed to any library that wants one."""

    NAME = "Doorstep"
    """How we call ourselves, for whoever lets us in by name."""

    def __init__(
        self,
        *,
        retries: Retry = RETRIES,
        headers: Mapping[str, str] | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        ends_after: float | None = None,
        breaks: bool = True,
    ) -> None:
        """`ends_after`: seconds for a whole call. `breaks`: leave a host alone that failed several times.

        Without that for addresses that merchants name: what fails for one is no reason to spare another's.
        """
        super().__init__()
        self.timeout = timeout
        self._ends_after = ends_after
        self._breaks = breaks
        self.trust_env = False
        self.max_redirects = 3
        self.headers.update({"User-Agent": f"{self.NAME}/0.1", **(headers or {})})
        self.hooks["response"] = [_read_whole]
        self._guarded = _GuardedAdapter(max_retries=retries)

    def get_adapter(self, url: str | bytes) -> BaseAdapter:
        """Return the stand-in that plays this host, or the guarded way out."""
        return _stand_in(urlsplit(str(url)).hostname or "") or self._guarded

    def request(self, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """Send and read whole; raises Unreachable, or PrivateAddress, in place of requests' errors."""
        options["timeout"] = options.get("timeout") or self.timeout
        options["stream"] = True
        url = str(options.get("url") or args[1])
        breaker = _breakers.of(urlsplit(url).hostname or "") if self._breaks else _Breaker()
        breaker.check()
        try:
            with _Deadline(self._ends_after or ENDS_AFTER):
                response = super().request(*args, **options)
        except Unreachable:
            raise
        except Exception as error:
            breaker.record(failed=True)
            raise _cause(error) from error
        breaker.record(failed=response.status_code >= requests.codes.server_error)
        return response


def _read_whole(response: requests.Response, **_: object) -> None:
    """Read an answer, and that of each redirect, but never more than the limit."""
    body = response.raw.read(ANSWER_LIMIT + 1, decode_content=True)
    if len(body) > ANSWER_LIMIT:
        too_long = merchant_sentence("answer of more than %(limit)s bytes", limit=ANSWER_LIMIT)
        raise Unreachable(too_long, permanent=True)
    response._content = body  # noqa: SLF001 - how requests itself keeps a body that was read


class _Deadline:
    """Hangs up on whoever this thread still listens to when the time of a call is over: a TimeoutError."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._is_over = False
        self._lines: list[socket.socket] = []
        self._timer = Timer(self._seconds, self._hang_up)
        self._timer.daemon = True
        self._timer.start()
        _calling.lines = self._lines

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _calling.lines = []
        if self._is_over:  # even where what had come by then looks like an answer
            raise TimeoutError

    def _hang_up(self) -> None:
        self._is_over = True
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


_calling = local()


def play(host: str, adapter: BaseAdapter | None) -> None:
    """Let an adapter answer for a host (None: no longer); for tests, and the demo's fakes."""
    if adapter is None:
        _played.pop(host, None)
    else:
        _played[host] = adapter


_played: dict[str, BaseAdapter] = {}


def _stand_in(host: str) -> BaseAdapter | None:
    if host in _played:
        return _played[host]
    address = settings().stand_ins.get(host) if settings().demo else None
    if address:
        _played[host] = _LoopbackAdapter(address)
    return _played.get(host)


NO_LINE = (NewConnectionError, ConnectTimeoutError, socket.gaierror, SSLCertVerificationError)
"""What fails before anything can be said."""
WHY = {
    socket.gaierror: merchant_sentence("its name is not known"),
    ConnectionRefusedError: merchant_sentence("nothing listens there"),
    SSLError: merchant_sentence("its certificate does not hold"),
    TimeoutError: merchant_sentence("it did not answer in time"),
}


def _cause(error: Exception) -> Unreachable:
    seen: BaseException | None = error
    is_unsent, said = False, type(error).__name__
    while seen is not None:
        if isinstance(seen, PrivateAddress):
            return seen
        is_unsent = is_unsent or isinstance(seen, NO_LINE)
        said = next((why for kind, why in WHY.items() if isinstance(seen, kind)), said)
        within = (it for it in (getattr(seen, "reason", None), *seen.args) if isinstance(it, BaseException))
        seen = seen.__cause__ or seen.__context__ or next(within, None)
    return Unreachable(said, is_unsent=is_unsent)


class _LoopbackAdapter(HTTPAdapter):
    """Sends what was meant for a reserved name to the demo's own port, the name kept in Host."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401 - theirs
        parts = urlsplit(str(request.url))
        request.headers["Host"] = parts.netloc
        request.headers["X-Forwarded-Proto"] = parts.scheme
        request.url = parts._replace(scheme="http", netloc=self.address).geturl()
        response = super().send(request, *args, **options)
        response.url = parts.geturl()
        return response


class _GuardedHTTP(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        """Connect to the very address that was checked, so that a second look-up cannot change it."""
        host = self._dns_host
        found = [row[4][0] for row in socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM)]
        if not found or not all(is_public(str(address)) for address in found):
            raise PrivateAddress(host)
        self._dns_host = str(found[0])
        try:
            return super()._new_conn()
        finally:
            self._dns_host = host

    def getresponse(self) -> Any:  # noqa: ANN401 - theirs, or that of http.client
        """Listen for the answer, no longer than the call may take."""
        _calling.lines.append(self.sock)
        return super().getresponse()


def is_public(address: str) -> bool:
    """Tell whether an IP address is one that the public internet routes."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not (mapped or ip).is_multicast


class _GuardedHTTPS(_GuardedHTTP, HTTPSConnection):
    pass


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - requests' own
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}


class _Breaker:
    def __init__(self) -> None:
        self.failures = 0
        self.open_until = 0.0

    def check(self) -> None:
        if time.monotonic() < self.open_until:
            said = merchant_sentence("it failed several times just now; waiting before the next try")
            raise Unreachable(said, is_unsent=True)

    def record(self, *, failed: bool) -> None:
        self.failures = self.failures + 1 if failed else 0
        if self.failures >= BREAK_AFTER:
            self.open_until = time.monotonic() + BREAK_FOR


class _Breakers:
    def __init__(self) -> None:
        self._by_host: dict[str, _Breaker] = {}
        self._lock = Lock()

    def of(self, host: str) -> _Breaker:
        with self._lock:
            return self._by_host.setdefault(host, _Breaker())

    def reset(self) -> None:
        """Forget every failure; for tests."""
        self._by_host.clear()


_breakers = _Breakers()
