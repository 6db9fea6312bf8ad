"""The sample world is faster than the real one, and so are the questions about it."""

from sqlalchemy import update

from app.lib import clock
from app.lib.db import transaction
from app.tracking.polls import accounts
from app.tracking.polls.models import CarrierWatch


def ask_now(number: str) -> None:
    """Let the app ask about a parcel that has just moved: a real one is asked about every few hours."""
    now = clock.now()
    waiting = update(CarrierWatch).where(CarrierWatch.number == number, CarrierWatch.due_at > now)
    with transaction() as session:
        moved = waiting.values(due_at=now).returning(CarrierWatch.shop_id, CarrierWatch.source)
        for shop_id, source in session.execute(moved).all():
            accounts.wake(session, shop_id, source, now)
