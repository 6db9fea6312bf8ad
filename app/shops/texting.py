"""How a shop sends text messages and writes on WhatsApp: with which providers, from which number, to whom.

The first in the merchant's order that may be asked carries a text; one that refused for reasons of its own
rests for a while, and the next takes over (ADR 20).

What is no secret stands among the shop's settings, so that a page drawn of it is drawn anew; keys are sealed.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.channels.sms.base import Keys, Provider
from app.lib import clock, plugins, signing
from app.lib.config import settings
from app.lib.crypto import unseal
from app.shops import choices, errands, install
from app.shops.models import Credential, Errand, Shop
from app.vocabulary import Medium

SETTING = {Medium.SMS: "texts", Medium.WHATSAPP: "whatsapp"}
"""Of the shop's settings; with a colon, the prefix of its credential's kind."""
FOLDER = {Medium.SMS: "app.channels.sms", Medium.WHATSAPP: "app.channels.whatsapp"}
TEST = {Medium.SMS: "texts.test", Medium.WHATSAPP: "whatsapp.test"}
"""Errand: send a message; its subject names the provider and the number."""
MEDIA = tuple(FOLDER)
HOOK = "texts"
"""What comes behind /webhooks/ in a provider's address: texts/<provider>/<the shop's key>."""
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
MILLION = 1_000_000
RESTS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
"""How long a provider is left alone that refused again and again."""


class Whom(StrEnum):
    """Whom texts go to."""

    ASKED = "asked"
    """Those who ask for them on their order's page."""
    ALLOWED = "allowed"
    """Everybody who may have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texting:
    """What a shop has chosen of one provider."""

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
    rests_until: datetime | None = None
    """It refused for reasons of its own, and is left alone until then."""
    complaint: str | None = None
    """What it said then."""


def everyone(medium: Medium = Medium.SMS) -> list[Provider]:
    """Return the providers of a medium, by name."""
    found: dict[str, Provider] = plugins.discover(FOLDER[medium])
    return sorted(found.values(), key=lambda one: one.label)


def provider(key: str) -> Provider | None:
    """Return a provider of any medium."""
    return next((one for medium in MEDIA for one in everyone(medium) if one.key == key), None)


def all_of(shop: Shop, medium: Medium = Medium.SMS) -> tuple[Texting, ...]:
    """Return what a shop has chosen of each of its providers, in the order in which they are asked."""
    chosen: dict[str, Any] = shop.settings.get(SETTING[medium]) or {}
    known = plugins.discover(FOLDER[medium])
    return tuple(
        Texting(
            provider=row["provider"],
            sender=row["sender"],
            whom=Whom(chosen["whom"]),
            price=row.get("price"),
            daily=chosen.get("daily"),
        )
        for row in _in_order(chosen)
        if row["provider"] in known
    )


def of(shop: Shop, medium: Medium = Medium.SMS) -> Texting | None:
    """Return what a shop has chosen of its first provider; None: it sends nothing on this medium."""
    return next(iter(all_of(shop, medium)), None)


def accounts(session: Session, shop: Shop, medium: Medium = Medium.SMS) -> list[Account]:
    """Return a shop's accounts with their keys, in the order in which they are asked."""
    chosen = all_of(shop, medium)
    rows = {row.kind: row for row in session.scalars(_rows(shop.id, medium))} if chosen else {}
    return [_account(shop, medium, it, row) for it in chosen if (row := rows.get(_kind(medium, it.provider)))]


def account(
    session: Session, shop: Shop, medium: Medium = Medium.SMS, key: str | None = None
) -> Account | None:
    """Return a shop's account with one provider, or (None) with its first; None: it has none."""
    mine = accounts(session, shop, medium)
    return next((it for it in mine if key in (None, it.provider.key)), None)


def able(mine: Sequence[Account]) -> list[Account]:
    """Return those that may be asked now, in their order; where all of them rest, the first to end that."""
    now = clock.now()
    living = [it for it in mine if not it.is_refused]
    awake = [it for it in living if it.rests_until is None or it.rests_until <= now]
    return awake or sorted(living, key=lambda it: it.rests_until or now)[:1]


