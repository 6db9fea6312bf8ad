"""Tell the shopper that a parcel is late, does not move, or is said to be delayed: once for each parcel.

Asked for where the merchant has switched it on, or the shopper wants to hear of the parcel only then.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events import ExceptionOpened, ShipmentReached
from app.flows import asked, telling
from app.flows.telling import Occasion
from app.tracking.alarms import LATE
from app.vocabulary import ShipmentStatus, Trigger


def on_exception_opened(session: Session, shop_id: int, event: ExceptionOpened) -> None:
    """Ask for the message where a parcel is past its day, or was not scanned for too long."""
    if event.exception in LATE and event.shipment_id is not None:
        _tell(session, shop_id, event.order_id, event.shipment_id, event.happened_at)


def on_shipment_reached(session: Session, shop_id: int, event: ShipmentReached) -> None:
    """Ask for the message where the carrier says itself that a parcel is delayed."""
    if event.status is ShipmentStatus.DELAYED:
        _tell(session, shop_id, event.order_id, event.shipment_id, event.happened_at)


def _tell(session: Session, shop_id: int, order_id: int, shipment_id: int, at: datetime) -> None:
    it = Occasion(Trigger.RUNNING_LATE, order_id, shipment_id, at)
    if asked.is_wanted(session, shop_id, it):
        telling.tell(session, it)
