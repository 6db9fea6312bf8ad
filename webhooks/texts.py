"""What providers of text messages tell: what became of a text, and what somebody texted to the shop."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.channels.receipts.base import Receipt
from app.channels.sms.base import Answer, Heard, Keys, Provider, Told
from app.lib import plugins
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.rsgi import Scope
from app.messages import receipts, replies
from app.shops import texting
from app.shops.models import Shop
from app.vocabulary import ShopState
from webhooks.senders import Remembered

NAME = texting.HOOK
LARGEST = 100_000
"""Bytes; a provider's deliveries have some hundred."""


@dataclass(frozen=True, slots=True)
class Account:
    """A shop's account with a provider, as far as its deliveries are concerned."""

    shop_id: int
    keys: Keys | None
    """None: this shop has no account with this provider."""


class Accounts:
    """The accounts of this installation."""

    def __init__(self) -> None:
        self._known = Remembered(_ask)

    async def receive(self, path: str, told: Told) -> bool:
        """Keep a delivery to `<provider>/<shop's key>`; False where it is not signed with that shop's secret.

        Raises Unreadable, SQLAlchemyError.
        """
        key, _, ref = path.partition("/")
        provider = _provider(key)
        if provider is None or not ref or len(told.body) > LARGEST:
            return False
        account = await self._known.get((key, ref))
        if account.keys is None or not provider.verify(told, account.keys):
            account = await self._known.again((key, ref))
        if account.keys is None or not provider.verify(told, account.keys):
            return False
        said = provider.parse(told)
        await asyncio.to_thread(_keep, provider, account.shop_id, said)
        return True


def told(scope: Scope, headers: Mapping[str, str], body: bytes) -> Told:
    """Return a delivery with the address that its sender was given."""
    query = f"?{scope.query_string}" if scope.query_string else ""
    return Told(url=f"{settings().url}{scope.path}{query}", headers=headers, body=body)


def answer(path: str) -> Answer | None:
    """Return what a provider is answered with when its delivery was kept."""
    provider = _provider(path.partition("/")[0])
    return provider.answer if provider else None


def _provider(key: str) -> Provider | None:
    found: Provider | None = plugins.discover("app.channels.sms").get(key)
    return found


def _keep(provider: Provider, shop_id: int, said: tuple[Receipt | Heard, ...]) -> None:
    with transaction() as session:
        told = [one for one in said if isinstance(one, Receipt)]
        receipts.keep(session, provider.key, told, of_shop=shop_id)
        for heard in (one for one in said if isinstance(one, Heard)):
            replies.hear(session, shop_id, provider.key, heard)


def _ask(claim: tuple[str, str]) -> Account:
    key, ref = claim
    with transaction() as session:
        shop = session.scalar(select(Shop).filter_by(key=ref, state=ShopState.INSTALLED))
        account = texting.account(session, shop) if shop else None
    if shop is None or account is None or account.provider.key != key:
        return Account(shop.id if shop else 0, None)
    return Account(shop.id, account.keys)
