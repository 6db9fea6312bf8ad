"""What a message says: gathered inside a transaction as plain data, rendered outside it."""

from dataclasses import dataclass
from email.utils import formataddr

from sqlalchemy.orm import Session

from app.channels.base import Mail
from app.commerce.models import Order
from app.lib.config import settings
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.links import tracking_url
from app.vocabulary import Trigger

SAYS = {
    Trigger.THANK_YOU: "Thank you for your order {name}",
    Trigger.SHIPPED: "On its way: your order {name}",
    Trigger.OUT_FOR_DELIVERY: "Out for delivery: your order {name}",
    Trigger.DELIVERED: "Delivered: your order {name}",
}


class Unrenderable(Exception):
    """The template cannot be filled; the sentence says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that the text of one message needs."""

    trigger: Trigger
    step: int
    to: str
    shop: str
    order: str
    tracking_url: str
    message_id: str


def gather(session: Session, message: Message) -> Letter:
    """Return what a message needs to be rendered."""
    order = session.get_one(Order, message.order_id)
    return Letter(
        trigger=message.trigger,
        step=message.step,
        to=message.to or "",
        shop=session.get_one(Shop, message.shop_id).name,
        order=order.name or "",
        tracking_url=tracking_url(order.id),
        message_id=message.rfc_id,
    )


def render(letter: Letter) -> Mail:
    """Return the mail of a letter; raises Unrenderable."""
    subject = SAYS[letter.trigger].format(name=letter.order)
    if letter.step > 1:
        subject += f" (part {letter.step})"
    return Mail(
        to=letter.to,
        sender=formataddr((letter.shop, settings().mail_from)),
        reply_to=None,
        subject=subject,
        text=f"{subject}\n\n{letter.tracking_url}\n",
        html=f'<p>{subject}</p><p><a href="{letter.tracking_url}">Follow my order</a></p>',
        message_id=letter.message_id,
    )