def _account(shop: Shop, medium: Medium, chosen: Texting, row: Credential) -> Account:
    return Account(
        provider=plugins.discover(FOLDER[medium])[chosen.provider],
        keys=json.loads(unseal(row.secret)),
        chosen=chosen,
        report_to=f"{settings().url}/webhooks/{HOOK}/{chosen.provider}/{shop.key}",
        is_refused=row.dead_at is not None,
        checked_at=row.checked_at,
        check_failure=row.check_failure,
        rests_until=row.rests_until,
        complaint=row.complaint,
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
    mine = (it for medium in MEDIA for it in accounts(session, shop, medium))
    return next((it.provider for it in mine if it.is_refused), None)


def keep(session: Session, shop: Shop, provider: Provider, keys: Keys, chosen: Texting) -> None:
    """Keep an account, sealed, in its place in the order; a new one comes last.

    To whom texts go, and how many a day, is so of all of them.
    """
    medium = provider.medium
    install.keep_secret(session, shop, _kind(medium, provider.key), json.dumps(dict(keys)))
    session.flush()  # a new row, which the next lines change
    checked(session, shop.id, provider, at=None, failure=None)
    works(session, shop.id, provider)
    mine = {"provider": provider.key, "sender": chosen.sender, "price": chosen.price}
    choices.lock(session, shop)
    rows = _in_order(shop.settings.get(SETTING[medium]) or {})
    known = [mine if row["provider"] == provider.key else row for row in rows]
    rows = known if mine in known else [*known, mine]
    _arrange(session, shop, medium, rows, whom=chosen.whom, daily=chosen.daily)


def go_first(session: Session, shop: Shop, provider: Provider) -> None:
    """Let a provider be asked before the others."""
    choices.lock(session, shop)
    known = all_of(shop, provider.medium)
    rows = _in_order(shop.settings.get(SETTING[provider.medium]) or {})
    first = [row for row in rows if row["provider"] == provider.key]
    if first:
        others = [row for row in rows if row["provider"] != provider.key]
        _arrange(session, shop, provider.medium, [*first, *others], whom=known[0].whom, daily=known[0].daily)


def forget(session: Session, shop: Shop, medium: Medium = Medium.SMS, key: str | None = None) -> None:
    """Forget an account and its keys (None: all of a medium): nothing more is sent with it."""
    for row in session.scalars(_rows(shop.id, medium)):
        if key is None or row.kind == _kind(medium, key):
            session.delete(row)
    session.flush()  # before another account takes its place
    choices.lock(session, shop)
    known = shop.settings.get(SETTING[medium]) or {}
    left = [row for row in _in_order(known) if key is not None and row["provider"] != key]
    if left:
        _arrange(session, shop, medium, left, whom=Whom(known["whom"]), daily=known.get("daily"))
    else:
        choices.keep(session, shop, {SETTING[medium]: None})


def checked(
    session: Session, shop_id: int, provider: Provider, *, at: datetime | None, failure: str | None
) -> None:
    """Note what came of trying an account."""
    for row in session.scalars(_row(shop_id, provider)):
        row.checked_at, row.check_failure = at, failure


def refuse(session: Session, shop_id: int, provider: Provider) -> None:
    """Note that a provider no longer accepts the shop's keys; the admin asks for new ones."""
    for row in session.scalars(_row(shop_id, provider).where(Credential.dead_at.is_(None))):
        row.dead_at = clock.now()


def rest(session: Session, shop_id: int, provider: Provider, complaint: str) -> None:
    """Leave a provider alone for a while that refused for reasons of its own; longer each time."""
    for row in session.scalars(_row(shop_id, provider).with_for_update()):
        row.rests_until = clock.now() + RESTS[min(row.refusals, len(RESTS) - 1)]
        row.refusals, row.complaint = row.refusals + 1, complaint[:300]


def works(session: Session, shop_id: int, provider: Provider) -> None:
    """Note that a provider takes texts (again)."""
    for row in session.scalars(_row(shop_id, provider).where(Credential.refusals > 0)):
        row.rests_until, row.refusals, row.complaint = None, 0, None


def test(session: Session, shop: Shop, provider: Provider, to: str) -> None:
    """Have a message sent to a number, to see whether it arrives."""
    errands.add(session, shop.id, TEST[provider.medium], f"{provider.key} {to}")


def tested(subject: str) -> tuple[str, str]:
    """Return the key of the provider that an errand tests, and the number."""
    key, _, to = subject.partition(" ")
    return key, to


def is_being_tested(session: Session, shop_id: int, medium: Medium = Medium.SMS) -> bool:
    """Tell whether a message is still to be tried."""
    waiting = select(Errand.id).filter_by(shop_id=shop_id, kind=TEST[medium]).limit(1)
    return session.scalar(waiting) is not None


def _in_order(chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is chosen of each provider, as it is kept: the first, and those that take over."""
    if not chosen:
        return []
    first = {name: chosen.get(name) for name in ("provider", "sender", "price")}
    return [first, *chosen.get("then", ())]


def _arrange(  # noqa: PLR0913 - what is kept
    session: Session,
    shop: Shop,
    medium: Medium,
    rows: Sequence[dict[str, Any]],
    *,
    whom: Whom,
    daily: int | None,
) -> None:
    first, *others = rows
    kept = {**first, "whom": whom, "daily": daily, **({"then": others} if others else {})}
    choices.keep(session, shop, {SETTING[medium]: kept})


def _kind(medium: Medium, key: str) -> str:
    return f"{SETTING[medium]}:{key}"


def _row(shop_id: int, provider: Provider) -> Select[Credential]:
    return select(Credential).filter_by(shop_id=shop_id, kind=_kind(provider.medium, provider.key))


def _rows(shop_id: int, medium: Medium) -> Select[Credential]:
    mine = select(Credential).where(Credential.shop_id == shop_id)
    return mine.where(Credential.kind.startswith(f"{SETTING[medium]}:"))
