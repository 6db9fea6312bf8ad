"""Ask a mailbox whether it was it that asked to hear when something is back: one e-mail for each request."""

from sqlalchemy.orm import Session

from app.flows import switches
from app.messages import outbox
from app.stock.models import Waiting
from app.vocabulary import Trigger


def can_ask(session: Session, shop_id: int) -> bool:
    """Tell whether a shop writes any mails yet: one whose merchant has switched nothing on sends nothing."""
    return bool(switches.switched_on(session, shop_id))


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
