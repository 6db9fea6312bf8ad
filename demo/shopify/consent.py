"""What apps write of a customer's consent at Ridge & Pine: kept, shown, and announced as Shopify does."""

from app.lib import clock
from demo.shopify import told
from demo.stores import Json, Shelf

KINDS = {
    "email": ("emailMarketingConsent", "customers_email_marketing_consent/update"),
    "sms": ("smsMarketingConsent", "customers_marketing_consent/update"),
}
WRITABLE = ("SUBSCRIBED", "UNSUBSCRIBED", "PENDING")
"""What Shopify lets apps write; the other states are its own."""


def shown(shelf: Shelf, customer: Json) -> Json:
    """Return a customer with what apps have written of their consent."""
    email, sms = (shelf.get(f"{kind}-consent", customer["id"]) for kind in KINDS)
    shown = dict(customer)
    if email:
        said = {"marketingState": email["state"], "marketingOptInLevel": email["level"]}
        shown["defaultEmailAddress"] = {
            **customer["defaultEmailAddress"],
            **said,
            "marketingUpdatedAt": email["at"],
        }
    if sms:
        said = {"state": sms["state"], "optInLevel": sms["level"], "updatedAt": sms["at"]}
        shown["defaultPhoneNumber"] = {**customer["defaultPhoneNumber"], "smsMarketingConsent": said}
    return shown


def write(shelf: Shelf, kind: str, customers: list[Json], asked: Json) -> Json:
    """Answer one of the two mutations, and tell the app of the change."""
    field, topic = KINDS[kind]
    customer = next((row for row in customers if row["id"] == asked["customerId"]), None)
    said = asked[field]
    if customer is None:
        return _refused("customerId", "Customer could not be found.")
    if said["marketingState"] not in WRITABLE:
        return _refused(f"{field}.marketingState", "Cannot specify this state as a marketing state input.")
    at = said.get("consentUpdatedAt") or clock.now().replace(microsecond=0).isoformat()
    level = said.get("marketingOptInLevel")
    shelf.put(f"{kind}-consent", customer["id"], {"state": said["marketingState"], "level": level, "at": at})
    told.announce([(topic, notice(customer, kind, said["marketingState"], level, at))])
    return {"customer": customer, "userErrors": []}


def notice(customer: Json, kind: str, state: str, level: str | None, at: str) -> Json:
    """Return the body of the topic that tells of a consent."""
    number = int(customer["id"].rpartition("/")[2])
    consent: Json = {
        "state": state.lower(),
        "opt_in_level": level.lower() if level else None,
        "consent_updated_at": at,
    }
    if kind == "sms":
        phone = customer["defaultPhoneNumber"]["phoneNumber"]
        return {
            "id": number,
            "phone": phone,
            "sms_marketing_consent": {**consent, "consent_collected_from": "OTHER"},
        }
    email = customer["defaultEmailAddress"]["emailAddress"]
    return {"customer_id": number, "email_address": email, "email_marketing_consent": consent}


def _refused(field: str, message: str) -> Json:
    error = {"field": ["input", *field.split(".")], "message": message}
    return {"customer": None, "userErrors": [error]}
