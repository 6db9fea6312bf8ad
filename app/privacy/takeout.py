"""All that a shop holds, as one file for its owner: written down table by table, sealed, gone after a week.

Say the process dies on any line: the parts that are written and how far they reach share one commit. Whoever
is forgotten meanwhile takes every file with them that may name them.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Table,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib import clock, crypto
from app.lib.db import Base, OfShop, key, word
from app.shops import errands
from app.shops.models import Shop

SHOP = Shop.__table__
WRITE = "takeout.write"
"""Errand: write on at the takeout whose id is the subject."""
KEPT = timedelta(days=7)
AT_ONCE = 1000
"""Rows that are written in one transaction."""
LEFT_OUT = frozenset(
    (
        *("credential", "connect_state", "way_in", "own_orders_link", "api_key", "errand", "import_part"),
        *("drawn_page", "inbox", "inbox_in_hand", "takeout", "takeout_part", "push_subscription"),
    )
)
"""Secrets, copies of what other tables say, and what only our own work needs."""
SECRET = frozenset(("shop.key",))
PLAIN = frozenset(("picture", "seal"))
"""The only bytes that are written: any others are sealed, or a hash, and of no use to anybody else."""
LARGE, FEW = frozenset(("review_photo",)), 20
"""Tables whose rows are large, and how many of those are written in one transaction."""


class TakeoutState(StrEnum):
    """How far a file is."""

    WRITING = "writing"
    DONE = "done"
    DROPPED = "dropped"
    """Somebody was forgotten since, or its week is over."""


class Takeout(OfShop, Base):
    """One file of everything."""

    __tablename__ = "takeout"

    id: Mapped[key]
    who: Mapped[str]
    state: Mapped[TakeoutState] = word(TakeoutState)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    place: Mapped[int] = mapped_column(default=0)
    """How many tables are written."""
    after: Mapped[int] = mapped_column(default=0)
    """The last row that is written of the next."""
    rows: Mapped[int] = mapped_column(default=0)


class TakeoutPart(OfShop, Base):
    """Some rows of one table: sealed JSON lines, packed."""

    __tablename__ = "takeout_part"

    id: Mapped[key]
    takeout_id: Mapped[int] = mapped_column(ForeignKey("takeout.id", ondelete="CASCADE"))
    name: Mapped[str]
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("takeout_id", "name", "number"),)


def tables() -> list[Table]:
    """Return the tables that a file holds, in their order."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if "id" in table.c and table.name not in LEFT_OUT and (table is SHOP or "shop_id" in table.c)
    ]


def rows_of(table: Table, shop_id: int) -> ColumnElement[bool]:
    """Say in SQL which rows of a table are a shop's: of the shops' own, the one that is it."""
    return (table.c.id if table is SHOP else table.c.shop_id) == shop_id


def ask(session: Session, shop_id: int, who: str) -> Takeout:
    """Begin a file, or return the one that is being written."""
    writing = select(Takeout).filter_by(shop_id=shop_id, state=TakeoutState.WRITING).with_for_update()
    known = session.scalars(writing).first()
    if known is not None:
        return known
    row = Takeout(shop_id=shop_id, who=who, state=TakeoutState.WRITING, asked_at=clock.now())
    session.add(row)
    session.flush()  # its errand names it
    errands.add(session, shop_id, WRITE, str(row.id))
    return row


def go_on(session: Session, shop_id: int) -> None:
    """Write on at what a shop that comes back had asked for: its errands ended when it left."""
    writing = select(Takeout.id).filter_by(shop_id=shop_id, state=TakeoutState.WRITING)
    for takeout_id in session.scalars(writing):
        errands.add(session, shop_id, WRITE, str(takeout_id))


def write_some(session: Session, shop_id: int, takeout_id: int) -> bool:
    """Write the next rows down; False once it is done, or nobody wants it any more."""
    writing = select(Takeout).filter_by(id=takeout_id, shop_id=shop_id, state=TakeoutState.WRITING)
    row = session.scalar(writing.with_for_update())
    if row is None:
        return False
    left = tables()[row.place :]
    if not left:
        row.state, row.done_at = TakeoutState.DONE, clock.now()
        return False
    table = left[0]
    most = FEW if table.name in LARGE else AT_ONCE
    mine = select(*_told(table)).where(rows_of(table, shop_id), table.c.id > row.after)
    found = session.execute(mine.order_by(table.c.id).limit(most)).mappings().all()
    if found:
        lines = "".join(f"{json.dumps(_plain(dict(it)), default=str, ensure_ascii=False)}\n" for it in found)
        number = select(func.count()).select_from(TakeoutPart).filter_by(takeout_id=row.id, name=table.name)
        part = TakeoutPart(
            shop_id=shop_id,
            takeout_id=row.id,
            name=table.name,
            number=session.scalar(number) or 0,
            content=crypto.seal(b64encode(zlib.compress(lines.encode())).decode()),
        )
        session.add(part)
        row.rows, row.after = row.rows + len(found), found[-1]["id"]
    if len(found) < most:
        row.place, row.after = row.place + 1, 0
    return True


def _told(table: Table) -> list[Column[Any]]:
    """Return the columns of a table that are no secret."""
    return [
        column
        for column in table.c
        if f"{table.name}.{column.name}" not in SECRET
        and (column.name in PLAIN or not isinstance(column.type, LargeBinary))
    ]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON can say it: with pictures as text."""
    return {
        name: b64encode(value).decode() if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }


def parts(session: Session, takeout_id: int) -> Sequence[int]:
    """Return the parts of a file, table by table."""
    mine = select(TakeoutPart.id).filter_by(takeout_id=takeout_id)
    return session.scalars(mine.order_by(TakeoutPart.name, TakeoutPart.number)).all()


def lines(session: Session, part_id: int) -> tuple[str, int, bytes] | None:
    """Return a part: its table, its number, and its rows as lines of JSON; None once it was thrown away."""
    part = session.get(TakeoutPart, part_id)
    if part is None:
        return None
    return part.name, part.number, zlib.decompress(b64decode(crypto.unseal(part.content)))


def of_shop(session: Session, shop_id: int) -> list[Takeout]:
    """Return the latest files of a shop, the newest first."""
    mine = select(Takeout).filter_by(shop_id=shop_id).order_by(Takeout.id.desc())
    return list(session.scalars(mine.limit(10)))


def drop(session: Session, shop_id: int) -> None:
    """Throw away every file of a shop, finished or not: somebody in it is forgotten."""
    mine = update(Takeout).where(Takeout.shop_id == shop_id, Takeout.state != TakeoutState.DROPPED)
    session.execute(mine.values(state=TakeoutState.DROPPED))
    session.execute(delete(TakeoutPart).filter_by(shop_id=shop_id))


def purge(session: Session, *, before: datetime) -> None:
    """Throw away files that were asked for before a moment."""
    old = select(Takeout.id).where(Takeout.asked_at < before, Takeout.state != TakeoutState.DROPPED)
    session.execute(delete(TakeoutPart).where(TakeoutPart.takeout_id.in_(old)))
    session.execute(update(Takeout).where(Takeout.id.in_(old)).values(state=TakeoutState.DROPPED))
