"""Where the button of each message leads, and the way out of them."""

from app.commerce.models import Order
from app.lib import plugins
from app.messages.letters.links import (
    confirm_url,
    on_the_web,
    preferences_url,
    short_lead_url,
    short_preferences_url,
    short_survey_url,
    survey_url,
)
from app.messages.letters.material import Material
from app.messages.models import Message
from app.platforms.base import Platform
from app.reviews.links import review_url, short_review_url
from app.shops.models import Shop
from app.tracking.page.links import gift_url, short_url, tracking_url
from app.tracking.shoppers import own_orders, recipients
from app.vocabulary import Medium, Trigger

TEXTS = (Medium.SMS, Medium.WHATSAPP)
"""Where every letter counts, and so a link is short."""
SURVEYS = (Trigger.CHECK_IN, Trigger.LAPSED_SURVEY)
"""What asks something that is answered on a page of ours."""
AWAY = (Trigger.REVIEW_REQUEST, Trigger.REPLENISHMENT, Trigger.WIN_BACK, Trigger.WELCOME)
"""What leads to the store, or to whoever keeps its reviews."""


def to(  # noqa: PLR0911 - a line for each message that leads elsewhere
    material: Material, shop: Shop, order: Order, message: Message
) -> str:
    """Return where the message's button leads."""
    match message.trigger:
        case Trigger.OWN_ORDERS:
            return own_orders.url(shop, message.step)
        case Trigger.CONFIRM_OFFERS:
            return confirm_url(shop.id, message.id)
        case Trigger.REVIEW_REQUEST if material.review_page(shop, order) is None:
            return _our_form(shop, order, message)
        case Trigger.REVIEW_REPLY:
            return review_url(shop, order.id)
        case trigger if trigger in (*SURVEYS, *AWAY):
            return of_reader(material, shop, message, order)
        case Trigger.CONFIRM_RECIPIENT:
            return recipients.url(shop, message.recipient_id or 0)
        case _ if message.recipient_id is not None:
            return gift_url(shop, order.id)
        case _ if message.medium in TEXTS:
            return short_url(shop, order.id)
        case _:
            return tracking_url(shop, order.id)


def of_reader(material: Material, shop: Shop, message: Message, order: Order | None = None) -> str:
    """Return where the button of a message leads that is about its reader: to its question, or away."""
    is_short = message.medium in TEXTS
    if message.trigger in SURVEYS:
        return short_survey_url(shop, message.id) if is_short else survey_url(shop.id, message.id)
    return short_lead_url(shop, message.id) if is_short else away(material, shop, message, order)


def away(material: Material, shop: Shop, message: Message, order: Order | None) -> str:
    """Return where a message leads in the store, or at whoever keeps its reviews."""
    page = None
    if order is not None and message.trigger is Trigger.REVIEW_REQUEST:
        page = material.review_page(shop, order)
    elif order is not None and message.trigger is Trigger.REPLENISHMENT:
        page = on_the_web(next((it.page for it in material.lines_of(message)), None))
    return page or _shop_window(material, shop, message)


def _shop_window(material: Material, shop: Shop, message: Message) -> str:
    """Return where the shop's things are seen, with the reader's discount where an address can hold one."""
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    code = material.codes.get(message.id)
    if code is None or not platform.code_page:
        return material.brands[shop.id].url
    return platform.code_page.format(url=shop.url, code=code.code)


def out(shop: Shop, message: Message) -> str:
    """Return where a message's reader says what they want to get."""
    if message.recipient_id is not None:
        return recipients.url(shop, message.recipient_id)
    if message.medium in TEXTS:
        return short_preferences_url(message.id)
    return preferences_url(shop.id, message.id)


def _our_form(shop: Shop, order: Order, message: Message) -> str:
    is_short = message.medium in TEXTS
    return short_review_url(shop, order.id) if is_short else review_url(shop, order.id)
