"""Tags the order in the store."""

from sqlalchemy.orm import Session

from app.flows import marks
from app.flows.actions.base import Doer, Task


def do(session: Session, task: Task) -> None:
    """Have the order tagged."""
    marks.ask(session, task, marks.ORDER_TAG)


PLUGIN = Doer(key="tag order", do=do, about=("order", "parcel"), objects=marks.is_no_tag)
