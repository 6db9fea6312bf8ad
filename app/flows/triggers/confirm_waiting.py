"""Ask a mailbox whether it was it that asked to hear when something is back: one e-mail for each request."""

from sqlalchemy.orm import Session

from app.messages import outbox
from app.stock.models import Waiting
from app.vocabulary import Trigger


def ask(session: Session, row: Waiting) -> None:
    """Ask for the mail with the button; its step is the number of the request."""
    mail = outbox.Ask(
        subject=f"waiting-{row.id}",
        trigger=Trigger.CONFIRM_WAITING,
        step=row.id,
        to=row.address,
        occasion_at=row.asked_at,
    )
    outbox.ask(session, row.shop_id, mail)
