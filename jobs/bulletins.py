"""Ask for the messages of bulletins, some at a time."""

from collections.abc import Callable
from time import monotonic

from app.flows import bulletins
from app.lib.db import transaction
from app.shops import errands
from app.shops.errands import Due
from jobs import SLICE


def send(due: Due) -> None:
    """Ask for messages for a few seconds at most; the rest is asked for when it is its turn again."""
    ends = monotonic() + SLICE
    while True:
        with transaction() as session:
            more = bulletins.go_on(session, due.shop_id, int(due.subject))
            if more and monotonic() > ends:
                errands.add(session, due.shop_id, due.kind, due.subject)
                return
        if not more:
            return


HANDLERS: dict[str, Callable[[Due], None]] = {bulletins.SEND: send}
