"""A shop is deleted: nothing more is done for it, then every row goes, some at a time, and its own row last.

But whoever outside is still to forget a shopper is asked to before: a certificate says that they are. Say the
process dies on any line: the errand is still there, and what is gone is gone. Whatever writes for the shop
meanwhile is removed with its row, or finds that there is no such shop: all tables but five point at it.
"""

from sqlalchemy import and_, delete, select, text
from sqlalchemy.orm import Session

from app.commerce.models import Delivery, InHand
from app.insights.models import DayChange, DaySum
from app.lib.db import Base
from app.shops import calls, errands
from app.shops.models import Call, Errand, Shop
from app.tracking.models import DrawnPage
from app.vocabulary import CallReason, CallState, ShopState

BATCH = 5000
LOOKS_EVERY = 60
"""Seconds after which a shop that is closing is looked at again."""
WITHOUT_A_KEY = (DrawnPage, DaySum, DayChange, Delivery, InHand)
"""Tables that do not point at their shop's row: what comes late is dropped unread, or needs its order's."""


def is_name(shop: Shop, typed: str) -> bool:
    """Tell whether somebody typed the name of a shop, or its address, to show that they mean it."""
    return typed.strip().casefold() in {shop.name.casefold(), shop.domain.casefold()}


def ask(session: Session, shop: Shop) -> None:
    """Have a shop deleted, once our notices are out of its store, and others were asked to forget for it."""
    _end(session, shop)
    left = and_(Call.shop_id == shop.id, Call.state == CallState.WAITING, Call.kind != calls.FORGET)
    calls.drop(session, left, CallReason.SHOP_GONE)
    errands.add(session, shop.id, errands.CLOSE, every=LOOKS_EVERY)


def erase(session: Session, shop: Shop) -> None:
    """Have the rows of a shop removed that no longer lets us in."""
    _end(session, shop)
    errands.add(session, shop.id, errands.ERASE)


def tables() -> list[str]:
    """Return which tables hold rows of shops, whoever points at others first."""
    ordered = reversed(Base.metadata.sorted_tables)
    return [it.name for it in ordered if "shop_id" in it.c and it.name != Errand.__tablename__]


def erase_some(session: Session, shop_id: int, table: str) -> bool:
    """Remove the next rows of a shop from a table; False once none is left there."""
    some = text(
        f'DELETE FROM "{table}" WHERE ctid = ANY(ARRAY('  # noqa: S608 - a name of ours
        f'SELECT ctid FROM "{table}" WHERE shop_id = :shop_id LIMIT :most))'
    )
    gone = session.execute(some, {"shop_id": shop_id, "most": BATCH})
    return gone.rowcount == BATCH  # type: ignore[attr-defined,no-any-return]


def end(session: Session, shop_id: int) -> None:
    """Remove the row of a shop, and with it all that was written for it meanwhile, its last errand too."""
    session.execute(select(Shop.id).filter_by(id=shop_id).with_for_update())
    for table in WITHOUT_A_KEY:
        session.execute(delete(table).where(table.shop_id == shop_id))
    session.execute(delete(Shop).filter_by(id=shop_id))


def _end(session: Session, shop: Shop) -> None:
    """Do nothing more for a shop; its store's name, and its own address, are free for whoever comes after."""
    shop.state, shop.page_host = ShopState.CLOSING, None
    errands.drop_all(session, shop.id)
