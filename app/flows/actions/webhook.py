"""Tells the merchant's own servers that somebody came to a step (docs/outgoing-webhooks.md)."""

from sqlalchemy.orm import Session

from app.flows import callouts
from app.flows.actions.base import Doer, Task, too_long


def do(session: Session, task: Task) -> None:
    """Have them told."""
    callouts.record(session, task, "flow.step")


PLUGIN = Doer(key="webhook", do=do, objects=too_long)
