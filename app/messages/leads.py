"""Where the button of each message leads."""

from app.commerce.models import Order
from app.messages.links import confirm_url
from app.messages.material import Material
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking import own_orders, recipients
from app.tracking.links import gift_url, short_url, tracking_url
from app.vocabulary import Medium, Trigger

TEXTS = (Medium.SMS, Medium.WHATSAPP)
"""Where every letter counts, and so a link is short."""


def to(  # noqa: PLR0911 - a line for each message that leads elsewhere
    material: Material, shop: Shop, order: Order, message: Message
) -> str:
    """Return where the message's button leads."""
    match message.trigger:
        case Trigger.OWN_ORDERS:
            return own_orders.url(shop, message.step)
        case Trigger.CONFIRM_OFFERS:
            return confirm_url(shop.id, message.id)
        case Trigger.REVIEW_REQUEST:
            return material.review_page(shop, order.id) or tracking_url(shop, order.id)
        case Trigger.WIN_BACK:
            return material.brands[shop.id].url
        case Trigger.CONFIRM_RECIPIENT:
            return recipients.url(shop, message.recipient_id or 0)
        case _ if message.recipient_id is not None:
            return gift_url(shop, order.id)
        case _ if message.medium in TEXTS:
            return short_url(shop, order.id)
        case _:
            return tracking_url(shop, order.id)
