"""Whose turn it is among the messages of one shopper: one pure function over what the gate answers.

The gate alone says yes or no. Of what it allows, news of an order waits for nobody; an offer waits where it
would take the turn of one that matters more, and after news. Who has waited for days waits no longer.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from app.flows.switches import MILESTONES
from app.messages.gate import caps, permission
from app.messages.gate.permission import Breath
from app.messages.gate.verdict import Allowed, Decision, Deferred, Facts, Ruling, Skipped
from app.vocabulary import Category, Medium, Reason, Trigger


class Priority(IntEnum):
    """What matters more to a shopper; the lower goes first."""

    ORDER = 0
    """What they bought, asked for, or wrote about: it waits for nobody."""
    CART = 1
    """It is of use for hours."""
    PURCHASE = 2
    """An offer about what they bought."""
    SELF = 3
    """About nothing but them: it is as good tomorrow."""


PRIORITIES = {
    Trigger.ABANDONED_CHECKOUT: Priority.CART,
    Trigger.REVIEW_REQUEST: Priority.PURCHASE,
    Trigger.CHECK_IN: Priority.PURCHASE,
    Trigger.REPLENISHMENT: Priority.PURCHASE,
}
"""Of offers; those that are not named come last."""


class Collision(NamedTuple):
    """News after which a shopper is offered nothing for a while."""

    after: tuple[Trigger, ...]
    span: timedelta


COLLISIONS = (
    Collision((Trigger.RUNNING_LATE, Trigger.ATTEMPT_FAILED, Trigger.CASE_REPLY), timedelta(hours=24)),
    Collision((Trigger.THANK_YOU, *MILESTONES), timedelta(hours=1)),
)
"""Bad news spoils the day; other news is read by itself."""
COLLIDING = frozenset(trigger for it in COLLISIONS for trigger in it.after)
COLLIDES_FOR = max(it.span for it in COLLISIONS)

MERGING = (Trigger.ABANDONED_CHECKOUT,)
"""One of these speaks for the others: who left two carts is reminded of the newer."""
MERGES_FOR = timedelta(days=2)

PATIENCE = timedelta(days=3)
"""Who has waited for others as long as this goes before them, and well before it is stale."""
LOOKS_AHEAD = timedelta(days=1)
"""An offer that is due later than this takes nobody's turn yet."""
A_MOMENT = timedelta(minutes=1)
"""When to ask again where the one that goes first is due by now."""
BETWEEN_MESSAGES = (Reason.TOO_OFTEN, Reason.OUTRANKED, Reason.AFTER_NEWS, Reason.MERGED)
"""Why a message waits or does not go only because there are others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A message that has not gone, and what its place depends on."""

    message_id: int
    trigger: Trigger
    medium: Medium
    category: Category
    about: int | None
    """The cart that it reminds of."""
    asked_at: datetime
    due_at: datetime

    @property
    def is_offer(self) -> bool:
        """Whether the merchant wants it, and not the shopper's own purchase."""
        return self.category is Category.MARKETING

    def place(self, now: datetime) -> tuple[int, int, int]:
        """Return its place: the least goes first."""
        if not self.is_offer:
            return Priority.ORDER, 0, self.message_id
        if self.asked_at + PATIENCE <= now:
            return Priority.ORDER, 1, self.message_id
        newest_first = -(self.about or 0) if self.trigger in MERGING else 0
        return PRIORITIES.get(self.trigger, Priority.SELF), newest_first, self.message_id


class Gone(NamedTuple):
    """A message that went to the shopper lately."""

    message_id: int
    trigger: Trigger
    medium: Medium
    about: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Others:
    """What else there is for a shopper beside the messages that are decided of."""

    waiting: tuple[Turn, ...] = ()
    gone: tuple[Gone, ...] = ()


def arbitrate(
    turns: Sequence[Turn], known: Mapping[int, Facts], others: Mapping[Hashable, Others]
) -> dict[int, Ruling]:
    """Return what becomes of each message now, by its id: those that matter more are decided of first."""
    if not turns:
        return {}
    now = max(facts.now for facts in known.values())
    table, breath = _Table(others), Breath()
    found = {}
    for turn in sorted(turns, key=lambda turn: turn.place(now)):
        facts = breath.before(known[turn.message_id])
        if turn.is_offer:
            facts = replace(facts, merged_into=table.newer(turn, facts))
        ruling = _rule(turn, facts, table)
        if isinstance(ruling.decision, Allowed):
            breath.goes(ruling.facts)
            table.goes(turn, ruling.facts)
        elif isinstance(ruling.decision, Deferred):
            table.waits(replace(turn, due_at=ruling.decision.until), facts)
        found[turn.message_id] = ruling
    return found


