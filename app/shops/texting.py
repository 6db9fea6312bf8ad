"""How a shop sends text messages and writes on WhatsApp: with which provider, from which number, to whom.

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
from app.lib import clock, plugins, reading, signing
from app.lib.config import settings
from app.lib.crypto import unseal
from app.shops import errands, install
from app.shops.models import Credential, Errand, Shop
from app.vocabulary import Medium

SETTING = {Medium.SMS: "texts", Medium.WHATSAPP: "whatsapp"}
"""Of the shop's settings; with a colon, the prefix of its credential's kind."""
FOLDER = {Medium.SMS: "app.channels.sms", Medium.WHATSAPP: "app.channels.whatsapp"}
TEST = {Medium.SMS: "texts.test", Medium.WHATSAPP: "whatsapp.test"}
"""Errand: send a message to the number that is its subject."""
MEDIA = tuple(FOLDER)
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
    price: int | None = None
    """What one segment costs, in millionths of the shop's currency; None: the merchant has not said."""
    daily: int | None = None
    """How many may go a day; None: as many as there are."""

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


def everyone(medium: Medium = Medium.SMS) -> list[Provider]:
    """Return the providers of a medium, by name."""
    found: dict[str, Provider] = plugins.discover(FOLDER[medium])
    return sorted(found.values(), key=lambda one: one.label)


def provider(key: str) -> Provider | None:
    """Return a provider of any medium."""
    return next((one for medium in MEDIA for one in everyone(medium) if one.key == key), None)


def of(shop: Shop, medium: Medium = Medium.SMS) -> Texting | None:
    """Return what a shop has chosen; None: it sends nothing on this medium."""
    chosen: dict[str, Any] = shop.settings.get(SETTING[medium]) or {}
    if chosen.get("provider") not in plugins.discover(FOLDER[medium]):
        return None
    return Texting(
        provider=chosen["provider"],
        sender=chosen["sender"],
        whom=Whom(chosen["whom"]),
        price=chosen.get("price"),
        daily=chosen.get("daily"),
    )


def account(session: Session, shop: Shop, medium: Medium = Medium.SMS) -> Account | None:
    """Return a shop's account with its keys; None: it sends nothing on this medium."""
    chosen = of(shop, medium)
    row = (
        session.scalar(
            _rows(shop.id, medium).where(Credential.kind == f"{SETTING[medium]}:{chosen.provider}")
        )
        if chosen
        else None
    )
    if chosen is None or row is None:
        return None
    return Account(
        provider=plugins.discover(FOLDER[medium])[chosen.provider],
        keys=json.loads(unseal(row.secret)),
        chosen=chosen,
        report_to=f"{settings().url}/webhooks/{HOOK}/{chosen.provider}/{shop.key}",
        is_refused=row.dead_at is not None,
        checked_at=row.checked_at,
        check_failure=row.check_failure,
    )


def hook_token(shop_key: str) -> str:
    """Return what a provider says that asks whether a shop's address for deliveries is ours."""
    return signing.token(HOOK, shop_key)


def is_hook_token(given: str, shop_key: str) -> bool:
    """Tell whether it was made for this shop's address."""
    try:
        return signing.read_token(HOOK, given) == shop_key
    except signing.Forged:
        return False


def refused(session: Session, shop: Shop) -> Provider | None:
    """Return whoever no longer accepts the shop's keys; None: nobody."""
    found = (account(session, shop, medium) for medium in MEDIA)
    return next((it.provider for it in found if it and it.is_refused), None)


def keep(session: Session, shop: Shop, provider: Provider, keys: Keys, chosen: Texting) -> None:
    """Keep an account, sealed, in place of the one there was."""
    medium = provider.medium
    if chosen.provider != getattr(of(shop, medium), "provider", chosen.provider):
        forget(session, shop, medium)
    install.keep_secret(session, shop, f"{SETTING[medium]}:{provider.key}", json.dumps(dict(keys)))
    session.flush()  # a new row, which the next line changes
    checked(session, shop.id, medium, at=None, failure=None)
    kept = {name: getattr(chosen, name) for name in ("sender", "whom", "price", "daily")}
    shop.settings = {**shop.settings, SETTING[medium]: {"provider": provider.key, **kept}}


def forget(session: Session, shop: Shop, medium: Medium = Medium.SMS) -> None:
    """Forget the account and its keys: nothing more is sent."""
    for row in session.scalars(_rows(shop.id, medium)):
        session.delete(row)
    session.flush()  # before another account takes its place
    shop.settings = {name: value for name, value in shop.settings.items() if name != SETTING[medium]}


def checked(
    session: Session, shop_id: int, medium: Medium = Medium.SMS, *, at: datetime | None, failure: str | None
) -> None:
    """Note what came of trying the account."""
    for row in session.scalars(_rows(shop_id, medium)):
        row.checked_at, row.check_failure = at, failure


def refuse(session: Session, shop_id: int, medium: Medium = Medium.SMS) -> None:
    """Note that the provider no longer accepts the shop's keys; the admin asks for new ones."""
    for row in session.scalars(_rows(shop_id, medium).where(Credential.dead_at.is_(None))):
        row.dead_at = clock.now()


def test(session: Session, shop: Shop, to: str, medium: Medium) -> None:
    """Have a message sent to a number, to see whether it arrives."""
    errands.add(session, shop.id, TEST[medium], to)


def is_being_tested(session: Session, shop_id: int, medium: Medium = Medium.SMS) -> bool:
    """Tell whether a message is still to be tried."""
    waiting = select(Errand.id).filter_by(shop_id=shop_id, kind=TEST[medium]).limit(1)
    return session.scalar(waiting) is not None


def sender_of(typed: str, country: str | None) -> str | None:
    """Return a sender as a provider takes it; None for what none takes."""
    bare = typed.strip()
    if SERVICE.fullmatch(bare) or NAME.fullmatch(bare) or SHORT_CODE.fullmatch(bare):
        return bare
    number = reading.phone(bare, country) or ""
    return number if re.fullmatch(r"\+\d{7,15}", number) else None


def daily_of(typed: str) -> int | None:
    """Return how many may go a day; None where nothing, or no such number, was typed."""
    bare = typed.strip().replace(",", "").replace(".", "")
    return int(bare) if re.fullmatch(r"[1-9]\d{0,6}", bare) else None


def price_of(typed: str) -> int | None:
    """Return what a segment costs in millionths; None where nothing, or no price, was typed."""
    bare = typed.strip().replace(",", ".")
    return round(float(bare) * MILLION) if re.fullmatch(r"\d{1,3}(\.\d{1,6})?", bare) else None


def _rows(shop_id: int, medium: Medium) -> Any:  # noqa: ANN401 - a select of credentials
    mine = select(Credential).where(Credential.shop_id == shop_id)
    return mine.where(Credential.kind.startswith(f"{SETTING[medium]}:"))
