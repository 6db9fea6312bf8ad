"""Events are written once, by whoever gathers them outermost."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import events
from app.events import EventRow, OrderCancelled
from app.lib import clock
from tests import sold


def test_what_is_gathered_within_a_gathering_is_written_at_the_end_of_all(session: Session) -> None:
    shop = sold.shop(session)

    def happen(order_id: int) -> None:
        events.record(session, shop.id, OrderCancelled(happened_at=clock.now(), order_id=order_id))

    def written() -> int:
        return session.scalar(select(func.count()).select_from(EventRow)) or 0

    with events.together(session):
        happen(1)
        with events.together(session):
            happen(2)
        happen(3)
        assert written() == 0
    assert written() == 3
    happen(4)
    assert written() == 4
