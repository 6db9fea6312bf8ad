"""Remind the shopper of a parcel that waits to be collected: a day, three days and six days after it came."""

from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import ExceptionAged
from app.flows import switches, texted
from app.flows.telling import Reader
from app.messages.dispatch import outbox
from app.tracking.models import ExceptionRow
from app.tracking.shoppers import recipients
from app.vocabulary import ExceptionKind, Medium, Trigger


def on_exception_aged(session: Session, shop_id: int, event: ExceptionAged) -> None:
    """Ask for the reminder of a parcel that still waits, once for each step and reader.

    Of several that became due at once, because nobody had told us where it was, the last says it all.
    """
    is_one = event.exception is ExceptionKind.PICKUP_WAITING and event.shipment_id is not None
    if not is_one or Trigger.PICKUP_REMINDER not in switches.switched_on(session, shop_id):
        return
    row = session.get(ExceptionRow, event.exception_id)
    if row is None or row.step > event.step:
        return
    order = session.get_one(Order, event.order_id, with_for_update=True)
    media = texted.wanted(session, order, Trigger.PICKUP_REMINDER)
    others = recipients.of_order(session, order.id)
    readers = [
        Reader(Medium.EMAIL, order.email),
        *(Reader(medium, order.phone) for medium in media),
        *(Reader(Medium.EMAIL, it.address, it.id) for it in others if it.is_told),
    ]
    for reader in readers:
        _ask(session, order, event, reader)


def _ask(session: Session, order: Order, event: ExceptionAged, to: Reader) -> None:
    about = f"exception-{event.exception_id}"
    is_other = to.recipient_id is not None
    reminder = outbox.Ask(
        subject=f"{to.subject}:{about}" if is_other else about,
        trigger=Trigger.PICKUP_REMINDER,
        step=event.step,
        medium=to.medium,
        profile_id=None if is_other else order.profile_id,
        order_id=order.id,
        shipment_ids=(event.shipment_id,) if event.shipment_id is not None else (),
        recipient_id=to.recipient_id,
        to=to.address,
        occasion_at=event.happened_at,
    )
    outbox.ask(session, order.shop_id, reminder)