class _Table:
    """What is known of all shoppers while their messages are decided of."""

    def __init__(self, others: Mapping[Hashable, Others]) -> None:
        self._waiting = {person: [*it.waiting] for person, it in others.items()}
        self._gone = {person: [*it.gone] for person, it in others.items()}

    def goes(self, turn: Turn, facts: Facts) -> None:
        gone = Gone(turn.message_id, turn.trigger, turn.medium, turn.about, facts.now)
        self._gone.setdefault(facts.person, []).append(gone)

    def waits(self, turn: Turn, facts: Facts) -> None:
        self._waiting.setdefault(facts.person, []).append(turn)

    def newer(self, turn: Turn, facts: Facts) -> int | None:
        """Return the message that has spoken for this one as well; None: none did."""
        for gone in self._gone.get(facts.person, ()):
            is_alike = turn.trigger in MERGING and (gone.trigger, gone.medium) == (turn.trigger, turn.medium)
            is_of_late = facts.now - gone.at < MERGES_FOR
            if is_alike and is_of_late and (gone.about or 0) > (turn.about or 0):
                return gone.message_id
        return None

    def wake(self, facts: Facts) -> tuple[datetime, Trigger] | None:
        """Return until when a shopper is left alone after news, and which."""
        free = [
            (gone.at + it.span, gone.trigger)
            for gone in self._gone.get(facts.person, ())
            for it in COLLISIONS
            if gone.trigger in it.after and gone.at + it.span > facts.now
        ]
        return max(free, default=None)

    def first(self, turn: Turn, facts: Facts) -> Turn | None:
        """Return the offer that goes first because this one would take its turn."""
        mine, now = turn.place(facts.now), facts.now
        before = [it for it in self._waiting.get(facts.person, ()) if it.place(now) < mine]
        return min(
            (it for it in before if _takes_turn(facts, it)), key=lambda it: it.place(now), default=None
        )


def _rule(turn: Turn, facts: Facts, table: _Table) -> Ruling:
    decision = permission.decide(facts)
    if not isinstance(decision, Allowed) or not turn.is_offer:
        return Ruling(decision, facts, would_go_at=_alone(decision, facts))
    patience = facts.asked_at + PATIENCE
    wake = table.wake(facts)
    if wake is not None and wake[0] <= patience:
        held = Deferred(wake[0], Reason.AFTER_NEWS)
        return Ruling(held, facts, saw=f"after {wake[1]}", would_go_at=_alone(held, facts))
    first = table.first(turn, facts)
    until = max(first.due_at, facts.now + A_MOMENT) if first else facts.now
    if first is None or until > patience:
        return Ruling(decision, facts, saw="no other offer goes first")
    held = Deferred(until, Reason.OUTRANKED)
    saw = f"{first.trigger} goes first (message {first.message_id})"
    return Ruling(held, facts, saw=saw, behind=first.message_id, would_go_at=_alone(held, facts))


def _takes_turn(facts: Facts, other: Turn) -> bool:
    """Tell whether another offer would have to wait longer under the caps if this one went now."""
    at = max(other.due_at, facts.now)
    if not other.is_offer or at > facts.now + LOOKS_AHEAD:
        return False
    lately, limits = facts.sent_lately, facts.manners.caps()
    free_at = caps.free_at(other.category, lately, at, limits)
    return caps.free_at(other.category, (*lately, facts.now), at, limits) > free_at


def _alone(decision: Decision, facts: Facts) -> datetime | None:
    """Return when a message would have gone if there were no others; None where that is not why it waits."""
    if isinstance(decision, Allowed) or decision.reason not in BETWEEN_MESSAGES:
        return None
    match permission.decide(replace(facts, sent_lately=(), merged_into=None)):
        case Allowed():
            return facts.now
        case Deferred(until, Reason.QUIET_HOURS):
            return until
        case Deferred() | Skipped():
            return None
