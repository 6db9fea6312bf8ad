"""Somebody who asked to hear when a thing is back, as flows see them."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows.subjects.base import Matter, Subject, reachable
from app.lib.db import among
from app.stock import shelves
from app.stock.models import Shelf, Waiting


def look(session: Session, ids: Collection[int], _fields: Collection[str]) -> dict[int, Matter]:
    """Return what is so of these requests, and of the things that they are about."""
    wanted = select(Waiting, Shelf).outerjoin(Shelf, Shelf.variant_id == Waiting.variant_id)
    rows = session.execute(
        wanted.where(among(Waiting.id, ids)).execution_options(populate_existing=True)
    ).all()
    return {
        row.id: Matter(
            shop_id=row.shop_id,
            profile_id=row.profile_id,
            waiting_id=row.id,
            addresses=reachable(row.address, None),
            known={
                "waiting.in_stock": shelf is not None and shelves.is_back(shelf),
                "waiting.is_over": row.left_at is not None,
                "waiting.quantity": shelf.quantity if shelf is not None else None,
            },
        )
        for row, shelf in rows
    }


PLUGIN = Subject(key="waiting", look=look)
