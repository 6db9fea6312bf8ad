"""Tags the shopper in the store's own record of them."""

from sqlalchemy.orm import Session

from app.flows import marks
from app.flows.actions.base import Doer, Task


def do(session: Session, task: Task) -> None:
    """Have the shopper tagged."""
    marks.ask(session, task, marks.CUSTOMER_TAG)


PLUGIN = Doer(key="tag customer", do=do, objects=marks.is_no_tag)
