"""Look whether the addresses that merchants chose for their pages lead to us."""

from collections.abc import Callable
from datetime import datetime

from app.lib import clock, dns
from app.lib.db import transaction
from app.lib.http import Outside, Unreachable
from app.lib.words import merchant_sentence
from app.shops import page_host
from app.shops.errands import Due
from app.shops.models import Shop

PATH = "/.well-known/doorstep"
NOT_US = merchant_sentence("Something else answers there, not this Doorstep.")
UNCLAIMED = (
    "It leads here, and does not say that it is yours: the TXT record is missing, or says something else."
)


def check(due: Due) -> str:
    """Ask the host for what only we say there; pages and mails follow what it answers."""
    try:
        _ask(due.subject)
    except Unreachable:
        with transaction() as session:
            held_at = datetime.fromisoformat(due.cursor) if due.cursor else None
            page_host.doubt(session.get_one(Shop, due.shop_id), held_at, clock.now())
        raise
    said = _said_at(due)
    with transaction() as session:
        is_theirs = page_host.believe(session, session.get_one(Shop, due.shop_id), due.subject, said)
    if not is_theirs:
        raise Unreachable(UNCLAIMED)
    return clock.now().isoformat()


def _said_at(due: Due) -> list[str]:
    """Return what a name says of whose it is, where that has to be known; raises Unreachable."""
    with transaction() as session:
        shop = session.get_one(Shop, due.shop_id)
        is_asked = page_host.wants_claim(session, shop, due.subject)
        name, _ = page_host.claim_record(shop, due.subject)
    try:
        return dns.texts(name) if is_asked else []
    except dns.Away as error:
        raise Unreachable(str(error)) from error


def _ask(host: str) -> None:
    answer = Outside().get(f"https://{host}{PATH}", allow_redirects=False)
    if not page_host.is_proof(host, answer.text[:500]):
        raise Unreachable(NOT_US)


HANDLERS: dict[str, Callable[[Due], str | None]] = {page_host.CHECK: check}
