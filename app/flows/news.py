"""News of an order goes through its flows; what comes at once is asked for in the event's own transaction.

Say the process dies on any line: the enrollment, its messages and that the event was seen are one commit.
Where that failed, the event's next try leaves them to the engine, which takes on each by itself: a flow that
cannot be gone through holds up no other. Each message has the key that it always had: a shop that asked for
it before this was a flow has it once.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import ExceptionOpened, ShipmentReached, ShipmentRegistered
from app.flows import asked, engine, published, rehearsing, starts, switches, telling
from app.flows.models import Enrollment
from app.flows.plan.definition import Message
from app.flows.published import Version
from app.flows.starts import Subject
from app.flows.telling import Occasion
from app.lib import clock, queue
from app.vocabulary import Trigger

KEPT_FOR = timedelta(days=90)
"""How long it is known who was told of what: by then no parcel of theirs is under way."""
AT_ONCE = 5000


def tell(session: Session, shop_id: int, what: str, at: datetime, *subjects: Subject) -> None:
    """Let subjects into the flows of news that begin so, on or off: what may be told is for the gate to say.

    `at`: when it happened.
    """
    triggers: tuple[Trigger, ...] = switches.NEWS
    if rehearsing.noted(session) is not None:  # there, what others told comes in as it went
        on = switches.switched_on(session, shop_id)
        triggers = tuple(trigger for trigger in triggers if trigger in on)
    for trigger, version in published.starting(session, shop_id, what, triggers).items():
        for subject in subjects:
            if version.flow.about == subject.about and _is_wanted(session, shop_id, trigger, subject, at):
                _begin(session, shop_id, version, subject, at)


def of_parcel(
    session: Session, shop_id: int, what: str, event: ShipmentRegistered | ShipmentReached | ExceptionOpened
) -> None:
    """Let a parcel, and its order, into the flows of news that begin so."""
    assert event.shipment_id is not None
    profile_id = session.get_one(Order, event.order_id).profile_id
    parcel = Subject("parcel", event.shipment_id, profile_id, event.order_id)
    order = Subject("order", event.order_id, profile_id, event.order_id)
    tell(session, shop_id, what, event.happened_at, parcel, order)


def forget_old(session: Session) -> int:
    """Forget some of those who were told long ago; their messages stay. Returns how many."""
    over = Enrollment.occasion_at.is_not(None), Enrollment.over.is_not(None)
    old = select(Enrollment.id).where(*over, Enrollment.ended_at < clock.now() - KEPT_FOR)
    some = delete(Enrollment).where(Enrollment.id.in_(old.order_by(Enrollment.ended_at).limit(AT_ONCE)))
    return len(session.scalars(some.returning(Enrollment.id)).all())


def _is_wanted(session: Session, shop_id: int, trigger: Trigger, subject: Subject, at: datetime) -> bool:
    """Tell whether there is somebody to tell of a parcel."""
    if subject.about != "parcel" or subject.order_id is None:
        return True
    return asked.is_wanted(session, shop_id, Occasion(trigger, subject.order_id, subject.id, at))


def _begin(session: Session, shop_id: int, version: Version, subject: Subject, at: datetime) -> None:
    trigger = Trigger(version.flow.key)
    row = starts.put_in(session, shop_id, trigger, version, subject, occasion_at=at)
    if row is None:
        _tell_newcomers(session, shop_id, trigger, subject, at)
    elif session.info.get("failed_before") or engine.take_on(session, [row]):
        queue.wake(session, "jobs.flows.advance")


def _tell_newcomers(session: Session, shop_id: int, trigger: Trigger, subject: Subject, at: datetime) -> None:
    """Tell of a parcel whoever reads of it only since it was told of: it may be late for several reasons."""
    mine = {"shop_id": shop_id, "trigger": trigger, "about": "parcel", "about_id": subject.id}
    row = session.scalar(select(Enrollment).filter_by(**mine)) if subject.about == "parcel" else None
    if row is None or subject.order_id is None:
        return
    flow = published.versions(session, [row.version_id]).get(row.version_id)
    if flow is None:
        return
    passed = {step for step, _ in row.path}
    since = switches.switched_on(session, shop_id).get(trigger)
    is_anew = since is not None and row.entered_at < since <= at  # its flow was off when it came in
    it = Occasion(trigger, subject.order_id, subject.id, at, None if is_anew else row.id)
    for step in flow.steps:
        if isinstance(step, Message) and step.id in passed:
            telling.tell(session, it, step.medium)
