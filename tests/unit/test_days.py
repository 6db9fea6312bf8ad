"""What is kept of a shop's days is what its rows say, whatever has happened since."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.insights import counting, days
from app.insights.counting import Day
from app.insights.models import DayChange, DaySum
from app.lib.days import Calendar
from app.lib.db import engine
from app.privacy import closing
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import ShopState
from jobs import schedule
from tests import gone_by, sold
from tests.gone_by import DAY, NOW

PAST = 9
"""Days that things happen in, today the last."""


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


def here(shop: Shop) -> Calendar:
    return Calendar.of(NOW, shop.timezone, "en")


def told(session: Session, shop: Shop) -> dict[str, Day]:
    """Return what each day came to, as it is told."""
    first = here(shop).today - DAY * (PAST + 2)
    return {str(day): it for day, it in days.of(session, shop, first).items()}


def counted(session: Session, shop: Shop) -> dict[str, Day]:
    """Return what each day came to, with nothing kept."""
    today = here(shop).today
    every = [today - DAY * ago for ago in range(PAST + 3)]
    return {str(day): it for day, it in counting.count(session, shop, here(shop), every).items()}


def keep(session: Session, shop: Shop) -> None:
    while days.keep(session, shop):
        session.commit()
    session.commit()


def kept(session: Session) -> int:
    """Return how many days are kept and hold."""
    changed = select(DayChange.day)
    return session.scalar(select(func.count()).select_from(DaySum).where(DaySum.day.not_in(changed))) or 0


def keep_now(session: Session, shop: Shop, _at: float, _seed: int) -> None:
    session.commit()
    keep(session, shop)


Deed = Callable[[Session, Shop, float, int], None]
DEEDS: tuple[Deed, ...] = (
    *(
        gone_by.place,
        gone_by.place,
        gone_by.tell,
        gone_by.tell,
        gone_by.become,
        gone_by.arrive,
        gone_by.arrive,
        gone_by.expect,
        gone_by.cancel,
        gone_by.correct,
        gone_by.run_late,
        gone_by.judge,
        gone_by.look,
    ),
    *(gone_by.promise, gone_by.forget, gone_by.remove, keep_now, keep_now),
)


STORY = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.floats(0, PAST), st.integers(0, 999)), min_size=10, max_size=30
)


@given(STORY)
@settings(max_examples=15)
def test_what_is_kept_is_what_the_rows_say(story: list[tuple[Deed, float, int]]) -> None:
    with Session(engine(), expire_on_commit=False) as session, pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(days, "KEPT", PAST + 2)
        shop = sold.shop(session)
        try:
            for number in range(4):
                gone_by.place(session, shop, 3 + number, number + 1)
                gone_by.arrive(session, shop, 2.5 + number, 1)
                gone_by.tell(session, shop, 3 + number, number)
            keep_now(session, shop, 0, 0)
            for deed, at, seed in story:
                deed(session, shop, at, seed)
                session.commit()
                session.expire_all()
                assert told(session, shop) == counted(session, shop), deed.__name__
            keep(session, shop)
            assert told(session, shop) == counted(session, shop)
        finally:
            session.rollback()
            closing.end(session, shop.id)
            session.commit()


ANOTHER = """
    INSERT INTO shipment (shop_id, order_id, fulfillment_id, slot, status, progress, shipped_at, updated_at,
        expected_at, delivered_at)
    SELECT shop_id, order_id, fulfillment_id, '2', status, progress, shipped_at, updated_at,
        expected_at, delivered_at FROM shipment
