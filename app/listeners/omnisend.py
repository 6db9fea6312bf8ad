"""Omnisend's Events API: events by names of our own, so that no automation of Omnisend's own begins twice.

https://api-docs.omnisend.com/reference/post_events, version 2026-03-15. Events with the same id and time are
taken once; an event makes a contact, and subscribes nobody.
"""

import uuid
from collections.abc import Mapping

import orjson

from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.listeners import parcels
from app.listeners.base import Field, Keys, Listener, ListenerKind, Occasion, Request, Unfit

VERSION = "2026-03-15"
EVENTS = "https://api.omnisend.com/api/events"
SPACE = uuid.UUID("6a1b6c2e-5e3e-5a53-9d0a-0d0a5e7e9b11")
"""Ours, for ids made of what names an event here."""
NAMES: Mapping[str, str] = {
    "order.placed": "Doorstep: order placed",
    "shipment.registered": "Doorstep: parcel sent",
    "shipment.updated": "Doorstep: parcel update",
    "exception.opened": "Doorstep: parcel problem",
}


def check(keys: Keys) -> None:
    """Take a key that can stand in a header."""
    if not keys["api_key"].isascii() or any(it.isspace() for it in keys["api_key"]):
        raise Unfit(merchant_sentence("That is not an API key."))


def request(keys: Keys, occasion: Occasion) -> Request | None:
    """Return the event of a shopper."""
    told = occasion.told
    body: Json = {
        "eventName": NAMES[told["type"]],
        "eventID": str(uuid.uuid5(SPACE, occasion.key)),
        "eventTime": told["timestamp"],
        "origin": "doorstep",
        "contact": _contact(told["data"]["order"]["customer"]),
        "properties": parcels.properties(told),
    }
    return Request(
        url=EVENTS,
        body=orjson.dumps(body),
        headers={
            "Authorization": f"Omnisend-API-Key {keys['api_key']}",
            "Content-Type": "application/json",
            "Omnisend-Version": VERSION,
        },
    )


def _contact(customer: Json) -> Json:
    names = {"email": "email", "phone": "phone", "firstName": "first_name", "lastName": "last_name"}
    known = {**customer, "phone": parcels.phone(customer)}
    return {theirs: known[ours] for theirs, ours in names.items() if known[ours]}


PLUGIN = Listener(
    key="omnisend",
    label="Omnisend",
    kind=ListenerKind.MARKETING,
    fields=(
        Field(
            name="api_key",
            label=merchant_sentence("API key"),
            help=merchant_sentence("It may only write events."),
        ),
    ),
    manual=merchant_sentence(
        "In Omnisend, Store settings → API keys → Create API key, with permission to write events."
    ),
    hears=tuple(NAMES),
    starts_with=tuple(NAMES),
    check=check,
    request=request,
)
