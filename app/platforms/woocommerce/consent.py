"""A shopper's consent in a store on WooCommerce: meta data of the customer, or of a guest's newest order.

The core knows no consent to offers; our plug-in reads these, and so may any other.
"""

from datetime import UTC, datetime

from app.lib import reading
from app.lib.reading import Json, Unreadable
from app.vocabulary import ConsentState, Medium

KEYS = {Medium.EMAIL: "_doorstep_offers_email", Medium.SMS: "_doorstep_offers_sms"}
"""Meta keys; "yes" or "no", a space, and since when: "yes 2026-11-24T14:02:11" (UTC)."""
WORDS = {ConsentState.SUBSCRIBED: "yes", ConsentState.UNSUBSCRIBED: "no"}
STATES = {word: state for state, word in WORDS.items()}


def change(medium: Medium, state: ConsentState, at: datetime) -> Json:
    """Return the change of a customer or an order that says it."""
    value = f"{WORDS[state]} {at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    return {"meta_data": [{"key": KEYS[medium], "value": value}]}


def known(record: Json, medium: Medium) -> tuple[ConsentState, datetime | None]:
    """Return what a customer's or an order's meta data say, and since when."""
    for line in reading.objects(record, "meta_data"):
        word, _, at = (reading.text(line, "value") or "").partition(" ")
        if line.get("key") == KEYS[medium] and word in STATES:
            try:
                return STATES[word], reading.moment({"at": at}, "at")
            except Unreadable:
                return STATES[word], None
    return ConsentState.NOT_SUBSCRIBED, None
