"""Orders of a file: kept as the store's own would be, of which nobody is told; and taken back."""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.commerce import orders
from app.commerce.models import Order
from app.events import EventRow
from app.imports import parcels
from app.imports.lists import Sent
from app.imports.models import Import
from app.imports.parcels import Left
from app.imports.sold import OF_BEFORE, Sold
from app.lib.words import merchant_sentence
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.shoppers.cases import Case


def keep(session: Session, shop: Shop, row: Import, said: Sold) -> None:
    """Keep an order with its parcel; raises Left where the shop has it."""
    record = said.order
    same = select(Order.id).where(
        Order.shop_id == shop.id, (Order.external_id == record.external_id) | (Order.name == record.name)
    )
    if session.scalar(same.limit(1)) is not None:
        raise Left(merchant_sentence("This order is here already."))
    order = orders.keep(session, shop.id, record, heard_at=row.asked_at)
    order.imported_at = row.asked_at
    if said.parcel is not None:
        sent = Sent(
            order=None, parcel=said.parcel, shipped_at=said.shipped_at, delivered_at=said.delivered_at
        )
        parcels.bring(session, shop, row, order, sent)


def undo(session: Session, row: Import, most: int) -> bool:
    """Take some orders of an import back; False where there are none.

    One that the store has told of since, or that somebody has written about, is no longer the file's alone.
    """
    used = [exists().where(table.order_id == Order.id) for table in (Message, Case)]
    mine = select(Order).where(
        Order.shop_id == row.shop_id,
        Order.first_heard_at == row.asked_at,
        Order.imported_at == row.asked_at,
        Order.updated_at == OF_BEFORE,
        *(~it for it in used),
    )
    found = session.scalars(mine.order_by(Order.id).limit(most).with_for_update()).all()
    ids = [order.id for order in found]
    told = [f"{what}:{ident}" for ident in ids for what in ("placed", "cancelled")]
    session.execute(delete(EventRow).where(EventRow.shop_id == row.shop_id, EventRow.once.in_(told)))
    session.execute(delete(Order).where(Order.id.in_(ids)))
    return bool(ids)
