"""The sample world is faster than the real one, and so are the questions about it."""

from datetime import timedelta

from sqlalchemy import update

from app.lib import clock
from app.lib.db import transaction
from app.shops.models import Errand
from app.stock import shelves
from app.tracking.polls import accounts
from app.tracking.polls.models import CarrierWatch

SETTLES = timedelta(seconds=20)
"""How long stock settles here: a real store has ten minutes to tell of the cancellation that explains it."""


def judge_soon() -> None:
    """Let what has just come back be judged soon."""
    soon = clock.now() + SETTLES
    rising = update(Errand).where(Errand.kind == shelves.JUDGE, Errand.due_at > soon)
    with transaction() as session:
        session.execute(rising.values(due_at=soon))


def ask_now(number: str) -> None:
    """Let the app ask about a parcel that has just moved: a real one is asked about every few hours."""
    now = clock.now()
    waiting = update(CarrierWatch).where(CarrierWatch.number == number, CarrierWatch.due_at > now)
    with transaction() as session:
        moved = waiting.values(due_at=now).returning(CarrierWatch.shop_id, CarrierWatch.source)
        for shop_id, source in session.execute(moved).all():
            accounts.wake(session, shop_id, source, now)
