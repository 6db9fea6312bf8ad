"""Forget what is older than a shop keeps, some of it at a time."""

from collections.abc import Callable
from time import monotonic

from app.lib.db import transaction
from app.privacy import retention, traces
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


def follow(due: Due) -> str | None:
    """Go through what deliveries still say of them, for a few seconds at most."""
    ends = monotonic() + SLICE
    with transaction() as session:
        until, after = map(int, due.cursor.split()) if due.cursor else (traces.last(session, due.shop_id), 0)
    while True:
        with transaction() as session:
            reached = traces.follow(session, due.shop_id, until, after)
            if reached is None:
                if traces.lift(session, due.shop_id, until):
                    errands.add(session, due.shop_id, due.kind)
                return None
            after = reached
            if monotonic() > ends:
                errands.add(session, due.shop_id, due.kind)
                return f"{until} {after}"


HANDLERS: dict[str, Callable[[Due], str | None]] = {retention.KEEP: keep, traces.FOLLOW: follow}
