"""All that a shop holds, for its owner: read table by table as it is handed out, and kept nowhere.

So nobody has to be forgotten in a copy: who is erased meanwhile is not in what is read from then on.
"""

import json
from base64 import b64encode
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, LargeBinary, RowMapping, Table, select, tuple_
from sqlalchemy.orm import Session

from app.lib.db import Base
from app.shops.models import Shop

SHOP = Shop.__table__
AT_ONCE = 1000
"""Rows that are read in one transaction."""
LEFT_OUT = frozenset(
    (
        *("credential", "connect_state", "way_in", "own_orders_link", "api_key", "errand", "import_part"),
        *("drawn_page", "day_sum", "day_change", "inbox", "inbox_in_hand", "push_subscription", "trace"),
    )
)
"""Secrets, copies of what other tables say, and what only our own work needs."""
SECRET = frozenset(("shop.key",))
PLAIN = frozenset(("picture", "seal"))
"""The only bytes that are written: any others are sealed, or a hash, and of no use to anybody else."""
LARGE, FEW = frozenset(("review_photo",)), 20
"""Tables whose rows are large, and how many of those are read in one transaction."""

Place = tuple[Any, ...]
"""The key of the last row that was read."""


class Part(NamedTuple):
    """Some rows of one table, a line of JSON each."""

    lines: bytes
    ends: Place | None
    """None: there are no more."""


def tables() -> list[Table]:
    """Return the tables that are handed out, in their order."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if table.name not in LEFT_OUT and (table is SHOP or "shop_id" in table.c)
    ]


def rows_of(table: Table, shop_id: int) -> ColumnElement[bool]:
    """Say in SQL which rows of a table are a shop's: of the shops' own, the one that is it."""
    return (table.c.id if table is SHOP else table.c.shop_id) == shop_id


def read(session: Session, shop_id: int, table: Table, after: Place | None) -> Part:
    """Return the next rows of a shop in a table."""
    most = FEW if table.name in LARGE else AT_ONCE
    keys = list(table.primary_key)
    mine = select(*_told(table)).where(rows_of(table, shop_id)).order_by(*keys).limit(most)
    if after is not None:
        mine = mine.where(tuple_(*keys) > tuple_(*after))
    found = session.execute(mine).mappings().all()
    lines = "".join(f"{json.dumps(_plain(it), default=str, ensure_ascii=False)}\n" for it in found)
    ends = tuple(found[-1][it.name] for it in keys) if len(found) == most else None
    return Part(lines.encode(), ends)


def _told(table: Table) -> list[Column[Any]]:
    """Return the columns of a table that are no secret."""
    return [
        column
        for column in table.c
        if f"{table.name}.{column.name}" not in SECRET
        and (column.name in PLAIN or not isinstance(column.type, LargeBinary))
    ]


def _plain(row: RowMapping) -> dict[str, Any]:
    """Return a row as JSON can say it: with pictures as text."""
    return {
        name: b64encode(value).decode() if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }
