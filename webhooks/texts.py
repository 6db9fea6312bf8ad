"""What providers of text messages and WhatsApp tell: what became of a text, and what somebody wrote."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.audience import keywords
from app.channels.receipts.base import Receipt
from app.channels.sms.base import Answer, Heard, Keys, Preferred, Provider, Said, TemplatesChanged, Told
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.rsgi import Scope
from app.messages.responses import receipts, replies
from app.messages.whatsapp import registry
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
    sender: str | None = None
    """What the shop sends from."""


class Accounts:
    """The accounts of this installation."""

    def __init__(self) -> None:
        self._known = Remembered(_ask)

    async def receive(self, path: str, told: Told) -> bool:
        """Keep a delivery to `<provider>/<shop's key>`; False where it is not signed with that shop's secret.

        Raises Unreadable, SQLAlchemyError.
        """
        key, _, ref = path.partition("/")
        provider = texting.provider(key)
        if provider is None or not ref or len(told.body) > LARGEST:
            return False
        account = await self._known.get((key, ref))
        if account.keys is None or not provider.verify(told, account.keys):
            account = await self._known.again((key, ref))
        if account.keys is None or not provider.verify(told, account.keys):
            return False
        said = provider.parse(replace(told, sender=account.sender))
        await asyncio.to_thread(_keep, provider, account.shop_id, said)
        return True


def greet(path: str, query: str) -> str | None:
    """Return what a provider reads that asks whether an address is ours; None: it has not our word for it.

    Nothing is looked up, and nothing changes.
    """
    key, _, ref = path.partition("/")
    provider = texting.provider(key)
    asked = provider.greeted(query) if provider else None
    return asked[1] if asked and texting.is_hook_token(asked[0], ref) else None


def told(scope: Scope, headers: Mapping[str, str], body: bytes) -> Told:
    """Return a delivery with the address that its sender was given."""
    query = f"?{scope.query_string}" if scope.query_string else ""
    return Told(url=f"{settings().url}{scope.path}{query}", headers=headers, body=body)


def answer(path: str) -> Answer | None:
    """Return what a provider is answered with when its delivery was kept."""
    provider = texting.provider(path.partition("/")[0])
    return provider.answer if provider else None


def _keep(provider: Provider, shop_id: int, said: tuple[Said, ...]) -> None:
    medium = provider.medium
    told = [one for one in said if isinstance(one, Receipt)]
    if told:
        with transaction() as session:
            receipts.keep(session, provider.key, told, of_shop=shop_id)
    with transaction() as session:  # one of its own: messages are locked above, and orders here
        for one in said:
            match one:
                case Heard():
                    replies.hear(session, shop_id, provider.key, one, medium)
                case Preferred(sender=sender, wants_offers=wants, at=at):
                    keywords.prefer(session, shop_id, medium, sender, wants_offers=wants, at=at)
                case TemplatesChanged():
                    registry.ask(session, shop_id)


def _ask(claim: tuple[str, str]) -> Account:
    key, ref = claim
    with transaction() as session:
        shop = session.scalar(select(Shop).filter_by(key=ref, state=ShopState.INSTALLED))
        provider = texting.provider(key)
        account = texting.account(session, shop, provider.medium, key) if shop and provider else None
    if shop is None or account is None:
        return Account(shop.id if shop else 0, None)
    return Account(shop.id, account.keys, account.chosen.sender)
