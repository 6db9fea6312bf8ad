"""Rehearsals that the admin asks for: one of each flow, begun anew whenever it is asked for again."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.flows.models import Rehearsal
from app.flows.plan.definition import Flow
from app.flows.rehearsal.run import Rehearsed
from app.flows.rehearsal.told import DONE, HELD_OUT, SENT, report
from app.lib import clock
from app.shops import errands
from app.shops.models import Shop
from app.vocabulary import Trigger

REHEARSE = "flows.rehearse"
SPANS = (30, 90, 180)
"""Days that can be gone through."""
SHOWN = 200
"""Lines that are kept: the newest."""


def ask(session: Session, shop_id: int, trigger: Trigger, file: str, days: int) -> None:
    """Have a shop's last days gone through with a flow that is sound; what was found before is forgotten."""
    now = clock.now()
    put = insert(Rehearsal).values(
        shop_id=shop_id, trigger=trigger, file=file, since=now - timedelta(days=days), until=now, asked_at=now
    )
    anew = ("id", "file", "since", "until", "asked_at", "reached", "ended_at", "failed", "found")
    changed = {name: put.excluded[name] for name in anew}
    session.execute(put.on_conflict_do_update(index_elements=["shop_id", "trigger"], set_=changed))
    errands.add(session, shop_id, REHEARSE, str(trigger))


def go_on(session: Session, shop: Shop) -> None:
    """Begin anew what a shop that comes back was waiting for."""
    for trigger in session.scalars(select(Rehearsal.trigger).filter_by(shop_id=shop.id, ended_at=None)):
        errands.add(session, shop.id, REHEARSE, str(trigger))


def look(session: Session, shop_id: int, trigger: Trigger) -> Rehearsal | None:
    """Return what was asked for last, and what came of it."""
    return session.scalar(select(Rehearsal).filter_by(shop_id=shop_id, trigger=trigger))


def reach(session: Session, rehearsal_id: int, moment: datetime) -> None:
    """Note how far one has come; one that was asked for anew is another."""
    session.execute(update(Rehearsal).filter_by(id=rehearsal_id).values(reached=moment))


def end(
    session: Session, rehearsal_id: int, *, found: Mapping[str, Any] | None = None, failed: str | None = None
) -> None:
    """Keep what one came to, or why it came to nothing."""
    came_to = {"found": found, "failed": failed, "ended_at": clock.now()}
    session.execute(update(Rehearsal).filter_by(id=rehearsal_id).values(came_to))


def summary(flow: Flow, found: Rehearsed, zone: tzinfo) -> dict[str, Any]:
    """Return what a rehearsal came to, in figures and its newest lines, as plain data.

    `zone`: the shop's; its weeks begin on a Monday there.
    """
    told = report(flow, found)
    steps: dict[str, Counter[str]] = defaultdict(Counter)
    weeks: dict[str, Counter[str]] = defaultdict(Counter)
    unsent: Counter[str] = Counter()
    for line in told.lines:
        went = line.what in (SENT, DONE)
        late = went and line.at > line.wanted_at
        steps[line.step]["came"] += 1
        steps[line.step]["sent"] += went
        steps[line.step]["waited"] += late
        steps[line.step]["held out"] += line.what == HELD_OUT
        if not went:
            unsent[line.what] += 1
        weeks[_monday(line.at, zone)]["waited" if late else "sent" if went else "unsent"] += 1
    return {
        "until": found.until.isoformat(),
        "came": told.came,
        "held_out": told.held_out,
        "texts": told.texts,
        "sent": sum(line.what == SENT for line in told.lines),
        "ended": dict(told.ended),
        "put_off": dict(told.put_off),
        "unsent": dict(unsent),
        "weeks": {monday: dict(counts) for monday, counts in weeks.items()},
        "steps": {step: dict(counts) for step, counts in steps.items()},
        "lines": [
            {
                "at": line.at.isoformat(),
                "about": line.about,
                "shopper": line.shopper,
                "step": line.step,
                "how": line.how,
                "what": line.what,
                "late": line.at > line.wanted_at,
            }
            for line in told.lines[: -SHOWN - 1 : -1]
        ],
        "all": len(told.lines),
    }


def _monday(moment: datetime, zone: tzinfo) -> str:
    day = moment.astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()
