"""Telling a store on Shopify where a fulfillment is: what we ask, what we say, what it answers."""

from collections.abc import Iterable
from datetime import datetime

from app.lib import reading
from app.lib.http import Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.platforms.purchases import Scan
from app.platforms.shopify import answers
from app.platforms.shopify.shipping import FAILED
from app.vocabulary import ShipmentStatus as S

SCOPE = "write_fulfillments"
WORDS = {
    S.PICKED_UP: "CARRIER_PICKED_UP",
    S.IN_TRANSIT: "IN_TRANSIT",
    S.DELAYED: "DELAYED",
    S.OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY",
    S.AVAILABLE_FOR_PICKUP: "READY_FOR_PICKUP",
    S.ATTEMPT_FAILED: "ATTEMPTED_DELIVERY",
    S.RETURN_TO_SENDER: "FAILURE",
    S.DELIVERED: "DELIVERED",
}
"""FulfillmentEventStatus of Admin API 2026-10; labels are the store's own; it has no word for a hold-up."""


def asked(fulfillment: str) -> Json:
    """Return the variables of FulfillmentEvents."""
    return {"id": _gid(fulfillment)}


def asked_of(fulfillments: Iterable[str]) -> Json:
    """Return the variables of FulfillmentScans."""
    return {"ids": [_gid(fulfillment) for fulfillment in fulfillments]}


def known(data: Json, fulfillment: str, order: str) -> tuple[Scan, ...] | None:
    """Return what the store knows of a fulfillment; None where it no longer has it, or cancelled it."""
    node = reading.object_(data, "fulfillment")
    if not node or (reading.text(node, "status") or "").lower() in FAILED:
        return None
    return answers.scans(node, fulfillment, order)


def told(fulfillment: str, word: str, at: datetime) -> Json:
    """Return the variables of FulfillmentEventCreate."""
    return {"event": {"fulfillmentId": _gid(fulfillment), "status": word, "happenedAt": at.isoformat()}}


def made(data: Json) -> str:
    """Return the id of the event that was made; raises Unreachable, for good, where the store refuses it."""
    answer = reading.object_(data, "fulfillmentEventCreate")
    wrong = reading.objects(answer, "userErrors")
    if wrong:  # their sentences may quote what a shopper typed
        fields = {".".join(reading.texts(error, "field")) or "it" for error in wrong}
        raise Unreachable(
            merchant_sentence("Shopify refuses %(names)s", names=", ".join(sorted(fields))), permanent=True
        )
    ident = reading.required(reading.object_(answer, "fulfillmentEvent"), "id")
    return ident.rpartition("/")[2]


def _gid(fulfillment: str) -> str:
    return f"gid://shopify/Fulfillment/{fulfillment}"
