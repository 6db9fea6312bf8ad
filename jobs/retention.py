"""Forget what is older than a shop keeps, some of it at a time."""

from collections.abc import Callable
from time import monotonic

from app.lib.db import transaction
from app.privacy import retention
from app.shops import errands
from app.shops.errands import Due
from app.shops.models import Shop
from jobs import SLICE


def keep(due: Due) -> None:
    """Forget for a few seconds at most; what is left is forgotten when it is its turn again, not tomorrow."""
    ends, more = monotonic() + SLICE, True
    while more:
        with transaction() as session:
            more = retention.forget_some(session, session.get_one(Shop, due.shop_id))
            if more and monotonic() > ends:
                errands.add(session, due.shop_id, due.kind, every=retention.DAILY)
                return


HANDLERS: dict[str, Callable[[Due], None]] = {retention.KEEP: keep}