"""


@pytest.mark.parametrize(
    "change",
    [
        *('DELETE FROM "order"', 'UPDATE "order" SET is_test = true', "DELETE FROM shipment", ANOTHER),
        *(f"UPDATE shipment SET {name} = now()" for name in ("cancelled_at", "delivered_at")),
        "UPDATE shipment SET expected_at = NULL",
        'UPDATE parcel_exception SET evidence = \'{"promised_by": "delay"}\'',
        "UPDATE parcel_exception SET kind = 'stalled'",
        "DELETE FROM parcel_exception",
        *("UPDATE message SET reason = 'flow_off', state = 'skipped'", "DELETE FROM message"),
        *("UPDATE page_visit SET visits = 9", "DELETE FROM page_visit"),
    ],
)
def test_whatever_changes_a_kept_day_says_so(change: str, session: Session, shop: Shop) -> None:
    gone_by.place(session, shop, 5, 1)
    gone_by.arrive(session, shop, 4, 1)
    session.execute(update(Shipment).values(expected_at=NOW - 4 * DAY))
    gone_by.tell(session, shop, 6, 2)
    gone_by.look(session, shop, 7, 1)
    gone_by.run_late(session, shop, 5, 3)
    gone_by.judge(session, shop, 0, 1)
    session.commit()
    keep(session, shop)
    before, of_all = told(session, shop), kept(session)
    session.execute(text(change))
    session.commit()
    assert told(session, shop) == counted(session, shop)
    assert told(session, shop) != before
    assert kept(session) < of_all


def test_a_day_is_kept_once_it_is_settled_and_for_as_long_as_it_is_shown(
    session: Session, shop: Shop
) -> None:
    keep(session, shop)
    first, last = session.execute(select(func.min(DaySum.day), func.max(DaySum.day))).one()
    assert last == here(shop).today - 2 * DAY
    assert (last - first).days == days.KEPT - 1
    with time_machine.travel(NOW + DAY, tick=False):
        keep(session, shop)
        first, last = session.execute(select(func.min(DaySum.day), func.max(DaySum.day))).one()
    assert last == here(shop).today - DAY
    assert (last - first).days == days.KEPT - 1


def test_what_changes_today_marks_nothing_and_what_changed_before_is_counted_anew(
    session: Session, shop: Shop
) -> None:
    gone_by.place(session, shop, 5, 1)
    session.commit()
    keep(session, shop)
    every = kept(session)
    gone_by.place(session, shop, 0, 1)
    session.commit()
    assert kept(session) == every
    gone_by.correct(session, shop, 4, 2)  # from one kept day to another
    session.commit()
    assert kept(session) == every - 2
    gone_by.correct(session, shop, 4.1, 2)
    session.commit()
    assert session.scalar(select(func.count()).select_from(DayChange)) == 2  # a day is marked once
    keep(session, shop)
    assert kept(session) == every


def test_nothing_is_kept_while_somebody_changes_a_day(session: Session, shop: Shop) -> None:
    gone_by.place(session, shop, 5, 1)
    session.commit()
    with Session(engine()) as other:
        other.execute(update(Order).values(is_test=True))  # and is not done
        assert not days.keep(session, shop)
        session.commit()
        assert kept(session) == 0
        other.commit()
    keep(session, shop)
    assert told(session, shop) == counted(session, shop)


def test_whoever_changes_a_day_while_it_is_counted_marks_it_afterwards(session: Session, shop: Shop) -> None:
    gone_by.place(session, shop, 5, 1)
    session.commit()
    days.keep(session, shop)  # and has not committed
    with Session(engine()) as other:
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            other.execute(update(Order).values(is_test=True))
        other.rollback()
        session.commit()
        other.execute(update(Order).values(is_test=True))
        other.commit()
    assert session.scalar(select(func.count()).select_from(DayChange)) == 1
    assert told(session, shop) == counted(session, shop)


def test_the_days_of_every_shop_are_kept_by_the_hour(session: Session, shop: Shop) -> None:
    other = sold.shop(session, domain="other.example")
    gone = sold.shop(session, domain="gone.example")
    gone.state = ShopState.UNINSTALLED
    session.commit()
    schedule.keep_days()
    by_shop = dict(session.execute(select(DaySum.shop_id, func.count()).group_by(DaySum.shop_id)).all())
    assert by_shop == {shop.id: days.KEPT, other.id: days.KEPT}
