"""One chunk of messages, from the claim to the results; the caller owns the transactions.

Say the process dies on any line: before the claim is committed it was never made; after it, the journal knows
of every message whether it was in hand, whether its send was begun, and whether it was taken or refused.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from time import monotonic
from typing import Generic

import structlog
from sqlalchemy.orm import Session

from app.channels.base import Connection, Mail, Outcome, SendError, Sent, Text
from app.lib import clock
from app.lib.logs import trail
from app.messages.dispatch import outbox
from app.messages.dispatch.journal import Journal
from app.messages.dispatch.outbox import Result
from app.messages.documents import compose
from app.messages.gate import permission
from app.messages.gate.verdict import Allowed, Deferred, Facts, Ruling, Skipped
from app.messages.letters import letter, material, waits
from app.messages.letters.letter import Letter
from app.messages.models import Message
from app.messages.providers import allowances, ways
from app.messages.providers.ways import NoWay, Way
from app.vocabulary import Medium, MessageState, Reason

Judge = Callable[[Session, Sequence[Message]], dict[int, Ruling]]
Write = Callable[[Letter], Mail]
Stands = Callable[[Message], bool]
"""Whether what a message says still holds: asked once more before the first byte of it goes."""
LONGEST_SUBJECT = 300

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may go, with everything that its text needs."""

    message: Message
    letter: Letter
    way: Way | None
    """None: a notification, which costs nothing."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of messages that were to go one way."""

    results: list[Result]
    went: frozenset[int] = frozenset()
    """Those that were taken, or may have been."""
    away: SendError | None = None
    """Why whoever carries them took no more."""


def prepare(session: Session, journal: str, claimed_ids: Collection[int], judge: Judge) -> list[Ready]:
    """Have each of a chunk judged whose claim was committed; returns those that go."""
    claimed = outbox.claimed(session, journal, claimed_ids)
    stuff = material.gather(session, claimed)
    rulings = judge(session, claimed)
    letters, results = dict[int, Letter](), list[Result]()
    written = {}
    for message in claimed:
        decision, known = rulings[message.id].decision, rulings[message.id].facts
        if not isinstance(decision, Allowed):
            results.append(_not_now(message, decision))
            continue
        try:
            letters[message.id] = _allowed(letter.of(stuff, message), known)
            written[message.id] = stuff.version(message)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            log.error("message.ungathered", message=message.id, **trail(error))
            results.append(_unrenderable(message, type(error).__name__))
    waits.settle(session, ((message, rulings[message.id].decision) for message in claimed))
    noted = {key: permission.record_of(ruling) for key, ruling in rulings.items()}
    outbox.note(session, noted, written)
    going = [it for it in claimed if it.id in letters]
    chosen = allowances.choose(session, stuff.shops, going)
    chosen |= ways.choose(session, stuff.shops, [it for it in going if it.medium is Medium.EMAIL])
    ready = list[Ready]()
    for message in claimed:
        way = chosen.get(message.id)
        if isinstance(way, NoWay):
            results.append(_no_way(message, way))
        elif message.id in letters:
            ready.append(Ready(message, letters[message.id], way))
    outbox.record(session, results)
    return ready


def _allowed(told: Letter, facts: Facts) -> Letter:
    """Return a letter as its reader may have it: who has not agreed to offers is shown none."""
    plain = told.document.without_promotion()
    if plain is told.document or permission.may_promote(facts):
        return told
    return replace(told, document=plain)


def deliver(  # noqa: PLR0913 - what goes, over what, and until when
    ready: Sequence[Ready],
    journal: Journal,
    line: Connection[Sent],
    write: Callable[[Letter], Sent],
    ends: float = inf,
    *,
    stands: Stands = lambda _: True,
) -> Delivered:
    """Send what goes one way of a chunk that `prepare` committed; returns what became of each, in no order.

    `ends`: by time.monotonic(), when nothing more should be begun; what is left then is due again at once,
    and so is what no longer `stands` when its turn comes: the gate says why.
    """
    return _Delivery(ready, journal, write, ends, stands).over(line)


def put_off(ready: Sequence[Ready], error: SendError) -> Delivered:
    """Return what follows where whoever is to carry messages cannot be reached: none of them was begun."""
    log.warning("channel.away", reason=str(error))
    return Delivered([_refused(item, error) for item in ready], away=error)


def sent_by(mail: Mail, told: Letter, way: Way) -> Mail:
    """Return a mail as it comes from the merchant's own address."""
    return replace(mail, sender=f"{told.brand.name} <{way.sender}>", reply_to=way.reply_to or mail.reply_to)


