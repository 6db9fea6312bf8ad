"""Tell the shopper that a parcel is late, does not move, or is said to be delayed: once for each parcel.

Asked for where the merchant has switched it on, or the shopper wants to hear of the parcel only then.
"""

from sqlalchemy.orm import Session

from app.events import ExceptionOpened, ShipmentReached
from app.flows import news
from app.tracking.exceptions.alarms import LATE
from app.vocabulary import ShipmentStatus

BEGINS = "parcel_late"


def on_exception_opened(session: Session, shop_id: int, event: ExceptionOpened) -> None:
    """Ask for the message where a parcel is past its day, or was not scanned for too long."""
    if event.exception in LATE and event.shipment_id is not None:
        news.of_parcel(session, shop_id, BEGINS, event)


def on_shipment_reached(session: Session, shop_id: int, event: ShipmentReached) -> None:
    """Ask for the message where the carrier says itself that a parcel is delayed."""
    if event.status is ShipmentStatus.DELAYED:
        news.of_parcel(session, shop_id, BEGINS, event)
