"""Checkups: what the last look at a shop's connection found, when, and what is being looked at or mended."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.lib import clock
from app.platforms.findings import Finding, Grade, Remedy
from app.shops import choices, errands
from app.shops.models import Checkup, Errand, Shop

LOOK = "doctor.look"
DAILY = 86_400
MAIL = "woocommerce.mail"
"""Makes one of the store's mails be as the merchant wants it."""
SETTING = "store_mails"
"""In a shop's settings: which of the store's own mails we were told to switch, and how."""
GRAVITY = list(Grade)


class Last(NamedTuple):
    """The last look."""

    looked_at: datetime
    findings: list[Finding]
    """The gravest first."""


def keep(session: Session, shop_id: int, found: Sequence[Finding]) -> None:
    """Remember what was found, in place of what was found before."""
    values = {"shop_id": shop_id, "looked_at": clock.now(), "findings": [asdict(it) for it in found]}
    put = insert(Checkup).values(values)
    news = {name: put.excluded[name] for name in ("looked_at", "findings")}
    session.execute(put.on_conflict_do_update(index_elements=[Checkup.shop_id], set_=news))


def last(session: Session, shop_id: int) -> Last | None:
    """Return the last look at a shop; None where there was none."""
    row = session.scalar(select(Checkup).filter_by(shop_id=shop_id))
    return Last(row.looked_at, gravest_first([_revived(it) for it in row.findings])) if row else None


def gravest_first(found: Sequence[Finding]) -> list[Finding]:
    """Return findings in the order in which they matter."""
    return sorted(found, key=lambda it: GRAVITY.index(it.grade))


def ask(session: Session, shop_id: int) -> None:
    """Ask for a look now; it goes on daily."""
    errands.add(session, shop_id, LOOK, every=DAILY)


def is_under_way(session: Session, shop_id: int) -> bool:
    """Tell whether somebody is about to look, or to mend what the merchant wants mended."""
    kinds = (LOOK, MAIL, "woocommerce.setup")
    waiting = (
        select(func.count()).select_from(Errand).filter_by(shop_id=shop_id).where(Errand.kind.in_(kinds))
    )
    return bool(session.scalar(waiting.where(Errand.due_at <= clock.now())))


def switch_mail(session: Session, shop: Shop, ident: str, *, on: bool) -> None:
    """Have one of the store's own mails switched, and the store looked at after that."""
    choices.lock(session, shop)
    choices.keep(session, shop, {SETTING: {**mails(shop), ident: on}})
    errands.add(session, shop.id, MAIL, ident)


def mails(shop: Shop) -> dict[str, bool]:
    """Return which of the store's own mails we were told to switch on or off."""
    chosen = shop.settings.get(SETTING)
    return dict(chosen) if isinstance(chosen, dict) else {}


def _revived(row: dict[str, str]) -> Finding:
    remedy = Remedy(row["remedy"]) if row["remedy"] else None
    return Finding(**{**row, "grade": Grade(row["grade"]), "remedy": remedy})  # type: ignore[arg-type] # as kept
