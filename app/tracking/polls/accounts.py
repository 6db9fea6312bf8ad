"""A shop's accounts with carriers, as far as asking goes: woken, given new keys, ended."""

from datetime import datetime

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.lib import clock
from app.tracking.polls import passes
from app.tracking.polls.models import CarrierAccount, CarrierWatch


def wake(session: Session, shop_id: int, source: str, due_at: datetime) -> None:
    """Let an account be asked something from a moment on, if not sooner; what makes it rest stands."""
    row = {"shop_id": shop_id, "source": source, "due_at": due_at, "spent": {}, "failures": 0, "outcomes": {}}
    add = insert(CarrierAccount).values(row)
    sooner = func.least(func.coalesce(CarrierAccount.due_at, due_at), due_at)
    is_resting = CarrierAccount.failures > 0
    add = add.on_conflict_do_update(
        index_elements=("shop_id", "source"), set_={"due_at": sooner}, where=~is_resting
    )
    session.execute(add)


def renew(session: Session, shop_id: int, source: str) -> None:
    """Let an account that has new keys be asked at once, whatever became of the old ones."""
    passes.forget(session, shop_id, source)
    mine = update(CarrierAccount).filter_by(shop_id=shop_id, source=source)
    session.execute(mine.values(failures=0, failure=None, due_at=clock.now()))


def end(session: Session, shop_id: int, source: str) -> None:
    """Ask a carrier nothing more for a shop."""
    passes.forget(session, shop_id, source)
    for table in (CarrierWatch, CarrierAccount):
        session.execute(delete(table).filter_by(shop_id=shop_id, source=source))
