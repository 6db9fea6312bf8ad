"""What came of asking a carrier: kept, counted, and the next time set, in one commit."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from random import uniform
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.carriers import base
from app.carriers.base import KeyRefused, NoAnswer, NotData, Parcel, SourceError, TooOften, Update
from app.carriers.clocks import zone_of
from app.lib import clock
from app.lib.db import among
from app.shops.models import Shop
from app.tracking.carriers.number import normalize
from app.tracking.models import Shipment
from app.tracking.polls import pace, passes, watches
from app.tracking.polls.asking import PassWanted, Round
from app.tracking.polls.intervals import Standing, next_look
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.tracking.scans import progress, scans
from app.tracking.sources import sources

FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=30)
PASS_REFUSED = "it refuses a pass that it gave"  # noqa: S105 - no secret

log = structlog.get_logger()


class Outcome(StrEnum):
    """What came of one question about one number."""

    TOLD = "told"
    NOT_KNOWN = "not_known"
    """The carrier does not know the number."""
    OTHER_NUMBER = "other_number"
    """It spoke of another parcel: nothing of that is kept."""
    THROTTLED = "throttled"
    NO_ANSWER = "no_answer"
    """Not reached, or too slow."""
    NOT_DATA = "not_data"
    """A page in place of data, or data that cannot be read."""
    REFUSED = "refused"
    """Our keys."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Failed:
    """A question that gave nothing."""

    numbers: Collection[str]
    error: SourceError

    @property
    def is_theirs(self) -> bool:
        """Whether the numbers are at fault, not their carrier, nor our keys."""
        return self.error.permanent and not isinstance(self.error, KeyRefused)


def of(asked: Sequence[Parcel], answer: Sequence[Update]) -> dict[str, Update | Outcome]:
    """Return what an answer says of each parcel that it was asked for; what it says of others is left."""
    told = {normalize(update.number): update for update in answer}
    numbers = [parcel.number for parcel in asked]
    is_foreign = bool(told) and told.keys().isdisjoint(numbers)
    silence = Outcome.OTHER_NUMBER if is_foreign else Outcome.NOT_KNOWN
    return {number: told.get(number, silence) for number in numbers}


def keep(
    session: Session, asked: Round, said: Mapping[str, Update | Outcome], failed: Failed | None = None
) -> None:
    """Keep what came of a round: what was said of numbers, and what failed; whoever is left is due at once.

    All that concerns shoppers first, then numbers, then the account: everybody locks them in this order.
    """
    told = [update for update in said.values() if isinstance(update, Update)]
    for update in told:
        if update.faults:
            log.warning("poll.faults", source=asked.source.key, faults=update.faults)
    now = clock.now()
    scans.keep_updates(session, asked.shop_id, told, source=asked.source.key, heard_at=now)
    outcomes = {number: _outcome(what) for number, what in said.items()}
    answered = [*said, *(failed.numbers if failed and failed.is_theirs else ())]
    looks = _looks(session, asked, answered) if answered else {}
    for row in _ours(session, asked):
        row.due_at = looks.get(row.number) if row.number in answered else now
        if row.number in said:
            outcome = outcomes[row.number]
            row.asked_at, row.failure = now, None if outcome is Outcome.TOLD else outcome.value
        elif failed and row.number in failed.numbers:
            row.failure = str(failed.error)
    account = _account(session, asked)
    if account.due_at == asked.account_due_at:  # nobody has woken it since, or let it rest
        account.due_at = _ready_at(session, asked, account)
    if said:
        account.failures, account.failure = 0, None
        for outcome, times in Counter(outcomes.values()).items():
            _count(account, outcome, times)
    if failed:
        _fail(session, asked, account, failed)


def keep_pass(session: Session, wanted: PassWanted, given: base.Pass) -> None:
    """Keep the pass that a carrier gave, unless the lease has passed to another."""
    passes.renew(session, wanted.lease, given)
    _account(session, wanted).due_at = clock.now()


def fail_pass(session: Session, wanted: PassWanted, error: SourceError) -> None:
    """Note that a carrier gave no pass."""
    passes.release(session, wanted.lease)
    account = _account(session, wanted)
    _count(account, outcome_of(error), 1)
    if isinstance(error, KeyRefused):
        sources.refuse(session, wanted.shop_id, wanted.source.key)
        account.failure, account.due_at = str(error), None
    else:
        _rest(account, error, clock.now())


