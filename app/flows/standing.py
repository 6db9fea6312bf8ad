"""Whether the flows that messages come from still stand by them: asked again just before each is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows import engine, published, seeing, switches
from app.flows.models import Enrollment
from app.flows.plan.advance import GONE, NOT_FOR_THEM, objection
from app.flows.plan.conditions import all_hold
from app.flows.plan.definition import Flow
from app.flows.seeing import Seen
from app.lib.db import among
from app.messages.models import Message
from app.vocabulary import Trigger


class Stand(NamedTuple):
    """How a flow stands by a message that it asked for."""

    let_go: str | None
    """Why it would let go of the recipient now; None: it would not."""
    came_in: datetime | None
    """When they came into it; None: that is gone."""


def of(session: Session, messages: Sequence[Message]) -> dict[int, Stand]:
    """Return how their flow stands by messages; those that come from no enrollment are missing.

    One that tells of several parcels goes while the flow of any of them stands by it.
    """
    coming = [message for message in messages if message.enrollment_id is not None]
    if not coming:
        return {}
    wanted = select(Enrollment).where(among(Enrollment.id, {message.enrollment_id for message in coming}))
    rows = {row.id: row for row in session.scalars(wanted)}
    others = _gathered(session, [message for message in coming if len(message.shipment_ids) > 1])
    each = [*rows.values(), *(row for them in others.values() for row in them)]
    flows = published.versions(session, [row.version_id for row in each])
    looked_at = {row.id: row for row in each if row.version_id in flows and _lets_go(flows[row.version_id])}
    seen = seeing.see(session, [engine.asked(row, flows[row.version_id]) for row in looked_at.values()])
    found = {}
    for message in coming:
        first = rows.get(message.enrollment_id or 0)
        mine = others.get(message.id) or ([first] if first is not None else [])
        whys = [_why(row, flows.get(row.version_id), seen) for row in mine]
        let_go = None if None in whys else next(iter(whys), GONE)
        found[message.id] = Stand(let_go, max((row.entered_at for row in mine), default=None))
    return found


def is_on(
    message: Message, switched_on: Mapping[tuple[int, Trigger], datetime], stands: Mapping[int, Stand]
) -> bool:
    """Tell whether a message's flow is on; news since it came in, for what was before is not told later."""
    since = switched_on.get((message.shop_id, message.trigger))
    came_in = stands[message.id].came_in if message.id in stands else None
    if since is None or came_in is None or message.trigger not in switches.NEWS:
        return since is not None
    return since <= came_in


def _gathered(session: Session, messages: Sequence[Message]) -> Mapping[int, list[Enrollment]]:
    """Return who is told of together, by message: each parcel is in the flow by itself."""
    if not messages:
        return {}
    parcels = {shipment_id for message in messages for shipment_id in message.shipment_ids}
    theirs = select(Enrollment).where(
        Enrollment.shop_id.in_({message.shop_id for message in messages}),
        Enrollment.trigger.in_({message.trigger for message in messages}),
        Enrollment.about == "parcel",
        among(Enrollment.about_id, parcels),
    )
    rows = {(row.trigger, row.about_id): row for row in session.scalars(theirs)}
    return {
        message.id: [row for it in message.shipment_ids if (row := rows.get((message.trigger, it)))]
        for message in messages
    }


def _why(row: Enrollment, flow: Flow | None, seen: Mapping[int, Seen]) -> str | None:
    """Return why a flow lets go of somebody by now; one that cannot be read any more stands by nobody."""
    if flow is not None and not _lets_go(flow):
        return None
    if flow is None or row.id not in seen:
        return GONE
    facts = seen[row.id].facts
    return objection(flow, facts) or (None if all_hold(flow.only, facts.known) else NOT_FOR_THEM)


def _lets_go(flow: Flow) -> bool:
    """Tell whether a flow looks again at whom it has come to: news of an order goes as it is."""
    return bool(flow.exits or flow.only)
