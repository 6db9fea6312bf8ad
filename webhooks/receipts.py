"""What became of our messages, told by whoever delivers them: verified, kept, its consequences with it."""

import asyncio
from functools import lru_cache

import orjson
from requests import codes

from app.channels.receipts.base import Teller, Told
from app.lib import plugins
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.http import Outside, Unreachable
from app.lib.reading import Unreadable
from app.messages import receipts

NAME = "receipts"
"""What comes behind /webhooks/ in their addresses: receipts/<teller>."""
CERTIFICATES = 8
"""How many are remembered; a teller has one at a time."""


async def receive(key: str, told: Told) -> bool:
    """Keep what a teller says; False where it is not the one that the operator named.

    Raises Unreadable, SQLAlchemyError, and Unreachable where what it must be checked by cannot be fetched.
    """
    return await asyncio.to_thread(_receive, key, told)


def _receive(key: str, told: Told) -> bool:
    teller: Teller | None = plugins.discover("app.channels.receipts").get(key)
    secret = settings().receipt_secrets.get(key)
    if teller is None or not secret or not teller.verify(told, secret, _fetched):
        return False
    try:
        body = orjson.loads(told.body)
        address = teller.confirms(body) if teller.confirms and isinstance(body, dict) else None
        said = teller.parse(body)
    except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise Unreadable(type(error).__name__) from error
    if address is not None:
        _get(address)
    with transaction() as session:
        receipts.keep(session, key, said)
    return True


@lru_cache(maxsize=CERTIFICATES)
def _fetched(address: str) -> bytes:
    return _get(address)


def _get(address: str) -> bytes:
    answer = Outside().get(address, allow_redirects=False)
    if answer.status_code != codes.ok:
        raise Unreachable(f"it answers {answer.status_code}")
    return bytes(answer.content)
