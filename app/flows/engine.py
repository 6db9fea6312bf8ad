"""The engine: whoever is due is looked at and taken on, in batches, an equal share for every shop.

Say the process dies on any line: the look, the messages that are asked for and where somebody is then are one
commit. Nothing of it happened, or all of it did; and whoever asks for a message twice gets the first.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.orm import Session

from app import events
from app.flows import eligible, published, rehearsing, seeing, switches, telling, texted
from app.flows.actions.base import Doer, Task
from app.flows.models import Enrollment
from app.flows.plan.advance import Deed, Place, Turn, advance
from app.flows.plan.definition import Action, Flow, Message
from app.flows.seeing import Asked, Seen
from app.flows.telling import Occasion
from app.lib import clock, plugins, queue
from app.lib.db import among
from app.messages.dispatch import outbox
from app.messages.dispatch.outbox import Ask

BATCH = 500
RETRY, A_DAY = timedelta(minutes=1), timedelta(days=1)


def run(session: Session, most: int = BATCH) -> int:
    """Take on who is due, in this transaction; returns how many were looked at.

    `session.info["enrollments"]` holds their ids. Raises what one that does not fit raises: the caller rolls
    back, and tries each by itself.
    """
    ids = list(session.scalars(FAIR_SHARE, {"now": clock.now(), "chunk": most}))
    session.info["enrollments"] = ids
    # Read after they are locked, and not with it: a statement sees rows as they were when it began.
    fresh = select(Enrollment).where(among(Enrollment.id, ids)).order_by(Enrollment.due_at, Enrollment.id)
    take_on(session, session.scalars(fresh.execution_options(populate_existing=True)).all() if ids else [])
    return len(ids)


def run_one(session: Session, enrollment_id: int) -> None:
    """Take on somebody by themselves, unless somebody else does just now."""
    mine = select(Enrollment).filter_by(id=enrollment_id).with_for_update(skip_locked=True)
    row = session.scalar(mine.execution_options(populate_existing=True))
    if row is not None and row.due_at is not None and row.due_at <= clock.now():
        take_on(session, [row])


def take_on(session: Session, rows: Sequence[Enrollment]) -> bool:
    """Do what is due for these enrollments, whose rows are locked; tells whether any waits for more.

    Whose flow cannot be read any more waits until it can be.
    """
    flows = published.versions(session, [row.version_id for row in rows])
    for row in rows:
        if row.version_id not in flows:
            _look_later(row)
    rows = [row for row in rows if row.version_id in flows]
    if not rows:
        return False
    now = clock.now()
    seen = seeing.see(session, [asked(row, flows[row.version_id]) for row in rows])
    asks, tasks = list[tuple[int, Ask]](), list[tuple[Doer, Task]]()
    turns = list[tuple[Enrollment, Turn]]()
    for row in sorted(rows, key=_order_to_lock):  # so that no two batches wait for each other
        flow, known = flows[row.version_id], seen.get(row.id)
        turn = advance(flow, place_of(row), known.facts if known else None, now)
        turns.append((row, turn))
        if known is not None:
            asks += _asks(session, row, flow, turn.done, known)
            doing = list(_tasks(row, turn.done, known))
            tasks += doing if doing and _does_it(session, row) else ()
    outbox.ask_all(session, asks)
    _do(session, tasks)
    eligible.note(session, [(row, flows[row.version_id], turn) for row, turn in turns])
    _keep(session, turns)
    return any(turn.look_at is not None for _, turn in turns)


def _order_to_lock(row: Enrollment) -> int:
    """Return the order that is locked before its parcel is told of; 0: none is."""
    return (row.order_id or 0) if row.about == "parcel" else 0


def put_off(session: Session, enrollment_id: int) -> None:
    """Look later at somebody whose turn failed, after twice as long each time, a day at most."""
    _look_later(session.get_one(Enrollment, enrollment_id, with_for_update=True))


def _look_later(row: Enrollment) -> None:
    row.failures += 1
    row.due_at = clock.now() + min(RETRY * 2 ** min(row.failures, 12), A_DAY)


def asked(row: Enrollment, flow: Flow) -> Asked:
    """Return how a subject is asked about."""
    return Asked(row.id, row.about, row.about_id, row.entered_at, row.trigger, flow.asked)


def place_of(row: Enrollment) -> Place:
    """Return where somebody is."""
    return Place(
        who=who(row.shop_id, row.profile_id, row.about, row.about_id),
        step=row.step,
        arrived_at=row.arrived_at,
        entered_at=row.entered_at,
        held_out=row.held_out,
        over=row.over,
    )


def who(shop_id: int, profile_id: int | None, about: str, about_id: int) -> str:
    """Return whom chance knows them as: the same shopper in all flows of a shop."""
    return f"{shop_id}|{profile_id if profile_id is not None else f'{about}-{about_id}'}"


def _asks(
    session: Session, row: Enrollment, flow: Flow, done: Sequence[Deed], seen: Seen
) -> Iterable[tuple[int, Ask]]:
    """Return the messages to be asked for; the key of each names subject, flow and step.

    What tells of parcels is gathered with others of the same order, and asked for there.
    """
    occasion_at = row.occasion_at + (clock.now() - row.entered_at) if row.occasion_at else clock.now()
    for deed in done:
        if not isinstance(deed.step, Message) or deed.unseen:
            continue
        if row.about == "parcel" and row.order_id is not None:
            it = Occasion(row.trigger, row.order_id, row.about_id, occasion_at, row.id)
            telling.tell(session, it, deed.step.medium)
        elif row.trigger not in switches.NEWS or texted.goes(
            session, row.order_id, row.trigger, deed.step.medium
        ):
            wanted = Ask(
                subject=_subject(row),
                trigger=row.trigger,
                step=deed.step.number,
                medium=deed.step.medium,
                category=flow.category,
                profile_id=seen.matter.profile_id,
                order_id=seen.matter.order_id,
                checkout_id=seen.matter.checkout_id,
                line_item_id=seen.matter.line_item_id,
                waiting_id=seen.matter.waiting_id,
                enrollment_id=row.id,
                to=seen.matter.addresses.get(deed.step.medium),
                occasion_at=occasion_at,
            )
            yield row.shop_id, wanted


def _tasks(row: Enrollment, done: Sequence[Deed], seen: Seen) -> Iterable[tuple[Doer, Task]]:
    """Return what else is to be done, and by whom; an action that no longer ships is passed by."""
    doers = plugins.discover("app.flows.actions")
    for deed in done:
        if isinstance(deed.step, Action) and not deed.unseen and deed.step.kind in doers:
            task = Task(
                shop_id=row.shop_id,
                key=f"{_subject(row)}:{row.trigger}:{deed.step.id}",
                flow=row.trigger,
                step=deed.step.id,
                says=deed.step.says,
                matter=seen.matter,
            )
            yield doers[deed.step.kind], task


def _do(session: Session, tasks: Iterable[tuple[Doer, Task]]) -> None:
    """Have everything done; only noted where a past is gone through once more."""
    noted = rehearsing.noted(session)
    if noted is not None:
        noted += tasks
        return
    with events.together(session):
        for doer, task in tasks:
            doer.do(session, task)


def _does_it(session: Session, row: Enrollment) -> bool:
    """Tell whether more is done than sending: not by news that was off when they came into it."""
    if row.trigger not in switches.NEWS:
        return True
    since = switches.switched_on(session, row.shop_id).get(row.trigger)
    return since is not None and since <= row.entered_at


def _subject(row: Enrollment) -> str:
    """Name what somebody is in a flow about; who comes again is named otherwise."""
    return f"{row.about}-{row.about_id}" + (f".{row.entry}" if row.entry > 1 else "")


def _keep(session: Session, turns: Sequence[tuple[Enrollment, Turn]]) -> None:
    """Write down where everybody is now, in one statement however many they are."""
    now = clock.now()
    rows: list[dict[str, Any]] = [
        {
            "id": row.id,
            "step": turn.place.step,
            "arrived_at": turn.place.arrived_at,
            "held_out": turn.place.held_out,
            "passed": [[step, now] for step in turn.passed],
            "due_at": turn.look_at,
            "over": turn.place.over,
        }
        for row, turn in turns
    ]
    session.execute(KEEP, {"rows": orjson.dumps(rows).decode(), "now": now})
    for row, _ in turns:
        session.expire(row)


KEEP = text(
    """
    UPDATE enrollment SET step = it.step, arrived_at = it.arrived_at, held_out = it.held_out,
        path = CASE WHEN it.passed = '[]' THEN path ELSE path || it.passed END,
        due_at = it.due_at, over = it.over, failures = 0,
        ended_at = CASE WHEN it.over IS NULL THEN NULL ELSE coalesce(ended_at, :now) END
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS it
        (id bigint, step text, arrived_at timestamptz, held_out boolean, passed jsonb, due_at timestamptz,
         over text)
    WHERE enrollment.id = it.id
    """
)

FAIR_SHARE = text(
    """
    WITH RECURSIVE shops AS (
        (SELECT shop_id FROM enrollment WHERE due_at IS NOT NULL ORDER BY shop_id LIMIT 1)
        UNION ALL
        SELECT (SELECT e.shop_id FROM enrollment e WHERE e.due_at IS NOT NULL AND e.shop_id > shops.shop_id
                ORDER BY e.shop_id LIMIT 1)
        FROM shops WHERE shops.shop_id IS NOT NULL
    ),
    waiting AS (
        SELECT shop_id FROM shops WHERE shop_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM enrollment e WHERE e.shop_id = shops.shop_id AND e.due_at <= :now)
        ORDER BY random() LIMIT :chunk
    )
    SELECT due.id FROM waiting, LATERAL (
        SELECT id FROM enrollment e
        WHERE e.shop_id = waiting.shop_id AND e.due_at <= :now
        ORDER BY e.due_at, e.id
        LIMIT greatest(1, :chunk / (SELECT count(*) FROM waiting)) FOR UPDATE SKIP LOCKED
    ) due
    """
)
"""Who is due, fair between shops, found along one index however many wait (ADR 9)."""


def heard(session: Session, shop_id: int, of_whom: ColumnElement[bool]) -> None:
    """Look at once at those enrollments of a shop whose subject something was heard of."""
    now = clock.now()
    waiting = select(Enrollment.id).where(Enrollment.shop_id == shop_id, Enrollment.over.is_(None), of_whom)
    in_order = waiting.order_by(Enrollment.id).with_for_update()  # so that nobody waits for each other
    look = update(Enrollment).where(Enrollment.id.in_(in_order)).values(due_at=now)
    session.execute(look.execution_options(synchronize_session=False))
    queue.wake(session, "jobs.flows.advance")
