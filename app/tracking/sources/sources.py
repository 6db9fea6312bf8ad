"""Who tells a shop where its parcels are: its store alone, an aggregator, or its carriers.

The merchant's answer is the accounts that they entered: one aggregator, or any number of carriers.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.carriers.base import Keys, Source, SourceKind
from app.lib import clock, crypto, plugins
from app.shops import install
from app.shops.models import Credential, Shop
from app.tracking.polls import accounts as polls

KIND = "source:"
"""Prefix of the kind of a source's credential."""


class Teller(StrEnum):
    """The answers to the one question."""

    STORE = "store"
    AGGREGATOR = "aggregator"
    CARRIERS = "carriers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A shop's account with a source."""

    source: Source
    keys: Keys
    is_refused: bool
    """The source no longer accepts the keys."""
    checked_at: datetime | None
    """When it was last tried on purpose."""
    check_failure: str | None
    """What went wrong then."""


def everyone(kind: SourceKind) -> list[Source]:
    """Return the sources of a kind, by name."""
    found: dict[str, Source] = plugins.discover("app.carriers")
    return sorted((source for source in found.values() if source.kind is kind), key=lambda one: one.label)


def accounts(session: Session, shop_id: int) -> list[Account]:
    """Return a shop's accounts, by the source's key."""
    found = plugins.discover("app.carriers")
    rows = select(Credential).where(Credential.shop_id == shop_id, Credential.kind.startswith(KIND))
    return [
        Account(
            source=found[key],
            keys=json.loads(crypto.unseal(row.secret)),
            is_refused=row.dead_at is not None,
            checked_at=row.checked_at,
            check_failure=row.check_failure,
        )
        for row in session.scalars(rows.order_by(Credential.kind))
        if (key := row.kind.removeprefix(KIND)) in found
    ]


def aggregator(session: Session, shop_id: int) -> Account | None:
    """Return the shop's account with an aggregator."""
    those = (one for one in accounts(session, shop_id) if one.source.kind is SourceKind.AGGREGATOR)
    return next(those, None)


def teller(session: Session, shop_id: int) -> Teller:
    """Return the merchant's answer."""
    kinds = {account.source.kind for account in accounts(session, shop_id)}
    if SourceKind.AGGREGATOR in kinds:
        return Teller.AGGREGATOR
    return Teller.CARRIERS if kinds else Teller.STORE


def keep(session: Session, shop: Shop, source: Source, keys: Keys) -> None:
    """Keep an account, sealed; whoever told the shop before and is not of its kind tells no more."""
    for other in accounts(session, shop.id):
        is_alone = SourceKind.AGGREGATOR in (source.kind, other.source.kind)
        if other.source is not source and is_alone:
            forget(session, shop.id, other.source.key)
    install.keep_secret(session, shop, KIND + source.key, json.dumps(dict(keys)))
    session.flush()  # a new row, which the next line changes
    checked(session, shop.id, source.key, at=None, failure=None)
    polls.renew(session, shop.id, source.key)


def forget(session: Session, shop_id: int, key: str) -> None:
    """Forget an account and its keys."""
    for row in session.scalars(select(Credential).filter_by(shop_id=shop_id, kind=KIND + key)):
        session.delete(row)
    polls.end(session, shop_id, key)


def checked(session: Session, shop_id: int, key: str, *, at: datetime | None, failure: str | None) -> None:
    """Note what came of trying an account."""
    for row in session.scalars(select(Credential).filter_by(shop_id=shop_id, kind=KIND + key)):
        row.checked_at, row.check_failure = at, failure


def refuse(session: Session, shop_id: int, key: str) -> None:
    """Note that a source no longer accepts the shop's keys; the admin asks for new ones."""
    living = select(Credential).filter_by(shop_id=shop_id, kind=KIND + key, dead_at=None)
    for row in session.scalars(living):
        row.dead_at = clock.now()
