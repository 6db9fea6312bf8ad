"""One page of a long list, newest first, at the same cost however far one has gone back."""

from typing import Any, NamedTuple

from flask import request
from sqlalchemy import Row, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

ROWS = 50
LAST = 2**63 - 1


class Page(NamedTuple):
    """Some rows, and the id to go on before; None: these were the last."""

    rows: list[Row[*tuple[Any, ...]]]
    before: int | None
    is_first: bool


def newest_first(
    session: Session, query: Select[*tuple[Any, ...]], ident: InstrumentedAttribute[int]
) -> Page:
    """Return the rows of a query before the id in the address; `ident` must be its first column."""
    before = asked("before", LAST)
    if before < LAST:
        query = query.where(ident < before)
    rows = list(session.execute(query.order_by(ident.desc()).limit(ROWS + 1)))
    more = len(rows) > ROWS
    return Page(rows[:ROWS], rows[ROWS - 1][0] if more else None, before == LAST)


def asked(name: str, default: int) -> int:
    """Return a number from the address; the default where it is none that a row could have."""
    given = number(request.args.get(name, ""))
    return default if given is None else given


def number(given: str) -> int | None:
    """Return the number that somebody gave; None where it is none that a row could have."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < len(str(LAST)) else None
