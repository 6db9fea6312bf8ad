"""Look whether the addresses that merchants chose for their pages lead to us."""

from collections.abc import Callable
from datetime import datetime

from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Outside, Unreachable
from app.shops import page_host
from app.shops.errands import Due
from app.shops.models import Shop

PATH = "/.well-known/doorstep"
NOT_US = "Something else answers there, not this Doorstep."
TAKEN = "Another store’s pages stand at this address."


def check(due: Due) -> str:
    """Ask the host for what only we say there; pages and mails follow what it answers."""
    try:
        _ask(due.subject)
    except Unreachable:
        with transaction() as session:
            held_at = datetime.fromisoformat(due.cursor) if due.cursor else None
            page_host.doubt(session.get_one(Shop, due.shop_id), held_at, clock.now())
        raise
    with transaction() as session:
        is_ours = page_host.believe(session, session.get_one(Shop, due.shop_id), due.subject)
    if not is_ours:
        raise Unreachable(TAKEN)
    return clock.now().isoformat()


def _ask(host: str) -> None:
    answer = Outside().get(f"https://{host}{PATH}", allow_redirects=False)
    if not page_host.is_proof(host, answer.text[:500]):
        raise Unreachable(NOT_US)


HANDLERS: dict[str, Callable[[Due], str | None]] = {page_host.CHECK: check}
