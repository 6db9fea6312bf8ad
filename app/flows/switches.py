"""Flows are off until the merchant switches them on; what happened before is not told later."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.flows.models import Flow
from app.lib import clock
from app.shops import errands
from app.vocabulary import Trigger

ON_REQUEST = (Trigger.LABEL_CREATED, Trigger.IN_TRANSIT)
"""Off, these milestones still go to the shoppers who ask for every step, where any milestone is on."""
START_OFF = (*ON_REQUEST, Trigger.RUNNING_LATE)
MISSING = (Trigger.WIN_BACK, Trigger.LAPSED_SURVEY)
"""Flows that begin with a purchase of long ago."""
SEED = "flows.seed"
"""The errand that lets shoppers of before into a flow; its subject: which."""
MILESTONES = (
    Trigger.SHIPPED,
    Trigger.OUT_FOR_DELIVERY,
    Trigger.DELIVERED,
    Trigger.READY_TO_COLLECT,
    Trigger.ATTEMPT_FAILED,
    *ON_REQUEST,
)
NEWS = (Trigger.THANK_YOU, *MILESTONES, Trigger.RUNNING_LATE)
"""Flows that tell of what was bought: they are gone through though they are off, and the gate says so."""


def switch(session: Session, shop_id: int, trigger: Trigger, *, on: bool) -> None:
    """Switch a shop's flow on or off from now; doing it twice keeps the first time.

    Those that miss somebody look at whom the shop knows already (app.flows.seeding).
    """
    row = {"shop_id": shop_id, "trigger": trigger, "on_since": clock.now() if on else None}
    put = insert(Flow).values(row)
    changes = (Flow.on_since.is_(None)) if on else (Flow.on_since.is_not(None))
    session.execute(
        put.on_conflict_do_update(
            index_elements=[Flow.shop_id, Flow.trigger],
            set_={"on_since": put.excluded.on_since},
            where=changes,
        )
    )
    if on:
        look_back(session, shop_id, [trigger])


def look_back(session: Session, shop_id: int, triggers: Collection[Trigger]) -> None:
    """Let whom the shop knows already into those of these flows that miss somebody, soon."""
    for trigger in (it for it in MISSING if it in triggers):
        errands.add_anew(session, shop_id, SEED, trigger)  # who was passed by may have bought meanwhile


def switched_on(session: Session, shop_id: int) -> Mapping[Trigger, datetime]:
    """Return since when each flow that is on has been on."""
    on = select(Flow.trigger, Flow.on_since).filter_by(shop_id=shop_id).where(Flow.on_since.is_not(None))
    return {trigger: since for trigger, since in session.execute(on) if since is not None}


def since_when(session: Session, shop_ids: Iterable[int | None]) -> Mapping[tuple[int, Trigger], datetime]:
    """Return since when each flow of these shops that is on has been on, by shop and flow."""
    on = select(Flow.shop_id, Flow.trigger, Flow.on_since)
    on = on.where(Flow.shop_id.in_(shop_ids), Flow.on_since.is_not(None))
    return {(shop_id, trigger): since for shop_id, trigger, since in session.execute(on) if since is not None}
