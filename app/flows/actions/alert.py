"""Tells the merchant's people that somebody came to a step."""

from sqlalchemy.orm import Session

from app.flows import callouts
from app.flows.actions.base import Doer, Task, sentence


def do(session: Session, task: Task) -> None:
    """Have them told, with whatever else happens within the minute."""
    callouts.record(session, task, "flow.alert")


PLUGIN = Doer(key="alert", do=do, objects=sentence)
