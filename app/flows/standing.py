"""Whether the flows that messages come from still stand by them: asked again just before each is sent."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows import engine, published, seeing
from app.flows.models import Enrollment
from app.flows.plan.advance import GONE, NOT_FOR_THEM, objection
from app.flows.plan.conditions import all_hold
from app.flows.plan.definition import Flow
from app.lib.db import among
from app.messages.models import Message


def let_go(session: Session, messages: Sequence[Message]) -> dict[int, str | None]:
    """Return why their flow would let go of the recipient now, by message (None: it would not).

    Messages that come from no enrollment are missing.
    """
    coming = [message for message in messages if message.enrollment_id is not None]
    if not coming:
        return {}
    wanted = select(Enrollment).where(among(Enrollment.id, {message.enrollment_id for message in coming}))
    rows = {row.id: row for row in session.scalars(wanted)}
    flows = published.versions(session, [row.version_id for row in rows.values()])
    looked_at = [row for row in rows.values() if _lets_go(flows[row.version_id])]
    seen = seeing.see(session, [engine.asked(row, flows[row.version_id]) for row in looked_at])
    found: dict[int, str | None] = {}
    for message in coming:
        row = rows.get(message.enrollment_id or 0)
        if row is not None and not _lets_go(flows[row.version_id]):
            found[message.id] = None
            continue
        if row is None or row.id not in seen:
            found[message.id] = GONE
            continue
        flow, facts = flows[row.version_id], seen[row.id].facts
        why = objection(flow, facts)
        found[message.id] = why or (None if all_hold(flow.only, facts.known) else NOT_FOR_THEM)
    return found


def _lets_go(flow: Flow) -> bool:
    """Tell whether a flow looks again at whom it has come to: news of an order goes as it is."""
    return bool(flow.exits or flow.only)
