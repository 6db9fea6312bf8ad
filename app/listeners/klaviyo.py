"""Klaviyo's Events API, in the shape that Malomo's users know: a metric for each kind of thing that happens.

https://developers.klaviyo.com/en/reference/create_event, revision 2026-10-15. What has a `unique_id` that
Klaviyo knows already is once there; an event makes a profile, and subscribes nobody.
"""

from collections.abc import Mapping

import orjson

from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.listeners import parcels
from app.listeners.base import Field, Keys, Known, Listener, ListenerKind, Occasion, Request, Unfit

REVISION = "2026-10-15"
EVENTS = "https://a.klaviyo.com/api/events"
DELETIONS = "https://a.klaviyo.com/api/data-privacy-deletion-jobs"
"""https://developers.klaviyo.com/en/reference/request_profile_deletion: by one thing that it is known by."""
METRICS: Mapping[str, str] = {
    "order.placed": "Doorstep: OrderCreated",
    "shipment.registered": "Doorstep: ShipmentCreated",
    "shipment.updated": "Doorstep: ShipmentUpdateReceived",
    "exception.opened": "Doorstep: OrderIssueCreated",
}
"""Malomo's metrics, with our name in front; those of returns are missing, for we hear of none."""


def check(keys: Keys) -> None:
    """Take a private key."""
    if not keys["api_key"].startswith("pk_") or not keys["api_key"].isascii():
        raise Unfit(merchant_sentence("That is not a private API key: those begin with pk_."))


def request(keys: Keys, occasion: Occasion) -> Request | None:
    """Return the event of a shopper."""
    told = occasion.told
    customer = told["data"]["order"]["customer"]
    attributes: Json = {
        "unique_id": occasion.key,
        "time": told["timestamp"],
        "metric": {"data": {"type": "metric", "attributes": {"name": METRICS[told["type"]]}}},
        "profile": {"data": {"type": "profile", "attributes": _profile(customer)}},
        "properties": parcels.properties(told),
        **_value(told),
    }
    return Request(
        url=EVENTS,
        body=orjson.dumps({"data": {"type": "event", "attributes": attributes}}),
        headers=_headers(keys),
    )


def forget(keys: Keys, known: Known) -> Request:
    """Return the request to delete whoever is known by an address or a number, with all their events."""
    named = {"email": known.email} if known.email else {"phone_number": known.phone}
    attributes = {"profile": {"data": {"type": "profile", "attributes": named}}}
    body = {"data": {"type": "data-privacy-deletion-job", "attributes": attributes}}
    return Request(url=DELETIONS, body=orjson.dumps(body), headers=_headers(keys))


def _headers(keys: Keys) -> dict[str, str]:
    return {
        "Authorization": f"Klaviyo-API-Key {keys['api_key']}",
        "Content-Type": "application/vnd.api+json",
        "revision": REVISION,
    }


def _profile(customer: Json) -> Json:
    names = {"email": "email", "phone_number": "phone", "first_name": "first_name", "last_name": "last_name"}
    known = {**customer, "phone": parcels.phone(customer)}
    return {theirs: known[ours] for theirs, ours in names.items() if known[ours]}


def _value(told: Json) -> Json:
    """Return what an order is worth; other events are worth nothing by themselves."""
    order = told["data"]["order"]
    if told["type"] != "order.placed" or order["total"] is None:
        return {}
    return {"value": parcels.amount(order), "value_currency": order["currency"]}


PLUGIN = Listener(
    key="klaviyo",
    label="Klaviyo",
    kind=ListenerKind.MARKETING,
    fields=(
        Field(
            name="api_key",
            label=merchant_sentence("Private API key"),
            help=merchant_sentence("It may write events and ask for deletions, and nothing else."),
        ),
    ),
    manual=(
        merchant_sentence(
            "In Klaviyo, Settings → API keys → Create private key, with full access to Events and to Data "
            "Privacy, and to nothing else."
        )
    ),
    hears=tuple(METRICS),
    starts_with=tuple(METRICS),
    check=check,
    request=request,
    forget=forget,
    forgets=merchant_sentence("to delete their profile with all its events (data privacy deletion job)"),
)
