"""A shop is deleted at its owner's word: nothing more is done for it, then every row goes, some at a time.

Say the process dies on any line: the errand is still there, for it is the last row to go.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.lib.db import Base
from app.privacy import erasure
from app.shops import errands, install
from app.shops.models import Errand, Shop

BATCH = 5000


def is_name(shop: Shop, typed: str) -> bool:
    """Tell whether somebody typed the name of a shop, or its address, to show that they mean it."""
    return typed.strip().casefold() in {shop.name.casefold(), shop.domain.casefold()}


def ask(session: Session, shop: Shop) -> None:
    """Have a shop deleted."""
    errands.add(session, shop.id, errands.CLOSE)


def close(session: Session, shop: Shop) -> None:
    """Stop working for a shop, and have its rows removed."""
    install.uninstall(session, shop)
    errands.drop(session, shop.id, errands.CLOSE)
    errands.add(session, shop.id, errands.ERASE)


def erase_some(session: Session, shop: Shop) -> bool:
    """Remove the next rows of a shop, whoever points at others first; False once nothing is left of it."""
    for table in reversed(Base.metadata.sorted_tables):
        if "shop_id" not in table.c or "id" not in table.c or table.name == Errand.__tablename__:
            continue
        some = select(table.c.id).where(table.c.shop_id == shop.id).limit(BATCH)
        gone = session.execute(delete(table).where(table.c.id.in_(some)).returning(table.c.id))
        if gone.first() is not None:
            return True
    erasure.erase_shop(session, shop)
    return False
