"""Delete shops: first out of the store, then out of others' memory, then out of our tables."""

from collections.abc import Callable
from time import monotonic

import structlog

from app.hooks import forgetting
from app.lib.db import transaction
from app.privacy import closing
from app.shops import errands
from app.shops.errands import Due
from app.shops.models import Shop
from app.vocabulary import PlatformKey
from jobs import SLICE, woocommerce

TAKEN_OUT = "taken out"

log = structlog.get_logger()


def close(due: Due) -> str | None:
    """Take our notices out of the store, if it lets us, and begin to remove its rows when nobody is asked."""
    with transaction() as session:
        platform = session.get_one(Shop, due.shop_id).platform
    if platform is PlatformKey.WOOCOMMERCE and due.cursor != TAKEN_OUT:
        woocommerce.take_out(due.shop_id)
    with transaction() as session:
        if forgetting.is_owed(session, due.shop_id):
            return TAKEN_OUT  # it is our turn again
        errands.drop(session, due.shop_id, errands.CLOSE)
        errands.add(session, due.shop_id, errands.ERASE)
    return None


def erase(due: Due) -> str | None:
    """Remove rows for a few seconds at most, table after table; the rest goes when it is its turn again."""
    ends, tables = monotonic() + SLICE, closing.tables()
    at = tables.index(due.cursor) if due.cursor in tables else 0
    while at < len(tables):
        with transaction() as session:
            at += not closing.erase_some(session, due.shop_id, tables[at])
            if at < len(tables) and monotonic() > ends:
                errands.add(session, due.shop_id, due.kind)
                return tables[at]
    with transaction() as session:
        closing.end(session, due.shop_id)
    log.info("shop.erased", shop=due.shop_id)
    return None


HANDLERS: dict[str, Callable[[Due], str | None]] = {errands.CLOSE: close, errands.ERASE: erase}
