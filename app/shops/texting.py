"""How a shop sends text messages: with which provider, from which number, and to whom.

What is no secret stands among the shop's settings, so that a page drawn of it is drawn anew; keys are sealed.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.sms.base import Keys, Provider
from app.lib import clock, plugins, reading
from app.lib.config import settings
from app.lib.crypto import unseal
from app.shops import errands, install
from app.shops.models import Credential, Errand, Shop

SETTING, KIND = "texts", "texts:"
"""Of the shop's settings, and the prefix of its credential's kind."""
TEST = "texts.test"
"""Errand: send a text to the number that is its subject."""
HOOK = "texts"
"""What comes behind /webhooks/ in a provider's address: texts/<provider>/<the shop's key>."""
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
SHORT_CODE = re.compile(r"\d{3,8}")
SERVICE = re.compile(r"MG[0-9a-f]{32}")
MILLION = 1_000_000


class Whom(StrEnum):
    """Whom texts go to."""

    ASKED = "asked"
    """Those who ask for them on their order's page."""
    ALLOWED = "allowed"
    """Everybody who may have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texting:
    """What a shop has chosen."""

    provider: str
    sender: str
    whom: Whom
    price: int | None
    """What one segment costs, in millionths of the shop's currency; None: the merchant has not said."""

    @property
    def hears_replies(self) -> bool:
        """Whether a text can be answered: its sender is a number."""
        return NAME.fullmatch(self.sender) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A shop's account with a provider."""

    provider: Provider
    keys: Keys
    chosen: Texting
    report_to: str
    """The address at which the provider tells us of it."""
    is_refused: bool
    checked_at: datetime | None
    """When a text was last tried on purpose."""
    check_failure: str | None


def everyone() -> list[Provider]:
    """Return the providers, by name."""
    found: dict[str, Provider] = plugins.discover("app.channels.sms")
    return sorted(found.values(), key=lambda one: one.label)


def of(shop: Shop) -> Texting | None:
    """Return what a shop has chosen; None: it sends no texts."""
    chosen: dict[str, Any] = shop.settings.get(SETTING) or {}
    if chosen.get("provider") not in plugins.discover("app.channels.sms"):
        return None
    return Texting(
        provider=chosen["provider"],
        sender=chosen["sender"],
        whom=Whom(chosen["whom"]),
        price=chosen.get("price"),
    )


def account(session: Session, shop: Shop) -> Account | None:
    """Return a shop's account with its keys; None: it sends no texts."""
    chosen = of(shop)
    row = (
        session.scalar(select(Credential).filter_by(shop_id=shop.id, kind=KIND + chosen.provider))
        if chosen
        else None
    )
    if chosen is None or row is None:
        return None
    return Account(
        provider=plugins.discover("app.channels.sms")[chosen.provider],
        keys=json.loads(unseal(row.secret)),
        chosen=chosen,
        report_to=f"{settings().url}/webhooks/{HOOK}/{chosen.provider}/{shop.key}",
        is_refused=row.dead_at is not None,
        checked_at=row.checked_at,
        check_failure=row.check_failure,
    )


def refused(session: Session, shop: Shop) -> str | None:
    """Return whoever no longer accepts the shop's keys; None: nobody."""
    found = account(session, shop)
    return found.provider.label if found and found.is_refused else None


def keep(session: Session, shop: Shop, provider: Provider, keys: Keys, chosen: Texting) -> None:
    """Keep an account, sealed, in place of the one there was."""
    if chosen.provider != getattr(of(shop), "provider", chosen.provider):
        forget(session, shop)
    install.keep_secret(session, shop, KIND + provider.key, json.dumps(dict(keys)))
    session.flush()  # a new row, which the next line changes
    checked(session, shop.id, at=None, failure=None)
    kept = {"provider": provider.key, "sender": chosen.sender, "whom": chosen.whom, "price": chosen.price}
    shop.settings = {**shop.settings, SETTING: kept}


def forget(session: Session, shop: Shop) -> None:
    """Forget the account and its keys: no more texts."""
    for row in session.scalars(_rows(shop.id)):
        session.delete(row)
    session.flush()  # before another account takes its place
    shop.settings = {name: value for name, value in shop.settings.items() if name != SETTING}


def checked(session: Session, shop_id: int, *, at: datetime | None, failure: str | None) -> None:
    """Note what came of trying the account."""
    for row in session.scalars(_rows(shop_id)):
        row.checked_at, row.check_failure = at, failure


def refuse(session: Session, shop_id: int) -> None:
    """Note that the provider no longer accepts the shop's keys; the admin asks for new ones."""
    for row in session.scalars(_rows(shop_id).where(Credential.dead_at.is_(None))):
        row.dead_at = clock.now()


def test(session: Session, shop: Shop, to: str) -> None:
    """Have a text sent to a number, to see whether it arrives."""
    errands.add(session, shop.id, TEST, to)


def is_being_tested(session: Session, shop_id: int) -> bool:
    """Tell whether a text is still to be tried."""
    waiting = select(Errand.id).filter_by(shop_id=shop_id, kind=TEST).limit(1)
    return session.scalar(waiting) is not None


def sender_of(typed: str, country: str | None) -> str | None:
    """Return a sender as a provider takes it; None for what none takes."""
    bare = typed.strip()
    if SERVICE.fullmatch(bare) or NAME.fullmatch(bare) or SHORT_CODE.fullmatch(bare):
        return bare
    number = reading.phone(bare, country) or ""
    return number if re.fullmatch(r"\+\d{7,15}", number) else None


def price_of(typed: str) -> int | None:
    """Return what a segment costs in millionths; None where nothing, or no price, was typed."""
    bare = typed.strip().replace(",", ".")
    return round(float(bare) * MILLION) if re.fullmatch(r"\d{1,3}(\.\d{1,6})?", bare) else None


def _rows(shop_id: int) -> Any:  # noqa: ANN401 - a select of credentials
    return select(Credential).where(Credential.shop_id == shop_id, Credential.kind.startswith(KIND))
