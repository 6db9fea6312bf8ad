"""WooCommerce's own mails that say what ours say, and the setting that each is switched by."""

from dataclasses import dataclass

from app.lib import reading
from app.lib.words import merchant_sentence
from app.platforms.woocommerce.api import Store
from app.vocabulary import Trigger


@dataclass(frozen=True, slots=True)
class Mail:
    """One of the store's own mails."""

    ident: str
    """Of its group of settings: "email_<ident>"."""
    name: str
    """As the store's back office calls it."""
    trigger: Trigger
    """Which of our flows says the same."""
    also: str = ""
    """What else it brings, that ours does not."""


MAILS = (
    Mail("customer_processing_order", "Processing order", Trigger.THANK_YOU),
    Mail(
        "customer_completed_order",
        "Completed order",
        Trigger.SHIPPED,
        merchant_sentence("It also brings the links to downloads: leave it on if you sell any."),
    ),
    Mail("customer_fulfillment_created", "Fulfillment created", Trigger.SHIPPED),
    Mail("customer_review_request", "Review request", Trigger.REVIEW_REQUEST),
)
DOUBLED = tuple(dict.fromkeys(mail.trigger for mail in MAILS))
"""The flows of ours that the store's own mails say the same as."""


def is_on(store: Store, ident: str) -> bool | None:
    """Tell whether a store sends one of its mails; None where it knows none such. Raises as `read` does."""
    setting = store.read(_setting(ident))
    value = reading.text(setting, "value") if isinstance(setting, dict) else None
    return None if value is None else value == "yes"


def switch(store: Store, ident: str, *, on: bool) -> None:
    """Switch one of the store's mails; saying it again changes nothing. Raises as `write` does."""
    store.write("PUT", _setting(ident), {"value": "yes" if on else "no"})


def of_trigger(trigger: Trigger) -> tuple[str, ...]:
    """Return the names of the mails that say what a flow of ours says."""
    return tuple(mail.name for mail in MAILS if mail.trigger is trigger)


def _setting(ident: str) -> str:
    return f"settings/email_{ident}/enabled"
