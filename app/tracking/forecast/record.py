"""What was said of a parcel, and how often that came true."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.lib import clock as clocks
from app.tracking.forecast.delivery_date import WINDOW, Clock
from app.tracking.forecast.models import Forecast, Prediction, Transit
from app.tracking.forecast.typical import ENOUGH, Level
from app.tracking.models import Shipment


class Said(NamedTuple):
    """What a prediction rests on."""

    level: Level
    samples: int


def said(session: Session, shipment: Shipment) -> Said | None:
    """Return what the latest prediction of a parcel rests on."""
    rows = select(Prediction.level, Prediction.samples).filter_by(shipment_id=shipment.id)
    row = session.execute(rows.order_by(Prediction.id.desc()).limit(1)).one_or_none()
    return Said(row.level, row.samples) if row else None


def kept(session: Session, shop_id: int, clock: Clock) -> tuple[int, int]:
    """Return of how many predictions the parcel has arrived, and how often within the days that were said."""
    counts = select(Forecast.scored, Forecast.within_80).filter_by(shop_id=shop_id, clock=clock)
    row = session.execute(counts).one_or_none()
    return (row.scored, row.within_80) if row else (0, 0)


def arrived(session: Session, shop_id: int) -> int:
    """Return how many parcels of a shop there are to learn from; ENOUGH where there are more."""
    since = clocks.now() - WINDOW
    recent = select(Transit.shipment_id).where(
        Transit.shop_id == shop_id, Transit.arrived_at.is_not(None), Transit.shipped_at >= since
    )
    return session.scalar(select(func.count()).select_from(recent.limit(ENOUGH).subquery())) or 0
