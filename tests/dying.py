"""A process that dies: at a moment that a test chooses, in a way that nothing of ours may catch."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from app.lib.db import engine


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def dying(statement: int) -> Iterator[None]:
    """Let the process die as it is about to say its nth statement to the database, counted from 1."""
    said = 0

    def count(*_: object) -> None:
        nonlocal said
        said += 1
        if said == statement:
            raise Killed

    event.listen(engine(), "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine(), "before_cursor_execute", count)
