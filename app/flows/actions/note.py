"""Adds a line to the order's note in the store, for its staff."""

from sqlalchemy.orm import Session

from app.flows import marks
from app.flows.actions.base import Doer, Task, sentence


def do(session: Session, task: Task) -> None:
    """Have it noted."""
    marks.ask(session, task, marks.ORDER_NOTE)


PLUGIN = Doer(key="note", do=do, about=("order", "parcel"), objects=sentence)
