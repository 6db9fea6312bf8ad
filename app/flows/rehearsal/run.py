"""Goes through a shop's history once more, with another flow: the real engine and gate, on another clock."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app import events
from app.events import Event, EventRow
from app.flows import arbiter, engine, published, rehearsing, restocks, starts, switches
from app.flows.actions.base import Task
from app.flows.models import Enrollment, Flow, FlowVersion
from app.flows.rehearsal import past, stock
from app.lib import clock
from app.messages.dispatch import outbox
from app.messages.dispatch.outbox import Result
from app.messages.gate import permission
from app.messages.gate.verdict import Allowed, Decision, Deferred, Skipped
from app.messages.letters import waits
from app.messages.models import Message
from app.shops.models import Errand
from app.vocabulary import MessageState, Trigger

Reactions = Mapping[type[Event], Sequence[Callable[[Session, int, Any], None]]]
"""What an event starts or ends in flows."""
NOBODY = "rehearsal"
"""Who holds the messages while they are asked about."""


class Deferral(NamedTuple):
    """A message was put off."""

    message_id: int
    at: datetime
    reason: str


class Rehearsed(NamedTuple):
    """What would have been: read it before the transaction ends."""

    enrollments: list[Enrollment]
    messages: list[Message]
    deferrals: list[Deferral]
    tasks: list[tuple[datetime, str, Task]]
    """What else would have been done: when, which action, for whom."""
    until: datetime
    """How far it went."""


def go(  # noqa: PLR0913 - whose past, which flow, from when to when, and what leads to it
    session: Session,
    shop_id: int,
    trigger: Trigger,
    file: str,
    *,
    since: datetime,
    until: datetime,
    reactions: Reactions,
    go_on: Callable[[datetime], bool] = lambda _: True,
) -> Rehearsed:
    """Let a shop's history of that time come to pass with this flow; nothing may stay of `session`.

    The shop's other flows go through it as well, as they are now: all of them write to the same shoppers.
    `go_on` hears of every moment that is come to, and ends it there where it says no.
    """
    happened = _happened(session, shop_id, reactions, since, until)
    flows = _others(session, shop_id) | {trigger: (since, file)}
    past.begin(session, shop_id, flows, since=since)
    for each, (on_since, text) in flows.items():
        session.add(Flow(shop_id=shop_id, trigger=each, on_since=on_since))
        session.add(FlowVersion(shop_id=shop_id, trigger=each, number=1, file=text, published_at=since))
    session.flush()  # before the clock moves
    deferrals, tasks, noted = list[Deferral](), list[tuple[datetime, str, Task]](), rehearsing.begin(session)
    to_come = stock.changes(session)
    heard = next(happened, None)
    while True:
        moments = (_due(session), heard[0] if heard else None)
        now = min((moment for moment in moments if moment is not None), default=until)
        if now >= until:
            break
        if not go_on(now):
            until = now
            break
        past.move(session, now)
        with clock.pretending(now):
            past.let_go_out(session)
            stock.let_change(session, to_come, now)
            while heard is not None and heard[0] <= now:
                _react(session, shop_id, reactions, heard[1])
                heard = next(happened, None)
            stock.call(session)
            while engine.run(session):
                session.expire_all()
            tasks += ((now, doer.key, task) for doer, task in noted)
            noted.clear()
            while decided := _send(session):
                deferrals += decided
    past.move(session, until)
    messages = list(session.scalars(select(Message).filter_by(trigger=trigger).order_by(Message.id)))
    mine = {message.id for message in messages}
    return Rehearsed(
        list(session.scalars(select(Enrollment).filter_by(trigger=trigger).order_by(Enrollment.id))),
        messages,
        [it for it in deferrals if it.message_id in mine],
        [it for it in tasks if it[2].flow == trigger],
        until,
    )


def _others(session: Session, shop_id: int) -> dict[Trigger, tuple[datetime, str]]:
    """Return the flows that are on, since when, and how each goes now."""
    on = switches.switched_on(session, shop_id)
    return {
        each: (on[each], published.file(session, shop_id, each))
        for each in published.PRESETS
        if each in on and each not in switches.NEWS  # that comes in as it went
    }


def _happened(
    session: Session, shop_id: int, reactions: Reactions, since: datetime, until: datetime
) -> Iterator[tuple[datetime, Event]]:
    """Return what happened, and when the shop heard of it: what came very late, when it happened."""
    kinds = [kind.kind for kind, wanted in reactions.items() if wanted]
    rows = select(EventRow).where(
        EventRow.shop_id == shop_id, EventRow.kind.in_(kinds), EventRow.recorded_at >= since
    )
    found = [(_heard_at(row), row.id, events.revive(row)) for row in session.scalars(rows)]
    in_order = sorted((it for it in found if since <= it[0] < until), key=lambda it: it[:2])
    return iter([(at, event) for at, _, event in in_order])


def _heard_at(row: EventRow) -> datetime:
    came_late = row.recorded_at - row.happened_at > starts.FRESH
    return row.happened_at if came_late else row.recorded_at


def _due(session: Session) -> datetime | None:
    """Return when somebody is next to be looked at or called, or a message may next go."""
    waiting = select(func.min(Message.due_at)).filter_by(state=MessageState.QUEUED)
    calls = select(func.min(Errand.due_at)).filter_by(kind=restocks.CALL)
    all_of_it = [session.scalar(it) for it in (select(func.min(Enrollment.due_at)), waiting, calls)]
    return min((moment for moment in all_of_it if moment is not None), default=None)


def _react(session: Session, shop_id: int, reactions: Reactions, event: Event) -> None:
    for reaction in reactions[type(event)]:
        try:
            reaction(session, shop_id, event)
        except NoResultFound:  # what it was about was deleted since
            continue


def _send(session: Session) -> list[Deferral] | None:
    """Ask the arbiter about what is due, as a sender does, and let it be sent; None: nothing was due."""
    ids = outbox.claim(session, NOBODY, outbox.LARGEST_CHUNK)
    if not ids:
        return None
    claimed = outbox.claimed(session, NOBODY, ids)
    rulings = arbiter.judge(session, claimed)
    outbox.note(session, {key: permission.record_of(ruling) for key, ruling in rulings.items()}, {})
    waits.settle(session, ((message, rulings[message.id].decision) for message in claimed))
    outbox.record(session, [_result(message, rulings[message.id].decision) for message in claimed])
    session.expire_all()
    return [
        Deferral(key, clock.now(), ruling.decision.reason)
        for key, ruling in rulings.items()
        if isinstance(ruling.decision, Deferred)
    ]


def _result(message: Message, decision: Decision) -> Result:
    result = partial(Result, message_id=message.id, fence=message.fence)
    match decision:
        case Allowed():
            return result(state=MessageState.SENT)
        case Deferred(until, reason):
            return result(state=MessageState.QUEUED, reason=reason, due_at=until, is_put_off=True)
        case Skipped(reason):
            return result(state=MessageState.SKIPPED, reason=reason)