class _Delivery(Generic[Sent]):
    """One chunk on its way over one channel."""

    def __init__(
        self,
        ready: Sequence[Ready],
        journal: Journal,
        write: Callable[[Letter], Sent],
        ends: float,
        stands: Stands,
    ) -> None:
        self._stands = stands
        self._waiting = {item.message.id: item for item in ready}
        self._ready = ready
        self._ends = ends
        self._journal = journal
        self._write: Callable[[Letter], Sent] = write
        self._rendering: dict[int, tuple[str, int | None]] = {}
        """What is kept of each as sent: its subject, and how many segments a text takes."""
        self._results: list[Result] = []
        self._went: set[int] = set()
        self._away: SendError | None = None

    def over(self, line: Connection[Sent]) -> Delivered:
        for message_id, outcome in line.send_all(self._rendered(), self._begin):
            self._results.append(self._result(self._waiting.pop(message_id), outcome))
        if self._away is not None:
            log.warning("channel.away", reason=str(self._away))
        left = [self._left(item) for item in self._waiting.values()]
        return Delivered(self._results + left, frozenset(self._went), self._away)

    def _rendered(self) -> Iterator[tuple[int, Sent]]:
        """Render each when the channel asks for it: what is never asked for costs nothing."""
        for item in self._ready:
            if self._away is not None or not _has_time(item.message) or monotonic() > self._ends:
                return
            self._journal.hand(item.message.id, item.message.fence)
            try:
                made = self._write(item.letter)
            except compose.Unrenderable as error:
                log.warning("message.unrenderable", message=item.message.id, reason=str(error))
                del self._waiting[item.message.id]
                self._results.append(_unrenderable(item.message, str(error)[:300]))
                continue
            segments = made.segments if isinstance(made, Text) else None
            self._rendering[item.message.id] = made.subject[:LONGEST_SUBJECT], segments
            yield item.message.id, made

    def _begin(self, message_id: int) -> bool:
        message = self._waiting[message_id].message
        if not _has_time(message) or not self._stands(message):
            return False
        self._journal.begin(message.id, message.fence)
        return True

    def _result(self, item: Ready, outcome: Outcome) -> Result:
        message = item.message
        if not isinstance(outcome, SendError):
            self._went.add(message.id)
            self._journal.taken(message.id, message.fence)
            subject, segments = self._rendering.pop(message.id)
            return replace(_with(message, MessageState.SENT), subject=subject, segments=segments)
        if outcome.unknown:
            self._went.add(message.id)
            return outbox.after_doubt(message, str(outcome))
        self._journal.refused(message.id, message.fence)
        if outcome.everyone:
            self._away = outcome
        if self._away is not None and not outcome.permanent:
            return _refused(item, outcome)
        failed = outbox.after_failure(message, str(outcome), permanent=outcome.permanent)
        return replace(failed, is_dead_address=outcome.bad_address)

    def _left(self, item: Ready) -> Result:
        """Return what follows for a message that did not get its turn."""
        if self._away is not None:
            return _refused(item, self._away)
        return replace(_with(item.message, MessageState.QUEUED), is_put_off=True)


def _refused(item: Ready, error: SendError) -> Result:
    """Return what follows where it is the provider that fails: another takes over, or it is tried later."""
    if item.way is None or not item.way.somebody_takes_over:
        return outbox.after_failure(item.message, str(error), permanent=False)
    again = _with(item.message, MessageState.QUEUED)
    return replace(again, failure=str(error), due_at=clock.now(), is_put_off=True)


def _no_way(message: Message, way: NoWay) -> Result:
    """Return what follows for a message that nobody may carry now."""
    if not way.is_spent:
        failed = outbox.after_failure(message, way.said, permanent=False)
        return replace(failed, due_at=max(way.until, failed.due_at or way.until))
    spent = _with(message, MessageState.QUEUED)
    return replace(spent, reason=Reason.BUDGET_SPENT, due_at=way.until, is_put_off=True)


def _has_time(message: Message) -> bool:
    """Tell whether a send that begins now surely ends before the lease does."""
    return message.lease_until is not None and clock.now() <= message.lease_until - outbox.LAST_START


def _unrenderable(message: Message, failure: str) -> Result:
    return Result(
        message_id=message.id,
        fence=message.fence,
        state=MessageState.FAILED,
        reason=Reason.UNRENDERABLE,
        failure=failure,
    )


def _not_now(message: Message, decision: Deferred | Skipped) -> Result:
    if isinstance(decision, Deferred):
        return Result(
            message_id=message.id,
            fence=message.fence,
            state=MessageState.QUEUED,
            reason=decision.reason,
            due_at=decision.until,
            is_put_off=True,
        )
    return Result(
        message_id=message.id, fence=message.fence, state=MessageState.SKIPPED, reason=decision.reason
    )


def _with(message: Message, state: MessageState) -> Result:
    return Result(message_id=message.id, fence=message.fence, state=state)
