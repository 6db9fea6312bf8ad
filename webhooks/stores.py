"""Which shop a store's delivery belongs to, and with which secrets it must be signed."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import crypto
from app.lib.config import settings
from app.lib.db import transaction
from app.shops.models import Credential, Shop
from app.vocabulary import PlatformKey, ShopState


@dataclass(frozen=True, slots=True)
class Store:
    """A shop, as far as its store's deliveries are concerned."""

    shop_id: int | None
    """None: genuine, but no shop of ours."""
    secrets: tuple[str, ...]


def ask(claim: tuple[PlatformKey, str]) -> Store:
    """Return who delivers: by domain for Shopify, by the key in the address for WooCommerce."""
    platform, ref = claim
    with transaction() as session:
        return _shopify(session, ref) if platform is PlatformKey.SHOPIFY else _woocommerce(session, ref)


def _shopify(session: Session, domain: str) -> Store:
    shop = select(Shop.id).filter_by(platform=PlatformKey.SHOPIFY, domain=domain.lower())
    shop_id = session.scalar(shop.where(Shop.state != ShopState.CLOSING))
    return Store(shop_id, settings().shopify_secrets)


def _woocommerce(session: Session, key: str) -> Store:
    secret = sa.and_(Credential.shop_id == Shop.id, Credential.kind == "webhook_secret")
    shop = select(Shop.id, Credential.secret).join(Credential, secret).where(Shop.state != ShopState.CLOSING)
    found = session.execute(shop.filter_by(platform=PlatformKey.WOOCOMMERCE, key=key)).one_or_none()
    return Store(found[0], (crypto.unseal(found[1]),)) if found else Store(None, ())
