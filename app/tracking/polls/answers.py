"""What came of asking a carrier: kept, counted, and the next time set, in one commit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from random import uniform

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.carriers import base
from app.carriers.base import KeyRefused, NoAnswer, NotData, SourceError, TooOften, Update
from app.carriers.clocks import zone_of
from app.commerce.models import Order
from app.lib import clock
from app.shops.models import Shop
from app.tracking import progress, scans, sources
from app.tracking.models import Shipment
from app.tracking.number import normalize
from app.tracking.polls import passes, watches
from app.tracking.polls.asking import PassWanted, Question
from app.tracking.polls.intervals import Standing, next_look
from app.tracking.polls.models import CarrierAccount, CarrierWatch

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


def keep(session: Session, question: Question, number: str, answer: Sequence[Update]) -> Outcome:
    """Keep what a carrier answers about one of the numbers that it was asked about; of others, nothing."""
    told = {normalize(update.number): update for update in answer}
    update, now = told.get(number), clock.now()
    if update is not None:
        if update.faults:
            log.warning("poll.faults", source=question.source.key, faults=update.faults)
        scans.keep_update(session, question.shop_id, update, source=question.source.key, heard_at=now)
        outcome = Outcome.NOT_KNOWN if update.is_not_found else Outcome.TOLD
    else:
        is_foreign = bool(told) and not told.keys() & question.fences.keys()
        outcome = Outcome.OTHER_NUMBER if is_foreign else Outcome.NOT_KNOWN
    for row in _ours(session, question, number):
        row.asked_at, row.failure = now, None if outcome is Outcome.TOLD else outcome.value
        row.due_at = _next(session, question, number)
    return outcome


def finish(session: Session, question: Question, outcomes: Sequence[Outcome]) -> None:
    """Count what came of a question that was answered: its carrier is well."""
    account = _account(session, question)
    account.failures, account.failure = 0, None
    for outcome in outcomes:
        _count(account, outcome, 1)


def fail(session: Session, question: Question, error: SourceError) -> None:
    """Note that a question gave nothing: its carrier rests, or where the number is at fault, that waits."""
    now, account = clock.now(), _account(session, question)
    _count(account, outcome_of(error), len(question.fences))
    is_the_number = error.permanent and not isinstance(error, KeyRefused)
    if isinstance(error, KeyRefused):
        _refused(session, question, account, error)
    elif not is_the_number:
        _rest(account, error, now)
    for row in _ours(session, question, *question.fences):
        row.failure = str(error)
        row.due_at = _next(session, question, row.number) if is_the_number else now


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


def _next(session: Session, question: Question, number: str) -> datetime | None:
    """Return when to ask about a number again: the soonest that one of its parcels wants."""
    shop = session.get_one(Shop, question.shop_id)
    having = watches.parcels(session, shop, question.source, [number]).get(number, [])
    looks = (next_look(_standing(session, parcel), clock.now()) for parcel in having)
    return min(filter(None, looks), default=None)


def _standing(session: Session, shipment: Shipment) -> Standing:
    place = session.get_one(Order, shipment.order_id).ship_to or {}
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


def _refused(session: Session, question: Question, account: CarrierAccount, error: KeyRefused) -> None:
    """Try once more with a new pass; keys that are refused even so are not tried again."""
    if question.source.authorize is not None:
        token, was_tried = question.keys[base.TOKEN], account.failure == PASS_REFUSED
        if not passes.expire(session, question.shop_id, question.source.key, token) or not was_tried:
            account.failure = PASS_REFUSED
            return
    sources.refuse(session, question.shop_id, question.source.key)
    account.failure, account.due_at = str(error), None


def _ours(session: Session, question: Question, *numbers: str) -> list[CarrierWatch]:
    """Return the claimed numbers that are still ours."""
    mine = select(CarrierWatch).filter_by(shop_id=question.shop_id, source=question.source.key)
    chosen = mine.where(CarrierWatch.number.in_(numbers)).order_by(CarrierWatch.id)
    rows = session.scalars(chosen.with_for_update())
    return [row for row in rows if row.fence == question.fences[row.number]]


def _account(session: Session, of: Question | PassWanted) -> CarrierAccount:
    mine = select(CarrierAccount).filter_by(shop_id=of.shop_id, source=of.source.key)
    return session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one()


def _count(account: CarrierAccount, outcome: Outcome, times: int) -> None:
    if times:
        account.outcomes = {**account.outcomes, outcome.value: account.outcomes.get(outcome.value, 0) + times}
