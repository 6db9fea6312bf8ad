"""News of an order goes through its flows; what comes at once is asked for in the event's own transaction.

Say the process dies on any line: the enrollment, its messages and that the event was seen are one commit.
Each message has the key that it always had: a shop that asked for it before this was a flow has it once.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import ExceptionOpened, ShipmentReached, ShipmentRegistered
from app.flows import asked, engine, published, rehearsing, starts, switches
from app.flows.published import Version
from app.flows.starts import Subject
from app.flows.telling import Occasion
from app.lib import queue
from app.vocabulary import Trigger


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


def _is_wanted(session: Session, shop_id: int, trigger: Trigger, subject: Subject, at: datetime) -> bool:
    """Tell whether there is somebody to tell of a parcel."""
    if subject.about != "parcel" or subject.order_id is None:
        return True
    return asked.is_wanted(session, shop_id, Occasion(trigger, subject.order_id, subject.id, at))


def _begin(session: Session, shop_id: int, version: Version, subject: Subject, at: datetime) -> None:
    trigger = Trigger(version.flow.key)
    row = starts.put_in(session, shop_id, trigger, version, subject, occasion_at=at)
    if row is not None and engine.take_on(session, [row]):
        queue.wake(session, "jobs.flows.advance")