def outcome_of(error: SourceError) -> Outcome:
    """Return what an error amounts to."""
    kinds = {
        KeyRefused: Outcome.REFUSED,
        TooOften: Outcome.THROTTLED,
        NoAnswer: Outcome.NO_ANSWER,
        NotData: Outcome.NOT_DATA,
    }
    return kinds.get(type(error), Outcome.FAILED)


def _fail(session: Session, asked: Round, account: CarrierAccount, failed: Failed) -> None:
    """Note that a question gave nothing: unless its numbers are at fault, their carrier rests."""
    _count(account, outcome_of(failed.error), len(failed.numbers))
    if isinstance(failed.error, KeyRefused):
        _refused(session, asked, account, failed.error)
    elif not failed.is_theirs:
        _rest(account, failed.error, clock.now())


def _ready_at(session: Session, asked: Round, account: CarrierAccount) -> datetime | None:
    """Return when the account may be asked about the number that is due first; None: about none."""
    now, due_at = clock.now(), watches.soonest(session, asked.shop_id, asked.source.key)
    return due_at and max(due_at, pace.take(account.spent, asked.source.limits, now).wait_until or now)


def _outcome(said: Update | Outcome) -> Outcome:
    if isinstance(said, Update):
        return Outcome.NOT_KNOWN if said.is_not_found else Outcome.TOLD
    return said


def _looks(session: Session, asked: Round, numbers: Iterable[str]) -> dict[str, datetime | None]:
    """Return when to ask about numbers again: the soonest that one of their parcels wants."""
    shop, now = session.get_one(Shop, asked.shop_id), clock.now()
    having = watches.parcels(session, shop, asked.source, numbers)
    places = watches.places(session, chain.from_iterable(having.values()))
    return {
        number: min(
            filter(None, (next_look(_standing(parcel, places[parcel.order_id]), now) for parcel in parcels)),
            default=None,
        )
        for number, parcels in having.items()
    }


def _standing(shipment: Shipment, place: Mapping[str, Any]) -> Standing:
    latest = shipment.delivered_at or progress.read(shipment.progress).latest_at
    return Standing(
        status=shipment.status,
        detail=shipment.detail,
        since=max(latest or shipment.shipped_at, shipment.shipped_at),
        zone=zone_of((place.get("country"), place.get("region"))),
    )


def _rest(account: CarrierAccount, error: SourceError, now: datetime) -> None:
    """Let an account rest: twice as long after each failure, and at least as long as it was asked to."""
    account.failures += 1
    account.failure = str(error)
    rest = min(FIRST_REST * 2 ** min(account.failures - 1, 10), LONGEST_REST) * uniform(0.8, 1.2)
    account.due_at = now + max(rest, error.retry_after or timedelta(0))


def _refused(session: Session, asked: Round, account: CarrierAccount, error: KeyRefused) -> None:
    """Try once more with a new pass; keys that are refused even so are not tried again."""
    if asked.source.authorize is not None:
        token, was_tried = asked.keys[base.TOKEN], account.failure == PASS_REFUSED
        if not passes.expire(session, asked.shop_id, asked.source.key, token) or not was_tried:
            account.failure = PASS_REFUSED
            return
    sources.refuse(session, asked.shop_id, asked.source.key)
    account.failure, account.due_at = str(error), None


def _ours(session: Session, asked: Round) -> list[CarrierWatch]:
    """Return the claimed numbers that are still ours."""
    mine = select(CarrierWatch).filter_by(shop_id=asked.shop_id, source=asked.source.key)
    chosen = mine.where(among(CarrierWatch.number, asked.fences)).order_by(CarrierWatch.id)
    rows = session.scalars(chosen.with_for_update().execution_options(populate_existing=True))
    return [row for row in rows if row.fence == asked.fences[row.number]]


def _account(session: Session, of: Round | PassWanted) -> CarrierAccount:
    mine = select(CarrierAccount).filter_by(shop_id=of.shop_id, source=of.source.key)
    return session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one()


def _count(account: CarrierAccount, outcome: Outcome, times: int) -> None:
    if times:
        account.outcomes = {**account.outcomes, outcome.value: account.outcomes.get(outcome.value, 0) + times}
