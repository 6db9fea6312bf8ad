"""What happened in the words that marketing tools already know from other tracking apps."""

import re
from collections.abc import Mapping

from app.lib import money
from app.lib.reading import Json
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
STATUSES: Mapping[str, str] = {
    S.PENDING: "pre_transit",
    S.LABEL_CREATED: "pre_transit",
    S.PICKED_UP: "in_transit",
    S.IN_TRANSIT: "in_transit",
    S.DELAYED: "in_transit",
    S.OUT_FOR_DELIVERY: "out_for_delivery",
    S.AVAILABLE_FOR_PICKUP: "available_for_pickup",
    S.ATTEMPT_FAILED: "failure",
    S.EXCEPTION: "failure",
    S.RETURN_TO_SENDER: "return_to_sender",
    S.DELIVERED: "delivered",
    S.CANCELLED: "cancelled",
}
"""Malomo's values, which are EasyPost's (help.gomalomo.com, Klaviyo integration)."""

ISSUES: Mapping[str, str] = {
    K.REPORTED: "reported by the shopper",
    K.PRESUMED_LOST: "presumed lost",
    K.RETURNED: "returned",
    K.RETURNING: "returning",
    K.HELD_UP: "held up",
    K.INVALID_NUMBER: "invalid tracking number",
    K.FAILED_ATTEMPT: "failed delivery attempt",
    K.STALLED: "stalled in transit",
    K.LATE: "late",
    K.LABEL_NOT_MOVING: "label not moving",
    K.NO_UPDATE: "no update",
    K.PICKUP_WAITING: "waiting for pickup",
    K.UNFULFILLED: "stalled in fulfillment",
}


def properties(told: Json) -> Json:
    """Return an event's properties, flat where a flow filters by them."""
    data = told["data"]
    order, shipment, wrong = data["order"], data.get("shipment"), data.get("exception")
    found: Json = {
        "order_number": order["name"],
        "order_id": order["id"],
        "tracking_page_url": order["tracking_url"],
        "is_first_order": order["is_first"],
        "locale": order["locale"],
        "country": order["ship_to"]["country"],
        "items": [_item(order, item) for item in order["items"]],
    }
    if shipment:
        status = data.get("status") or shipment["status"]
        found |= {
            "status": STATUSES[status],
            "status_detail": shipment["detail"],
            "doorstep_status": status,
            "tracking_number": shipment["number"],
            "carrier": shipment["carrier"],
            "carrier_url": shipment["carrier_url"],
            "estimated_delivery_from": shipment["expected_from"],
            "estimated_delivery_until": shipment["expected_until"],
            "delivered_at": shipment["delivered_at"],
        }
    if wrong:
        found |= {"issue": ISSUES[wrong["kind"]], "issue_since": wrong["since"]}
    return {name: value for name, value in found.items() if value is not None}


def phone(customer: Json) -> str | None:
    """Return a number that is one; for what was only written as one, the whole event would be refused."""
    number = customer["phone"]
    return number if number and E164.fullmatch(number) else None


def amount(order: Json) -> float:
    """Return an order's total as a number of whole units: 129.0."""
    return float(money.major(order["total"], order["currency"] or "USD"))


def _item(order: Json, item: Json) -> Json:
    return {
        "title": item["title"],
        "variant": item["variant"],
        "sku": item["sku"],
        "quantity": item["quantity"],
        "price": float(money.major(item["price"], order["currency"] or "USD")),
        "image_url": item["image_url"],
    }
