"""Tells the merchant's own servers that somebody came to a step (docs/outgoing-webhooks.md)."""

from sqlalchemy.orm import Session

from app.flows import callouts
from app.flows.actions.base import LONGEST, Doer, Task


def do(session: Session, task: Task) -> None:
    """Have them told."""
    callouts.record(session, task, "flow.step")


def is_too_long(says: str) -> str | None:
    """Take a word that their server knows it by, or none."""
    return None if len(says) <= LONGEST else f"It says more than {LONGEST} letters."


PLUGIN = Doer(key="webhook", do=do, objects=is_too_long)
