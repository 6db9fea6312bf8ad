"""Who looks at tracking pages: people only, gathered in memory and counted together every few seconds.

A figure costs no shopper any time, and its loss nobody anything: what was gathered when a process dies is not
counted.
"""

from collections.abc import Callable
from threading import Lock, Timer

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.lib import clock
from app.messages.responses import clicks
from app.messages.responses.clicks import Visit
from app.tracking.page import visits

GATHER = 2.0
"""Seconds."""
BY_NAVIGATION = ("", "document", "iframe")
"""What browsers say that a request is for when a page is opened; not when one that is open asks for news."""

log = structlog.get_logger()
_lock = Lock()
_gathered: set[int] = set()


def note(order_id: int, header: Callable[[str, str], str]) -> None:
    """Have it counted that an order's page was opened, unless the request's headers show a program."""
    visit = Visit(
        method="GET",
        agent=header("user-agent", ""),
        purpose=header("sec-purpose", "") or header("purpose", ""),
    )
    if header("sec-fetch-dest", "") not in BY_NAVIGATION or clicks.program_of(visit) is not None:
        return
    with _lock:
        is_first = not _gathered
        _gathered.add(order_id)
    if is_first:
        timer = Timer(GATHER, count)
        timer.daemon = True
        timer.start()


def count() -> None:
    """Count whatever was gathered."""
    with _lock:
        order_ids = sorted(_gathered)
        _gathered.clear()
    if not order_ids:
        return
    try:
        visits.keep(order_ids, clock.now())
    except (psycopg.Error, SQLAlchemyError) as error:
        log.warning("visits.uncounted", error=type(error).__name__)
