"""What aggregators push: for which shop it is, and whether it is signed with that shop's secret."""

import asyncio
import time
from dataclasses import dataclass

from sqlalchemy import select

from app.carriers.base import Keys, Push, Source, Trust
from app.commerce import inbox
from app.commerce.inbox import Incoming
from app.lib import plugins
from app.lib.db import transaction
from app.shops.models import Shop
from app.tracking import sources
from app.vocabulary import ShopState

NAME = "carriers"
"""What comes behind /webhooks/ in their addresses: carriers/<source>/<the shop's key>."""
REMEMBER_FOR = 15.0
"""Seconds; changed keys are found sooner, because a signature that fails asks again."""
ASK_AGAIN_AFTER = 1.0
REMEMBER_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Sender:
    """A shop's account, as far as its deliveries are concerned."""

    shop_id: int
    keys: Keys | None
    """None: this shop has no account with this source."""
    asked_at: float


class Accounts:
    """The accounts of this installation, each asked of the database at most every few seconds."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Sender] = {}

    async def receive(self, path: str, push: Push) -> Incoming | None:
        """Return the row for a delivery to `<source>/<shop's key>` that is signed; None for any other."""
        key, _, ref = path.partition("/")
        source: Source | None = plugins.discover("app.carriers").get(key)
        if source is None or source.verify is None or not ref:
            return None
        sender = self._known.get((key, ref))
        if sender is None or time.monotonic() - sender.asked_at > REMEMBER_FOR:
            sender = await asyncio.to_thread(self._ask, key, ref)
        trust = _trust(source, push, sender)
        if trust is Trust.NONE and time.monotonic() - sender.asked_at > ASK_AGAIN_AFTER:
            sender = await asyncio.to_thread(self._ask, key, ref)
            trust = _trust(source, push, sender)
        return None if trust is Trust.NONE else inbox.pushed(key, trust, sender.shop_id, push.body)

    def _ask(self, key: str, ref: str) -> Sender:
        with transaction() as session:
            shop_id = session.scalar(select(Shop.id).filter_by(key=ref, state=ShopState.INSTALLED))
            found = sources.accounts(session, shop_id) if shop_id is not None else []
        keys = next((account.keys for account in found if account.source.key == key), None)
        sender = Sender(shop_id or 0, keys, time.monotonic())
        if len(self._known) >= REMEMBER_AT_MOST:
            self._known.clear()
        self._known[key, ref] = sender
        return sender


def _trust(source: Source, push: Push, sender: Sender) -> Trust:
    if sender.keys is None or source.verify is None:
        return Trust.NONE
    return source.verify(push, sender.keys)
