"""Opens a ticket at the merchant's help desk, with the story of the order's parcels."""

from sqlalchemy.orm import Session

from app.flows import callouts
from app.flows.actions.base import Doer, Task, sentence


def do(session: Session, task: Task) -> None:
    """Have one opened."""
    callouts.record(session, task, "flow.ticket")


PLUGIN = Doer(key="ticket", do=do, about=("order", "parcel"), objects=sentence)
