"""What became of our messages, told by whoever delivers them: verified, kept, its consequences with it."""

import asyncio
from functools import lru_cache

import orjson
from requests import codes
from sqlalchemy import select

from app.channels.receipts.base import Teller, Told
from app.lib import crypto, plugins
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.http import Outside, Unreachable
from app.lib.reading import Unreadable
from app.messages.providers.models import Provider
from app.messages.responses import receipts
from app.shops.models import Shop
from app.vocabulary import ShopState

NAME = "receipts"
"""Behind /webhooks/: receipts/<teller>, and of a merchant's own account receipts/<teller>/<shop key>."""
CERTIFICATES = 8
"""How many are remembered; a teller has one at a time."""


async def receive(path: str, told: Told) -> bool:
    """Keep what a teller says; False where it is not one that the operator, or this shop's merchant, named.

    Raises Unreadable, SQLAlchemyError, and Unreachable where what it must be checked by cannot be fetched.
    """
    return await asyncio.to_thread(_receive, path, told)


def _receive(path: str, told: Told) -> bool:
    key, _, shop_key = path.partition("/")
    teller: Teller | None = plugins.discover("app.channels.receipts").get(key)
    if teller is None:
        return False
    shop_id, secrets = _of_merchant(key, shop_key) if shop_key else (None, _of_operator(key))
    if not any(teller.verify(told, secret, _fetched) for secret in secrets):
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
        receipts.keep(session, key, said, of_shop=shop_id)
    return True


def _of_operator(key: str) -> list[str]:
    secret = settings().receipt_secrets.get(key)
    return [secret] if secret else []


def _of_merchant(key: str, shop_key: str) -> tuple[int | None, list[str]]:
    """Return a shop, and what receipts of its own accounts are signed with."""
    with transaction() as session:
        rows = session.execute(
            select(Shop.id, Provider.receipt_secret)
            .join(Provider, Provider.shop_id == Shop.id)
            .where(Shop.key == shop_key, Shop.state == ShopState.INSTALLED, Provider.preset == key)
        ).all()
    opened = [crypto.opened(sealed) for _, sealed in rows]
    return (rows[0][0] if rows else None), [secret for secret in opened if secret]


@lru_cache(maxsize=CERTIFICATES)
def _fetched(address: str) -> bytes:
    return _get(address)


def _get(address: str) -> bytes:
    answer = Outside().get(address, allow_redirects=False)
    if answer.status_code != codes.ok:
        raise Unreachable(f"it answers {answer.status_code}")
    return bytes(answer.content)
