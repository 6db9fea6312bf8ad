"""Time passes, nothing happens, and the job looks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.lib import clock
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ShipmentStatus as S
from jobs import exceptions as jobs
from tests import sold
from tests.sold import Sent

TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOVING = Sent(scans=((S.IN_TRANSIT, -1, None, "Denver"),))


def after(traveller: time_machine.Traveller, **by: float) -> None:
    """Let time pass, and the job look."""
    traveller.shift(timedelta(**by))
    jobs.look()


def found(session: Session, **having: Any) -> list[str]:
    session.expire_all()
    rows = session.scalars(select(ExceptionRow).filter_by(**having).order_by(ExceptionRow.id))
    return [row.kind.value for row in rows]


def moving(session: Session) -> None:
    sold.order(session, sold.shop(session), MOVING)
    awake(session)


def awake(session: Session) -> None:
    """Let every parcel be looked at now, as if something had just been heard of it."""
    session.execute(update(Shipment).values(exceptions_due_at=clock.now()))
    session.commit()
    jobs.look()


def the_shop(session: Session) -> Shop:
    return session.scalars(select(Shop)).one()
