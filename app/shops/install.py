"""A store connects, or leaves."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from app import events
from app.lib import clock, crypto
from app.shops import calls, errands
from app.shops.models import Call, Credential, Shop
from app.vocabulary import CallReason, PlatformKey, ShopState

OF_THE_STORE = ("offline_token", "rest_keys", "webhook_secret")
"""Kinds of secrets that a store gave us; any others are its merchant's accounts elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What a platform's API says of the store that connects."""

    platform: PlatformKey
    domain: str
    url: str
    name: str
    external_id: str | None = None
    email: str | None = None
    timezone: str | None = None
    currency: str | None = None
    locale: str | None = None
    country: str | None = None
    scopes: str = ""


def install(session: Session, store: Store) -> Shop:
    """Return the shop of a store that has just connected, new or come back; its flows stay as they were.

    One that is being deleted is another shop, and goes its way.
    """
    shop = session.scalar(_of(store.platform, store.domain).with_for_update())
    if shop is None:
        shop = Shop(
            platform=store.platform,
            domain=store.domain,
            url=store.url,
            key=secrets.token_urlsafe(24),
            name=store.name,
            settings={},
            installed_at=clock.now(),
        )
        session.add(shop)
    shop.state = ShopState.INSTALLED
    shop.uninstalled_at = None
    shop.broken_reason = None
    for field in (
        "url",
        "name",
        "external_id",
        "email",
        "timezone",
        "currency",
        "locale",
        "country",
        "scopes",
    ):
        if getattr(store, field):
            setattr(shop, field, getattr(store, field))
    session.flush()  # the credentials and errands below need its id
    return shop


def find(session: Session, platform: PlatformKey, domain: str) -> Shop | None:
    """Return the shop of a store, whether or not we work for it just now."""
    return session.scalar(_of(platform, domain))


def _of(platform: PlatformKey, domain: str) -> Select[Shop]:
    return select(Shop).where(
        Shop.platform == platform, Shop.domain == domain, Shop.state != ShopState.CLOSING
    )


def keep_secret(  # noqa: PLR0913 - the parts of one secret
    session: Session,
    shop: Shop,
    kind: str,
    secret: str,
    *,
    refresh: str | None = None,
    expires_at: datetime | None = None,
    refresh_expires_at: datetime | None = None,
) -> None:
    """Seal and store a secret of a shop, in place of the one it had."""
    credential = session.scalar(select(Credential).filter_by(shop_id=shop.id, kind=kind).with_for_update())
    if credential is None:
        credential = Credential(shop_id=shop.id, kind=kind)
        session.add(credential)
    credential.secret = crypto.seal(secret)
    credential.refresh = crypto.seal(refresh) if refresh else None
    credential.expires_at = expires_at
    credential.refresh_expires_at = refresh_expires_at
    credential.dead_at = None


def secret_of(session: Session, shop_id: int, kind: str) -> str | None:
    """Return a living secret of a shop in the clear."""
    credential = session.scalar(select(Credential).filter_by(shop_id=shop_id, kind=kind, dead_at=None))
    return crypto.unseal(credential.secret) if credential else None


def uninstall(session: Session, shop: Shop) -> None:
    """Stop working for a shop: its token is dead; its rows stay until it is redacted.

    So do its accounts with carriers and senders: a store that comes back goes on with them.
    """
    if shop.state != ShopState.INSTALLED:
        return
    shop.state = ShopState.UNINSTALLED
    shop.uninstalled_at = clock.now()
    shop.page_host = None  # whoever comes after may have it
    living = select(Credential).filter_by(shop_id=shop.id, dead_at=None)
    for credential in session.scalars(living.where(Credential.kind.in_(OF_THE_STORE))):
        credential.dead_at = clock.now()
    errands.drop_all(session, shop.id)
    theirs, to_forget = Call.shop_id == shop.id, Call.kind == calls.FORGET
    calls.park(session, and_(theirs, to_forget), "the store was disconnected before it was asked")
    calls.drop(session, and_(theirs, ~to_forget), CallReason.SHOP_GONE)
    events.record(session, shop.id, events.ShopUninstalled(happened_at=clock.now()))


def mark_broken(session: Session, shop: Shop, reason: str) -> None:
    """Note that the store can no longer be read; deliveries go on, and the admin says "needs reconnect"."""
    if shop.broken_reason != reason:
        shop.broken_reason = reason
        events.record(session, shop.id, events.ConnectionBroken(happened_at=clock.now(), reason=reason))
