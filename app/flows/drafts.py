"""A flow's draft: kept with every change, one step back or forth at a time, until it is published.

Two people may write on it at once: whoever changes what they have not seen is told, and nothing is lost.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Delete, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.flows import published
from app.flows.models import Flow, FlowDraft
from app.lib import clock
from app.vocabulary import Trigger

KEPT = 50
"""So many changes can be taken back."""


class Overtaken(Exception):
    """The draft has changed since it was looked at."""


class Draft(NamedTuple):
    """A flow as it is being written."""

    file: str
    revision: int
    """To be handed in with a change."""
    is_begun: bool
    """Whether anything was written since it was published."""
    undo: str | None
    """What the last change did; None: there is none to take back."""
    redo: str | None
    who: str | None
    """Who changed it last."""
    at: datetime | None


def look(session: Session, shop_id: int, trigger: Trigger) -> Draft:
    """Return a flow's draft; where there is none, what is published."""
    row = session.scalar(select(Flow).filter_by(shop_id=shop_id, trigger=trigger))
    file = published.file(session, shop_id, trigger)
    if row is None or row.draft is None:
        return Draft(file, row.draft_revision if row else 0, False, None, None, None, None)
    here, after = (_state(session, row, number) for number in (row.draft_number, row.draft_number + 1))
    can_go_back = here is not None and _state(session, row, row.draft_number - 1) is not None
    return Draft(
        file=row.draft,
        revision=row.draft_revision,
        is_begun=True,
        undo=here.did if here and can_go_back else None,
        redo=after.did if after else None,
        who=here.who if here else None,
        at=here.at if here else None,
    )


def hold(session: Session, shop_id: int, trigger: Trigger, revision: int) -> Flow:
    """Return a flow's row, locked, for a change to that revision of its draft; raises Overtaken."""
    session.execute(insert(Flow).values(shop_id=shop_id, trigger=trigger).on_conflict_do_nothing())
    mine = select(Flow).filter_by(shop_id=shop_id, trigger=trigger).with_for_update()
    row = session.scalars(mine.execution_options(populate_existing=True)).one()
    if row.draft_revision != revision:
        raise Overtaken
    return row


def change(session: Session, row: Flow, file: str, did: str, who: str) -> None:
    """Write a change down; what was taken back before it cannot be brought back any more."""
    if row.draft is None:
        session.execute(_of(row))
        row.draft_number = 0
        _add(session, row, published.file(session, row.shop_id, row.trigger), "", who)
    session.execute(_of(row).where(FlowDraft.number > row.draft_number))
    row.draft_number += 1
    _add(session, row, file, did, who)
    session.execute(_of(row).where(FlowDraft.number < row.draft_number - KEPT))
    row.draft = file
    row.draft_revision += 1


def undo(session: Session, row: Flow) -> str | None:
    """Take the last change back; returns what it did. None: there is none."""
    return _go(session, row, row.draft_number - 1, row.draft_number)


def redo(session: Session, row: Flow) -> str | None:
    """Bring back what was last taken back; returns what it does. None: there is none."""
    return _go(session, row, row.draft_number + 1, row.draft_number + 1)


def since(session: Session, shop_id: int, trigger: Trigger, revision: int) -> Iterator[FlowDraft]:
    """Return the last changes of a draft that somebody has not seen who looked at an older revision."""
    row = session.scalar(select(Flow).filter_by(shop_id=shop_id, trigger=trigger))
    if row is None or row.draft is None:
        return iter(())
    unseen = max(1, row.draft_revision - revision)
    newest = select(FlowDraft).filter_by(shop_id=shop_id, trigger=trigger)
    newest = newest.where(FlowDraft.number <= row.draft_number, FlowDraft.number > 0)
    return iter(session.scalars(newest.order_by(FlowDraft.number.desc()).limit(min(unseen, 5))).all())


def _go(session: Session, row: Flow, number: int, told: int) -> str | None:
    there, said = _state(session, row, number), _state(session, row, told)
    if there is None or said is None:
        return None
    row.draft, row.draft_number = there.file, number
    row.draft_revision += 1
    return said.did


def _state(session: Session, row: Flow, number: int) -> FlowDraft | None:
    known = {"shop_id": row.shop_id, "trigger": row.trigger, "number": number}
    return session.scalar(select(FlowDraft).filter_by(**known))


def _of(row: Flow) -> Delete:
    return delete(FlowDraft).filter_by(shop_id=row.shop_id, trigger=row.trigger)


def _add(session: Session, row: Flow, file: str, did: str, who: str) -> None:
    session.add(
        FlowDraft(
            shop_id=row.shop_id,
            trigger=row.trigger,
            number=row.draft_number,
            file=file,
            did=did,
            who=who,
            at=clock.now(),
        )
    )
    session.flush()  # before others are deleted by their numbers
