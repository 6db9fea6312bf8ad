"""Whether a transaction goes through a past once more, and what would have been done in it."""

from typing import Any

from sqlalchemy.orm import Session

from app.lib.db import memory

Tasks = list[Any]
"""Actions that were come to, each with whoever would do it."""


def begin(session: Session) -> Tasks:
    """Only note from now on what is to be done outside, until this transaction ends; returns where."""
    tasks: Tasks = []
    memory(session)["tasks"] = tasks
    return tasks


def noted(session: Session) -> Tasks | None:
    """Return where it is noted; None: this is the present, and things are done."""
    found: Tasks | None = memory(session).get("tasks")
    return found
