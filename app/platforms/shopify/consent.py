"""A customer's consent in a store on Shopify: what we ask, what we write, what it answers."""

from datetime import datetime
from typing import NamedTuple

from app.lib import reading
from app.lib.http import Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.platforms.shopify.people import STATES
from app.vocabulary import ConsentState, Medium

SCOPE = "write_customers"
MEDIA = (Medium.EMAIL, Medium.SMS)
OPERATIONS = {Medium.EMAIL: "CustomerEmailConsentUpdate", Medium.SMS: "CustomerSmsConsentUpdate"}
FIELDS = {Medium.EMAIL: "emailMarketingConsent", Medium.SMS: "smsMarketingConsent"}
ANSWERS = {
    Medium.EMAIL: "customerEmailMarketingConsentUpdate",
    Medium.SMS: "customerSmsMarketingConsentUpdate",
}
WORDS = {ConsentState.SUBSCRIBED: "SUBSCRIBED", ConsentState.UNSUBSCRIBED: "UNSUBSCRIBED"}


class Known(NamedTuple):
    """What the store has on record."""

    state: ConsentState
    at: datetime | None
    is_confirmed: bool


def asked(customer: str) -> Json:
    """Return the variables of CustomerConsent."""
    return {"id": _gid(customer)}


def known(data: Json, medium: Medium) -> Known | None:
    """Return what the store has on record; None where it has no such customer, or no such address."""
    customer = reading.object_(data, "customer")
    names = ("marketingState", "marketingOptInLevel", "marketingUpdatedAt")
    said = reading.object_(customer, "defaultEmailAddress")
    if medium is Medium.SMS:
        names = ("state", "optInLevel", "updatedAt")
        said = reading.object_(reading.object_(customer, "defaultPhoneNumber"), "smsMarketingConsent")
    state = STATES.get((reading.text(said, names[0]) or "").lower())
    if state is None:
        return None
    is_confirmed = reading.text(said, names[1]) == "CONFIRMED_OPT_IN"
    return Known(state, reading.moment(said, names[2]), is_confirmed)


def written(customer: str, medium: Medium, state: ConsentState, at: datetime, *, is_confirmed: bool) -> Json:
    """Return the variables of the mutation that writes it."""
    said: Json = {"marketingState": WORDS[state], "consentUpdatedAt": at.isoformat()}
    if state is ConsentState.SUBSCRIBED:
        said["marketingOptInLevel"] = "CONFIRMED_OPT_IN" if is_confirmed else "SINGLE_OPT_IN"
    return {"input": {"customerId": _gid(customer), FIELDS[medium]: said}}


def check(data: Json, medium: Medium) -> None:
    """Raise Unreachable, for good, where the store refuses what was written."""
    wrong = reading.objects(reading.object_(data, ANSWERS[medium]), "userErrors")
    if wrong:  # their sentences may quote an address
        fields = {".".join(reading.texts(error, "field")) or "it" for error in wrong}
        raise Unreachable(
            merchant_sentence("Shopify refuses %(names)s", names=", ".join(sorted(fields))), permanent=True
        )


def _gid(customer: str) -> str:
    return f"gid://shopify/Customer/{customer}"
