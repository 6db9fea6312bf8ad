"""Which shop a delivery belongs to, and with which secrets it must be signed."""

import asyncio
import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import select

from app.lib import crypto
from app.lib.config import settings
from app.lib.db import transaction
from app.shops.models import Credential, Shop
from app.vocabulary import PlatformKey, ShopState

REMEMBER_FOR = 15.0
"""Seconds; a changed secret is found sooner, because a signature that fails asks again."""
ASK_AGAIN_AFTER = 1.0
REMEMBER_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Sender:
    """A shop, as far as its deliveries are concerned."""

    shop_id: int | None
    """None: genuine, but no shop of ours."""
    secrets: tuple[str, ...]
    asked_at: float


class Senders:
    """The shops of this installation, each asked of the database at most every few seconds."""

    def __init__(self) -> None:
        self._known: dict[tuple[PlatformKey, str], Sender] = {}

    async def get(self, platform: PlatformKey, ref: str) -> Sender:
        """Return who a delivery claims to come from: by domain for Shopify, by URL key for WooCommerce."""
        known = self._known.get((platform, ref))
        if known is None or time.monotonic() - known.asked_at > REMEMBER_FOR:
            return await asyncio.to_thread(self._ask, platform, ref)
        return known

    async def again(self, platform: PlatformKey, ref: str, known: Sender) -> Sender:
        """Return a sender afresh, unless it was asked for just now."""
        if time.monotonic() - known.asked_at < ASK_AGAIN_AFTER:
            return known
        return await asyncio.to_thread(self._ask, platform, ref)

    def _ask(self, platform: PlatformKey, ref: str) -> Sender:
        with transaction() as session:
            if platform is PlatformKey.SHOPIFY:
                shop = select(Shop.id).filter_by(platform=platform, domain=ref.lower())
                shop_id = session.scalar(shop.where(Shop.state != ShopState.REDACTED))
                sender = Sender(shop_id, settings().shopify_secrets, time.monotonic())
            else:
                secret = sa.and_(Credential.shop_id == Shop.id, Credential.kind == "webhook_secret")
                found = session.execute(
                    select(Shop.id, Credential.secret)
                    .join(Credential, secret)
                    .filter_by(platform=platform, key=ref)
                ).one_or_none()
                secrets = (crypto.unseal(found[1]),) if found else ()
                sender = Sender(found[0] if found else None, secrets, time.monotonic())
        if len(self._known) >= REMEMBER_AT_MOST:
            self._known.clear()
        self._known[platform, ref] = sender
        return sender
