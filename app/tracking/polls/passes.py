"""Passes that carriers give for a merchant's keys: kept sealed, renewed by one process at a time.

Renewing asks the carrier, so no transaction may span it: whoever renews holds a lease with a fencing number.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.carriers.base import Pass
from app.lib import clock, crypto
from app.shops.models import Credential

KIND = "pass:"
"""Prefix of the kind of a pass's credential."""
FRESH_FOR = timedelta(seconds=60)
"""A pass that lasts shorter than this is renewed before it is used."""
LEASE = timedelta(seconds=90)
"""Longer than any call to a carrier lasts."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to get a shop's pass, until somebody with a higher fence takes over."""

    shop_id: int
    source: str
    fence: int


def take(session: Session, shop_id: int, source: str) -> str | Lease | None:
    """Return a pass good for use, the lease to get one, or None while another process gets it."""
    now, row = clock.now(), _locked(session, shop_id, source)
    if row is None:
        row = Credential(shop_id=shop_id, kind=KIND + source, secret=b"", expires_at=now, fence=0)
        session.add(row)
    if row.expires_at is not None and row.expires_at > now + FRESH_FOR:
        return crypto.unseal(row.secret)
    if row.lease_until is not None and row.lease_until > now:
        return None
    row.lease_until, row.fence = now + LEASE, row.fence + 1
    return Lease(shop_id, source, row.fence)


def renew(session: Session, lease: Lease, given: Pass) -> None:
    """Keep a new pass; nothing where the lease has passed to another."""
    row = _leased(session, lease)
    if row is not None:
        row.secret, row.lease_until = crypto.seal(given.token), None
        row.expires_at = clock.now() + max(given.lasts, 2 * FRESH_FOR)


def release(session: Session, lease: Lease) -> None:
    """Let another process try to get the pass."""
    row = _leased(session, lease)
    if row is not None:
        row.lease_until = None


def expire(session: Session, shop_id: int, source: str, token: str) -> bool:
    """Have a pass that its carrier refused renewed; False where another has taken its place since."""
    row = _locked(session, shop_id, source)
    if row is None or not row.secret or crypto.unseal(row.secret) != token:
        return False
    row.expires_at = clock.now()
    return True


def forget(session: Session, shop_id: int, source: str) -> None:
    """Forget the pass: the keys that it was given for are gone."""
    session.execute(delete(Credential).filter_by(shop_id=shop_id, kind=KIND + source))


def _locked(session: Session, shop_id: int, source: str) -> Credential | None:
    chosen = select(Credential).filter_by(shop_id=shop_id, kind=KIND + source)
    return session.scalar(chosen.with_for_update().execution_options(populate_existing=True))


def _leased(session: Session, lease: Lease) -> Credential | None:
    row = _locked(session, lease.shop_id, lease.source)
    return row if row is not None and row.fence == lease.fence else None
