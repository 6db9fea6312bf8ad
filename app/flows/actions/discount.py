"""Has a discount code made in the store for the shopper: “10 %, 14 days”. Messages that follow offer it."""

import re

from sqlalchemy.orm import Session

from app.commerce import discounts
from app.flows.actions.base import Doer, Task
from app.lib.told import tell

WRITTEN = re.compile(r"(?P<percent>[1-9][0-9]?) ?%, (?P<days>[1-9][0-9]?) days?")


def do(session: Session, task: Task) -> None:
    """Have it made, for one order, and for its shopper's own where the store can say so."""
    said = WRITTEN.fullmatch(task.says)
    if said is not None:
        discounts.offer(
            session,
            task.shop_id,
            task.key,
            way=discounts.way_of(task.key),
            percent=int(said["percent"]),
            days=int(said["days"]),
            profile_id=task.matter.profile_id,
        )


def is_unclear(says: str) -> str | None:
    """Take a share and a span of days; both up to 99."""
    if WRITTEN.fullmatch(says):
        return None
    return tell("Write how much, and for how long, like “10 %%, 14 days”.")


PLUGIN = Doer(key="discount", do=do, objects=is_unclear)
