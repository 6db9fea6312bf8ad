"""What flows did lately, counted: for a shop's list of flows, and for each step of one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, select, text
from sqlalchemy.orm import Session

from app.flows import published, switches
from app.flows.models import Enrollment
from app.lib import clock
from app.messages.models import Message
from app.vocabulary import WENT_OUT, MessageState, Reason, Trigger

LATELY = timedelta(days=30)
LOOKED_AT = 5000
"""Ways gone that are looked at for the shares of a flow's ways, the newest first."""
BOUGHT = "bought"
"""Why a flow is over for whoever bought meanwhile, in those that we ship."""


@dataclass(slots=True)
class Did:
    """What one flow did in the last 30 days, and who is in it now."""

    sent: int = 0
    unsent: Counter[str] = field(default_factory=Counter)
    """Messages that did not go, by the reason; when it was off among them."""
    waiting: int = 0
    bought: int = 0
    """Who left because they bought after they had been written to."""

    @property
    def skipped(self) -> int:
        """How many messages did not go though it was on."""
        return sum(many for why, many in self.unsent.items() if why != Reason.FLOW_OFF)


def of_shop(
    session: Session, shop_id: int, told: Mapping[tuple[Trigger, str | None], int]
) -> Mapping[Trigger, Did]:
    """Return what each flow of a shop did, given its messages: how many went, and by the reason, did not."""
    found = {trigger: Did() for trigger in Trigger}
    for (trigger, why), many in told.items():
        if why is None:
            found[trigger].sent += many
        else:
            found[trigger].unsent[why] += many
    mine = Enrollment.shop_id == shop_id, Enrollment.trigger.in_(published.OFFERS)
    inside = select(Enrollment.trigger, func.count()).where(*mine, Enrollment.over.is_(None))
    for trigger, waiting in session.execute(inside.group_by(Enrollment.trigger)):
        found[trigger].waiting = waiting
    wrote = select(Message.id).where(Message.enrollment_id == Enrollment.id, Message.state.in_(WENT_OUT))
    lately = Enrollment.over == BOUGHT, Enrollment.ended_at > clock.now() - LATELY
    gone = select(Enrollment.trigger, func.count()).where(*mine, *lately, wrote.exists())
    for trigger, bought in session.execute(gone.group_by(Enrollment.trigger)):
        found[trigger].bought = bought
    # News is over in the moment that it begins, unless its merchant lets it wait: few are due of very many.
    due = select(Enrollment.trigger, func.count()).where(
        Enrollment.shop_id == shop_id, Enrollment.due_at.is_not(None), Enrollment.trigger.in_(switches.NEWS)
    )
    for trigger, waiting in session.execute(due.group_by(Enrollment.trigger)):
        found[trigger].waiting = waiting
    return found


class Step(NamedTuple):
    """What became of those who came to a step."""

    waiting: int = 0
    passed: int = 0
    sent: int = 0
    unsent: int = 0


@dataclass(frozen=True, slots=True)
class Steps:
    """What one flow's steps did in the last 30 days, whichever version people are in."""

    came: int
    steps: Mapping[str, Step]
    inside: int

    def of(self, ident: str) -> Step:
        """Return what a step did; nothing where nobody came to it."""
        return self.steps.get(ident, Step())


def of_flow(session: Session, shop_id: int, trigger: Trigger) -> Steps:
    """Return what each step of a flow did; steps are known by their names."""
    since = clock.now() - LATELY
    mine = and_(Enrollment.shop_id == shop_id, Enrollment.trigger == trigger)
    here = select(Enrollment.step, func.count()).where(mine, Enrollment.over.is_(None))
    waiting = Counter(dict(session.execute(here.group_by(Enrollment.step)).all()))
    passed = _passed(session, shop_id, trigger, since)
    came = session.scalar(select(func.count()).where(mine, Enrollment.entered_at > since)) or 0
    sent, unsent = _messages(session, shop_id, trigger, since)
    names = {*waiting, *passed, *sent, *unsent}
    steps = {it: Step(waiting[it], passed[it], sent[it], unsent[it]) for it in names}
    return Steps(came, steps, waiting.total())


def _passed(session: Session, shop_id: int, trigger: Trigger, since: datetime) -> Counter[str]:
    known = {"shop": shop_id, "trigger": trigger.value, "since": since, "most": LOOKED_AT}
    return Counter(dict(session.execute(PASSED, known).all()))


PASSED = text(
    """
    SELECT gone.step, count(*) FROM (
        SELECT path FROM enrollment
        WHERE shop_id = :shop AND trigger = :trigger AND entered_at > :since
        ORDER BY entered_at DESC LIMIT :most
    ) AS newest, LATERAL (SELECT it->>0 AS step FROM jsonb_array_elements(newest.path) AS it) AS gone
    GROUP BY gone.step
    """
)


def _messages(
    session: Session, shop_id: int, trigger: Trigger, since: datetime
) -> tuple[Counter[str], Counter[str]]:
    """Return how many messages of each step went, and how many did not."""
    counted = (
        select(Enrollment.version_id, Message.medium, Message.step, Message.state, func.count())
        .join(Enrollment, Message.enrollment_id == Enrollment.id)
        .where(Message.shop_id == shop_id, Message.trigger == trigger, Message.created_at > since)
        .group_by(Enrollment.version_id, Message.medium, Message.step, Message.state)
    )
    rows = session.execute(counted).all()
    flows = published.versions(session, [row[0] for row in rows])
    sent, unsent = Counter[str](), Counter[str]()
    for version_id, medium, number, state, many in rows:
        if version_id not in flows:  # its steps have no names any more
            continue
        into = sent if state in WENT_OUT else unsent if state is MessageState.SKIPPED else Counter()
        senders = flows[version_id].senders(medium, number)
        if len(senders) == 1:
            into[senders[0].id] += many
            continue
        for step in senders:  # the same message on ways that part: by the way that was gone
            mine = counted.where(
                Enrollment.version_id == version_id,
                and_(Message.medium == medium, Message.step == number, Message.state == state),
                Enrollment.path.contains([[step.id]]),
            )
            into[step.id] += sum(row[-1] for row in session.execute(mine))
    return sent, unsent
