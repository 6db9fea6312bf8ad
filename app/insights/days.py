"""What each day of a shop came to: counted when it is over, and anew where any of its rows has changed since.

What is kept is a copy of what the rows say (ADR 34): where there is none that holds, the rows are counted.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from app.insights import counting
from app.insights.counting import Day
from app.insights.models import DayChange, DaySum
from app.lib import clock
from app.lib.days import Calendar
from app.shops.models import Shop
from app.tracking.exceptions.thresholds import Thresholds
from app.vocabulary import ShopState, Trigger

EDITION = 1
"""Of how days are counted: another one counts them all anew."""
SETTLED = timedelta(days=2)
"""Today and yesterday change too often to be kept, and what is today in UTC may be either."""
KEPT = 180
"""Days: the longest period that is shown, and as many before to compare it with."""
AT_ONCE = 30
"""Days that are counted in one transaction."""


def of(session: Session, shop: Shop, first: date) -> dict[date, Day]:
    """Return what each day of a shop came to, from the first on up to today."""
    here = _calendar(shop)
    days = [first + timedelta(days=number) for number in range((here.today - first).days + 1)]
    known = _kept(session, shop, here, first)
    return known | counting.count(session, shop, here, [day for day in days if day not in known])


def shops(session: Session) -> list[int]:
    """Return the shops whose days are kept."""
    return list(session.scalars(select(Shop.id).filter_by(state=ShopState.INSTALLED).order_by(Shop.id)))


def keep(session: Session, shop: Shop) -> bool:
    """Keep what days that are over came to; False once none is left, or while somebody changes such a day.

    Whoever changes what counts holds this lock, shared, until they commit (`changes_day` in the database):
    with all of it in hand, nothing is under way that could be missed.
    """
    whole = func.pg_try_advisory_xact_lock(func.hashtextextended(f"days of shop {shop.id}", 0))
    if not session.scalar(select(whole)):
        return False
    here = _calendar(shop)
    last = here.today - SETTLED
    wanted = [last - timedelta(days=number) for number in range(KEPT)]
    changed = session.scalars(delete(DayChange).filter_by(shop_id=shop.id).returning(DayChange.day)).all()
    useless = or_(DaySum.day.in_(changed), DaySum.day < wanted[-1], DaySum.basis != _basis(shop, here))
    session.execute(delete(DaySum).where(DaySum.shop_id == shop.id, useless))
    known = set(session.scalars(select(DaySum.day).filter_by(shop_id=shop.id)))
    missing = [day for day in wanted if day not in known][:AT_ONCE]
    counted = counting.count(session, shop, here, missing)
    if counted:
        session.execute(insert(DaySum), [_row(shop, here, day, came_to) for day, came_to in counted.items()])
    return len(missing) == AT_ONCE


def _kept(session: Session, shop: Shop, here: Calendar, first: date) -> dict[date, Day]:
    has_changed = exists().where(DayChange.shop_id == DaySum.shop_id, DayChange.day == DaySum.day)
    which = DaySum.shop_id == shop.id, DaySum.day.between(first, here.today - SETTLED)
    sums = (DaySum.orders, DaySum.visits, DaySum.arrived, DaySum.on_time, DaySum.told)
    rows = select(DaySum.day, *sums).where(*which, DaySum.basis == _basis(shop, here), ~has_changed)
    return {
        day: Day(Counter({(Trigger(trigger), why): many for trigger, why, many in told}), *numbers)
        for day, *numbers, told in session.execute(rows)
    }


def _row(shop: Shop, here: Calendar, day: date, came_to: Day) -> Mapping[str, object]:
    return {
        "shop_id": shop.id,
        "day": day,
        "begins": counting.begins(here, day),
        "ends": counting.begins(here, day + counting.A_DAY),
        "basis": _basis(shop, here),
        "orders": came_to.orders,
        "visits": came_to.visits,
        "arrived": came_to.arrived,
        "on_time": came_to.on_time,
        "told": [[trigger, why, many] for (trigger, why), many in came_to.told.items()],
    }


def _basis(shop: Shop, here: Calendar) -> str:
    """Return what of a shop's own row a count depends on."""
    limits = Thresholds.of(shop)
    promises = [limits.promise_domestic is not None, limits.promise_abroad is not None]
    return f"{EDITION} {here.zone} {(shop.country or '').upper()} {promises}"


def _calendar(shop: Shop) -> Calendar:
    return Calendar.of(clock.now(), shop.timezone, "en")
