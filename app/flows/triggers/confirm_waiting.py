"""Ask a mailbox whether it was it that asked to hear when something is back: an e-mail for each request.

Who asks again before they have confirmed, for that mail did not come, gets another one; nobody gets many.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows import switches
from app.lib import clock
from app.messages.dispatch import outbox
from app.messages.models import Message
from app.stock.models import Waiting
from app.vocabulary import Trigger

MOST = 3
"""Mails about one request."""
AGAIN = timedelta(minutes=10)
"""How long the last one may take to arrive, before another is asked for."""


def can_ask(session: Session, shop_id: int) -> bool:
    """Tell whether a shop writes any mails yet: one whose merchant has switched nothing on sends nothing."""
    return bool(switches.switched_on(session, shop_id))


def ask(session: Session, row: Waiting) -> None:
    """Ask for the mail with the button; its step is the number of the request."""
    now = clock.now()
    mails = [_mail(row, number, row.asked_at if number == 1 else now) for number in range(1, MOST + 1)]
    made = select(Message.created_at).where(
        Message.shop_id == row.shop_id, Message.key.in_([mail.key for mail in mails])
    )
    sent = session.scalars(made).all()
    if len(sent) < MOST and all(at <= now - AGAIN for at in sent):
        outbox.ask(session, row.shop_id, mails[len(sent)])


def _mail(row: Waiting, number: int, occasion_at: datetime) -> outbox.Ask:
    return outbox.Ask(
        subject=f"waiting-{row.id}" if number == 1 else f"waiting-{row.id}-{number}",
        trigger=Trigger.CONFIRM_WAITING,
        step=row.id,
        to=row.address,
        occasion_at=occasion_at,
    )
