"""Delete shops: first out of the store, then out of our tables."""

from collections.abc import Callable
from time import monotonic

from app.lib.db import transaction
from app.privacy import closing
from app.shops import errands
from app.shops.errands import Due
from app.shops.models import Shop
from app.vocabulary import PlatformKey
from jobs import SLICE, woocommerce


def close(due: Due) -> None:
    """Take our notices out of the store, if it lets us, and stop working for it."""
    with transaction() as session:
        platform = session.get_one(Shop, due.shop_id).platform
    if platform is PlatformKey.WOOCOMMERCE:
        woocommerce.take_out(due.shop_id)
    with transaction() as session:
        closing.close(session, session.get_one(Shop, due.shop_id))


def erase(due: Due) -> None:
    """Remove rows for a few seconds at most; the rest goes when it is its turn again."""
    ends, more = monotonic() + SLICE, True
    while more:
        with transaction() as session:
            more = closing.erase_some(session, session.get_one(Shop, due.shop_id))
            if more and monotonic() > ends:
                errands.add(session, due.shop_id, due.kind)
                return


HANDLERS: dict[str, Callable[[Due], None]] = {errands.CLOSE: close, errands.ERASE: erase}
