"""The plug-ins of a WooCommerce store that mail shoppers what our flows mail."""

from collections.abc import Iterable
from typing import Any

from app.lib import reading
from app.platforms.base import Mailer
from app.vocabulary import Trigger

MILESTONES = (Trigger.SHIPPED, Trigger.IN_TRANSIT, Trigger.OUT_FOR_DELIVERY, Trigger.DELIVERED)
CARTS = (Trigger.ABANDONED_CHECKOUT,)
MAILERS = {
    "woo-advanced-shipment-tracking": Mailer("Advanced Shipment Tracking", (Trigger.SHIPPED,)),
    "trackship-for-woocommerce": Mailer("TrackShip", MILESTONES),
    "aftership-woocommerce-tracking": Mailer("AfterShip", MILESTONES),
    "parcelpanel": Mailer("ParcelPanel", MILESTONES),
    "automatewoo": Mailer("AutomateWoo", (Trigger.THANK_YOU, *CARTS)),
    "mailpoet": Mailer("MailPoet", (Trigger.THANK_YOU, *CARTS)),
    "klaviyo": Mailer("Klaviyo", CARTS),
    "omnisend-connect": Mailer("Omnisend", CARTS),
    "mailchimp-for-woocommerce": Mailer("Mailchimp", CARTS),
    "woocommerce-abandoned-cart": Mailer("Abandoned Cart Lite", CARTS),
    "woo-cart-abandonment-recovery": Mailer("Cart Abandonment Recovery", CARTS),
}
"""By the folder that WordPress keeps each in."""


def active(answer: Any) -> tuple[str, ...]:  # noqa: ANN401 - a stranger's JSON
    """Return those of them that a store's system status says are active."""
    listed: Iterable[Any] = reading.objects(answer, "active_plugins") if isinstance(answer, dict) else ()
    folders = {(reading.text(plugin, "plugin") or "").partition("/")[0] for plugin in listed}
    return tuple(sorted(folders & set(MAILERS)))
