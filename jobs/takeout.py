"""Write down all that a shop holds, some rows at a time."""

from collections.abc import Callable
from time import monotonic

from app.lib.db import transaction
from app.privacy import takeout
from app.shops import errands
from app.shops.errands import Due
from jobs import SLICE


def write(due: Due) -> None:
    """Write for a few seconds at most; the rest is written when it is its turn again."""
    ends, more = monotonic() + SLICE, True
    while more:
        with transaction() as session:
            more = takeout.write_some(session, due.shop_id, int(due.subject))
            if more and monotonic() > ends:
                errands.add(session, due.shop_id, due.kind, due.subject)
                return


HANDLERS: dict[str, Callable[[Due], None]] = {takeout.WRITE: write}
