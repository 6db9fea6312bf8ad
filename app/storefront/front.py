"""In front of Flask: a kept page goes out by one read, past everything that drawing a page needs.

What is not a plain look at a page that is kept and right is passed on, and answered by the same rules there.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from app.lib import clock, rsgi
from app.lib.rsgi import Exchange, Headers, Scope, SentHeaders
from app.lib.signing import Forged
from app.lib.statements import CONNECTIONS
from app.shops import page_host
from app.storefront import look, visitors
from app.storefront.press import press
from app.tracking.page import drawn, links

PREFIX = "/t/"
KNOWN = [(name.lower(), value) for name, value in {**look.HEADERS, "Vary": "Accept-Encoding"}.items()]

Answer = tuple[int, Headers, bytes]


class Front:
    """Answers plain looks at tracking pages itself, and passes everything else on."""

    def __init__(self, behind: rsgi.Application) -> None:
        self._behind = behind
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="kept")

    async def __call__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        answer = None
        if scope.method == "GET" and scope.path.startswith(PREFIX) and not scope.query_string:
            asked = scope.headers.get("accept-encoding", "")
            if "gzip" in asked and ";" not in asked:  # as browsers say it; others are weighed in Flask
                host = scope.headers.get("host") or scope.authority or ""
                known = scope.headers.get("if-none-match", "")
                token = scope.path.removeprefix(PREFIX)
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(self._threads, _kept, token, host, known, scope.headers)
        if answer is None:
            await self._behind(scope, exchange)
        else:
            exchange.response_bytes(*answer)


def _kept(token: str, host: str, known: str, sent: SentHeaders) -> Answer | None:
    """Return a page that is kept and right; None for any other, and for whatever is odd."""
    try:
        order_id = links.order_of(token)
        of_shop = page_host.shop_at(host)
        kept = drawn.find(order_id, "", press=press(), now=clock.now())
    except (Forged, psycopg.Error, SQLAlchemyError):
        return None
    if kept is None or of_shop not in (None, kept[2]):
        return None
    visitors.note(order_id, sent.get)
    tag, body, _ = kept
    always = [(name.lower(), value) for name, value in look.always().items()]
    headers = [*KNOWN, *always, ("etag", f'W/"{tag}"')]
    if f'"{tag}"' in known:
        return 304, headers, b""
    return 200, [*headers, ("content-encoding", "gzip")], body
