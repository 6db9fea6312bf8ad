"""How much of a day's mail is spent: reserved before a chunk goes, given back where it did not.

A sender that dies keeps what it had reserved: a budget may end early on such a day, never late.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.lib import clock
from app.messages.providers.models import HOUSE, MailDay
from app.shops.models import Shop

OFFERS_LEAVE = 0.2
"""The share of a budget that offers leave to order news; from there on the merchant is warned, too."""


@dataclass(frozen=True, slots=True)
class Purse:
    """What one provider may still carry for one shop on one day."""

    shop_id: int
    provider_id: int
    day: date


def today(shop: Shop) -> date:
    """Return the day on a shop's own calendar."""
    return clock.now().astimezone(ZoneInfo(shop.timezone)).date()


def tomorrow(shop: Shop) -> datetime:
    """Return when a shop's next day begins."""
    return datetime.combine(today(shop) + timedelta(days=1), time(), ZoneInfo(shop.timezone))


def is_nearly_spent(spent: int, budget: int) -> bool:
    """Tell whether only what is kept for order news is left of a budget."""
    return spent >= budget * (1 - OFFERS_LEAVE)


def room(spent: int, budget: int, *, is_offer: bool) -> int:
    """Return how many more mails may go."""
    return max(0, int(budget * (1 - OFFERS_LEAVE)) - spent if is_offer else budget - spent)


def spent(session: Session, purses: Iterable[Purse]) -> dict[Purse, int]:
    """Return what was spent of each, and hold these rows until the transaction ends."""
    rows = [{"shop_id": it.shop_id, "provider_id": it.provider_id, "day": it.day} for it in purses]
    if not rows:
        return {}
    told = {"purses": orjson.dumps(rows).decode()}
    session.execute(OPEN, told)
    held = session.execute(HOLD, told)
    return {Purse(row.shop_id, row.provider_id, row.day): row.spent for row in held}


def add(session: Session, spendings: Mapping[Purse, int]) -> None:
    """Count messages, or give back (below zero) what was reserved for some that did not go.

    Texts always come before mails: two senders never wait for each other's rows.
    """
    for is_texts in (True, False):
        rows = [
            {"shop_id": it.shop_id, "provider_id": it.provider_id, "day": it.day, "spent": count}
            for it, count in spendings.items()
            if count and (it.provider_id < HOUSE) is is_texts
        ]
        if rows:
            session.execute(ADD, {"purses": orjson.dumps(rows).decode()})


def of_today(session: Session, shop: Shop) -> dict[int, int]:
    """Return how many of a shop's messages each provider has carried today."""
    rows = select(MailDay.provider_id, MailDay.spent).filter_by(shop_id=shop.id, day=today(shop))
    return dict(session.execute(rows).all())


def since(session: Session, shop: Shop, day: date) -> int:
    """Return how many mails of a shop have gone since a day."""
    mine = MailDay.shop_id == shop.id, MailDay.provider_id >= HOUSE, MailDay.day >= day
    total = select(func.sum(MailDay.spent)).where(*mine)
    return int(session.scalar(total) or 0)


PURSES = """
    jsonb_to_recordset(CAST(:purses AS jsonb))
        AS purse (shop_id bigint, provider_id bigint, day date, spent bigint)
"""
OPEN = text(
    f"""
    INSERT INTO mail_day (shop_id, provider_id, day, spent) SELECT shop_id, provider_id, day, 0 FROM {PURSES}
    ORDER BY shop_id, provider_id, day ON CONFLICT DO NOTHING
    """  # noqa: S608 - a constant
)
HOLD = text(
    f"""
    SELECT d.shop_id, d.provider_id, d.day, d.spent FROM mail_day d JOIN {PURSES}
        ON purse.shop_id = d.shop_id AND purse.provider_id = d.provider_id AND purse.day = d.day
    ORDER BY d.shop_id, d.provider_id, d.day FOR UPDATE OF d
    """  # noqa: S608 - a constant
)
ADD = text(
    f"""
    INSERT INTO mail_day (shop_id, provider_id, day, spent)
    SELECT shop_id, provider_id, day, spent FROM {PURSES} ORDER BY shop_id, provider_id, day
    ON CONFLICT (shop_id, provider_id, day) DO UPDATE SET spent = greatest(0, mail_day.spent + excluded.spent)
    """  # noqa: S608 - a constant
)
