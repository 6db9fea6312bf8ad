"""What is asked of the database meanwhile, and how it would go about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.lib.db import engine

Asked = tuple[str, Any]
"""A statement and what it is filled with."""


@contextmanager
def noted() -> Iterator[list[Asked]]:
    """Note every statement."""
    asked: list[Asked] = []

    def note(_connection: object, _cursor: object, statement: str, filled: object, *_: object) -> None:
        asked.append((statement, filled))

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine(), "before_cursor_execute", note)


def plan(session: Session, asked: Asked) -> str:
    """Return the plan of a statement."""
    statement, filled = asked
    lines = session.connection().exec_driver_sql(f"EXPLAIN {statement}", filled)
    return "\n".join(line for (line,) in lines)
