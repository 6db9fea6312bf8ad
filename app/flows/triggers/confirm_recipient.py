"""Ask an address that a shopper named whether it wants an order's updates: one e-mail, never again."""

from sqlalchemy.orm import Session

from app.events import RecipientNamed
from app.messages.dispatch import outbox
from app.tracking.shoppers.recipients import Recipient
from app.vocabulary import Trigger


def on_recipient_named(session: Session, shop_id: int, event: RecipientNamed) -> None:
    """Ask for the mail, while the address is still wanted."""
    recipient = session.get_one(Recipient, event.recipient_id)
    if recipient.address is None or recipient.left_at is not None:
        return
    mail = outbox.Ask(
        subject=f"recipient-{recipient.id}",
        trigger=Trigger.CONFIRM_RECIPIENT,
        order_id=recipient.order_id,
        recipient_id=recipient.id,
        to=recipient.address,
        occasion_at=event.happened_at,
    )
    outbox.ask(session, shop_id, mail)
