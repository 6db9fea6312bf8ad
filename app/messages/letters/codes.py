"""The discounts that messages of a chunk offer."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.commerce import discounts
from app.lib import clock
from app.lib.days import Calendar
from app.messages.letters.contents import Code
from app.messages.models import Message
from app.shops.models import Shop


def gather(session: Session, messages: Sequence[Message], shops: Mapping[int, Shop]) -> dict[int, Code]:
    """Return the code that each message may offer, in one query; most offer none."""
    ways = {it.id: (it.shop_id, discounts.way_of(it.key)) for it in messages if it.enrollment_id is not None}
    offered = discounts.of_ways(session, ways.values())
    found = {}
    for message in messages:
        row = offered.get(ways.get(message.id, (0, "")))
        if row is not None:
            zone = Calendar.of(clock.now(), shops[message.shop_id].timezone, None).zone
            until = row.expires_at.astimezone(zone).date()
            found[message.id] = Code(code=row.code, percent=row.percent, until=until)
    return found
