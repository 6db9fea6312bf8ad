"""What to ask a carrier next: claimed by whoever asks, who brings the answer to app.tracking.polls.answers.

Say the process dies on any line: a claim has moved its numbers' moment to the end of its lease, so they are
asked about again then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.carriers import base
from app.carriers.base import Parcel, Source
from app.commerce.models import Order
from app.lib import clock
from app.shops.models import Shop
from app.tracking import sources
from app.tracking.polls import pace, passes, watches
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.tracking.polls.passes import Lease
from app.vocabulary import ShopState

LEASE = timedelta(minutes=5)
"""Longer than any question lasts."""
GATHER = timedelta(minutes=2)
"""What is due so soon goes along with a question that may ask for several; shorter than a lease."""
GLANCE = timedelta(seconds=2)
"""When to look again whether another process has brought the pass."""


@dataclass(frozen=True, slots=True)
class Question:
    """Claimed numbers of one account; their fences show later that they are still ours."""

    shop_id: int
    source: Source
    keys: base.Keys
    parcels: tuple[Parcel, ...]
    fences: dict[str, int]


@dataclass(frozen=True, slots=True)
class PassWanted:
    """Before anything can be asked, the carrier has to give a pass for the keys."""

    shop_id: int
    source: Source
    keys: base.Keys
    lease: Lease


def due(session: Session) -> Sequence[str]:
    """Return the carriers of which something is to be asked now."""
    asked = select(CarrierAccount.source).where(CarrierAccount.due_at <= clock.now())
    return session.scalars(asked.group_by(CarrierAccount.source)).all()


def claim(session: Session, source: str) -> Question | PassWanted | bool:
    """Return what to ask a carrier next, for the shop that has waited longest; False: nothing is due.

    True: there was nothing to ask for that shop; the next one may have something.
    """
    now = clock.now()
    waiting = select(CarrierAccount).where(CarrierAccount.source == source, CarrierAccount.due_at <= now)
    first = waiting.order_by(CarrierAccount.due_at).limit(1).with_for_update(skip_locked=True)
    account = session.scalar(first)
    if account is None:
        return False
    shop, entered = session.get_one(Shop, account.shop_id), _entered(session, account)
    if entered is None or entered.is_refused or shop.state is not ShopState.INSTALLED:
        account.due_at = None
        return True
    mine = select(CarrierWatch).where(CarrierWatch.shop_id == shop.id, CarrierWatch.source == source)
    soon = now + GATHER if entered.source.at_once > 1 else now
    chosen = mine.where(CarrierWatch.due_at <= soon).order_by(CarrierWatch.due_at)
    rows = session.scalars(chosen.limit(entered.source.at_once).with_for_update(skip_locked=True)).all()
    if not rows:
        account.due_at = _soonest(session, shop.id, source)
        return True
    alive = _with_parcels(session, shop, entered.source, rows)
    keys = _opened(session, account, entered) if alive else True
    if not isinstance(keys, Mapping):
        return keys
    turn = pace.take(account.spent, entered.source.limits, now)
    account.spent, account.due_at = turn.spent, turn.wait_until or now
    return _ask(shop, entered.source, keys, alive) if turn.wait_until is None else True


def wait(session: Session, source: str) -> float | None:
    """Return for how many seconds nothing is to be asked of a carrier; None: until something is heard."""
    soonest = session.scalar(select(func.min(CarrierAccount.due_at)).filter_by(source=source))
    return max(0.0, (soonest - clock.now()).total_seconds()) if soonest else None


def _opened(
    session: Session, account: CarrierAccount, entered: sources.Account
) -> base.Keys | PassWanted | Literal[True]:
    """Return the keys with the pass that goes with them; what is wanted first; or True: others get it."""
    if entered.source.authorize is None:
        return entered.keys
    found = passes.take(session, account.shop_id, account.source)
    if isinstance(found, str):
        return {**entered.keys, base.TOKEN: found}
    account.due_at = clock.now() + GLANCE
    return PassWanted(account.shop_id, entered.source, entered.keys, found) if found else True


def _soonest(session: Session, shop_id: int, source: str) -> datetime | None:
    """Return when a number of an account is due next; those that another lane holds just now, soon."""
    mine = select(func.min(CarrierWatch.due_at)).filter_by(shop_id=shop_id, source=source)
    soonest = session.scalar(mine)
    return max(soonest, clock.now() + GLANCE) if soonest else None


def _with_parcels(
    session: Session, shop: Shop, source: Source, rows: Sequence[CarrierWatch]
) -> list[tuple[CarrierWatch, Parcel]]:
    """Return numbers with their parcels; those that no parcel has any more are asked about no more."""
    having = watches.parcels(session, shop, source, [row.number for row in rows])
    found = []
    for row in rows:
        if row.number not in having:
            row.due_at = None
            continue
        place = session.get_one(Order, having[row.number][0].order_id).ship_to or {}
        asked = Parcel(number=row.number, postcode=place.get("postcode"), country=place.get("country"))
        found.append((row, asked))
    return found


def _ask(
    shop: Shop, source: Source, keys: base.Keys, rows: Sequence[tuple[CarrierWatch, Parcel]]
) -> Question:
    """Lease some numbers."""
    for row, _ in rows:
        row.due_at, row.fence = clock.now() + LEASE, row.fence + 1
    fences = {row.number: row.fence for row, _ in rows}
    return Question(shop.id, source, keys, tuple(parcel for _, parcel in rows), fences)


def _entered(session: Session, account: CarrierAccount) -> sources.Account | None:
    those = sources.accounts(session, account.shop_id)
    return next((one for one in those if one.source.key == account.source), None)
