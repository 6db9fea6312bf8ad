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
from app.lib import clock
from app.shops.models import Shop
from app.tracking.polls import pace, passes, watches
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.tracking.polls.passes import Lease
from app.tracking.sources import sources
from app.vocabulary import ShopState

LEASE = timedelta(minutes=10)
"""Longer than any round lasts."""
GATHER = timedelta(minutes=5)
"""What is due so soon goes along; shorter than a lease."""
ROUND = 30
"""Numbers that are claimed together at least, where that many are due and the carrier's limits let us ask."""
GLANCE = timedelta(seconds=2)
"""When to look again whether another process has brought the pass."""


@dataclass(frozen=True, slots=True)
class Round:
    """Claimed numbers of one account; their fences show later that they are still ours."""

    shop_id: int
    source: Source
    keys: base.Keys
    parcels: tuple[Parcel, ...]
    fences: dict[str, int]
    account_due_at: datetime
    """What the claim has made of the account's moment."""

    def questions(self) -> list[tuple[Parcel, ...]]:
        """Return the parcels as they may be asked about at once."""
        return _questions(self.source, self.parcels)


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


def claim(session: Session, source: str) -> Round | PassWanted | bool:
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
    rows = _due(session, account, entered.source)
    alive = _with_parcels(session, shop, entered.source, rows)
    if not alive:
        soonest = watches.soonest(session, shop.id, source)
        account.due_at = soonest and max(soonest, now + GLANCE)  # another lane may hold it just now
        return True
    keys = _opened(session, account, entered)
    if not isinstance(keys, Mapping):
        return keys
    taken, wait_until = _take(account, entered.source, [parcel for _, parcel in alive])
    leased = {row.number: row for row, _ in alive[: len(taken)]}
    for row in leased.values():
        row.due_at, row.fence = now + LEASE, row.fence + 1
    account.due_at = due_at = wait_until or max(now, watches.soonest(session, shop.id, source) or now)
    fences = {number: row.fence for number, row in leased.items()}
    return Round(shop.id, entered.source, keys, taken, fences, due_at) if taken else True


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


def _due(session: Session, account: CarrierAccount, source: Source) -> Sequence[CarrierWatch]:
    mine = select(CarrierWatch).filter_by(shop_id=account.shop_id, source=source.key)
    chosen = mine.where(CarrierWatch.due_at <= clock.now() + GATHER).order_by(CarrierWatch.due_at)
    several = chosen.limit(max(ROUND, source.at_once)).with_for_update(skip_locked=True)
    return session.scalars(several.execution_options(populate_existing=True)).all()


def _take(
    account: CarrierAccount, source: Source, parcels: Sequence[Parcel]
) -> tuple[tuple[Parcel, ...], datetime | None]:
    """Return those of some parcels that may be asked about now, and until when the others wait."""
    taken: tuple[Parcel, ...] = ()
    for asked in _questions(source, parcels):
        turn = pace.take(account.spent, source.limits, clock.now())
        account.spent = turn.spent
        if turn.wait_until is not None:
            return taken, turn.wait_until
        taken += asked
    return taken, None


def _questions(source: Source, parcels: Sequence[Parcel]) -> list[tuple[Parcel, ...]]:
    return [
        tuple(parcels[first : first + source.at_once]) for first in range(0, len(parcels), source.at_once)
    ]


def _with_parcels(
    session: Session, shop: Shop, source: Source, rows: Sequence[CarrierWatch]
) -> list[tuple[CarrierWatch, Parcel]]:
    """Return numbers with their parcels; those that no parcel has any more are asked about no more."""
    having = watches.parcels(session, shop, source, [row.number for row in rows])
    places = watches.places(session, [having[row.number][0] for row in rows if row.number in having])
    found = []
    for row in rows:
        if row.number not in having:
            row.due_at = None
            continue
        place = places[having[row.number][0].order_id]
        asked = Parcel(number=row.number, postcode=place.get("postcode"), country=place.get("country"))
        found.append((row, asked))
    return found


def _entered(session: Session, account: CarrierAccount) -> sources.Account | None:
    those = sources.accounts(session, account.shop_id)
    return next((one for one in those if one.source.key == account.source), None)
