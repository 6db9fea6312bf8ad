"""Tokens that expire: one process renews, the others wait, and nobody ever calls with a dead one for long.

Renewing calls the store, so no transaction may span it: whoever renews holds a lease with a fencing
number, and what they bring back counts only while that number is still theirs.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock, crypto
from app.platforms.shopify.oauth import Grant
from app.shops import install
from app.shops.models import Credential, Shop

KIND = "offline_token"
FRESH_FOR = timedelta(seconds=60)
"""A token that lives shorter than this is renewed before it is used."""
LEASE = timedelta(seconds=90)
"""Longer than any call to a store lasts."""


class NoToken(Exception):
    """The shop has no living token: the merchant has to connect it again."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to renew a shop's token, until somebody with a higher fence takes over."""

    shop_id: int
    fence: int
    refresh: str


def take(session: Session, shop_id: int) -> str | Lease | None:
    """Return a token good for use, the lease to renew it, or None while another process renews it.

    Raises NoToken.
    """
    credential = _locked(session, shop_id)
    if credential is None or credential.dead_at is not None:
        raise NoToken
    now = clock.now()
    if credential.expires_at is None or credential.expires_at > now + FRESH_FOR:
        return crypto.unseal(credential.secret)
    if credential.lease_until is not None and credential.lease_until > now:
        return None
    if credential.refresh is None:
        raise NoToken
    credential.lease_until = now + LEASE
    credential.fence += 1
    return Lease(shop_id, credential.fence, crypto.unseal(credential.refresh))


def renew(session: Session, lease: Lease, grant: Grant) -> None:
    """Store a renewed token and what renews it next; nothing where the lease has passed to another."""
    credential = _leased(session, lease)
    if credential is None:
        return
    credential.secret = crypto.seal(grant.access)
    credential.refresh = crypto.seal(grant.refresh or lease.refresh)
    credential.expires_at = grant.expires_at
    credential.refresh_expires_at = grant.refresh_expires_at or credential.refresh_expires_at
    credential.lease_until = None


def release(session: Session, lease: Lease) -> None:
    """Let another process try to renew: this one could not reach the store."""
    credential = _leased(session, lease)
    if credential is not None:
        credential.lease_until = None


def give_up(session: Session, lease: Lease) -> None:
    """Note that the store no longer renews this token; nothing where the lease has passed to another."""
    credential = _leased(session, lease)
    if credential is not None:
        credential.lease_until = None
        _bury(session, credential)


def refuse(session: Session, shop_id: int, token: str, *, for_good: bool) -> None:
    """Note that the store turned a token down: it is renewed before its next use, or dead for good.

    Nothing where another has taken its place since.
    """
    credential = _locked(session, shop_id)
    if credential is None or crypto.unseal(credential.secret) != token:
        return
    if for_good or credential.refresh is None:
        _bury(session, credential)
    else:
        credential.expires_at = clock.now()


def is_alive(session: Session, shop_id: int) -> bool:
    """Tell whether a shop has a token that no store has called dead."""
    credential = _locked(session, shop_id)
    return credential is not None and credential.dead_at is None


def _bury(session: Session, credential: Credential) -> None:
    credential.dead_at = credential.dead_at or clock.now()
    shop = session.get_one(Shop, credential.shop_id)
    install.mark_broken(session, shop, "the store no longer accepts our access")


def _locked(session: Session, shop_id: int) -> Credential | None:
    mine = select(Credential).filter_by(shop_id=shop_id, kind=KIND).with_for_update()
    return session.scalar(mine.execution_options(populate_existing=True))


def _leased(session: Session, lease: Lease) -> Credential | None:
    credential = _locked(session, lease.shop_id)
    return credential if credential is not None and credential.fence == lease.fence else None
