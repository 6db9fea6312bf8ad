"""What happened, as docs/outgoing-webhooks.md says, one of each type."""

from typing import Any

from app.listeners import base

ORDER: dict[str, Any] = {
    "id": "5123",
    "name": "#1042",
    "is_test": False,
    "placed_at": "2026-11-20T09:00:00+00:00",
    "cancelled_at": None,
    "currency": "USD",
    "total": 12900,
    "refunded": 0,
    "is_first": True,
    "locale": "en",
    "ship_to": {"country": "US", "region": "OR"},
    "customer": {
        "id": 3,
        "store_id": "77",
        "email": "ada@example.com",
        "phone": "+15035550142",
        "first_name": "Ada",
        "last_name": "Lovelace",
    },
    "tracking_url": "https://doorstep.test/t/abc",
    "items": [
        {
            "title": "Enamel mug",
            "variant": "Blue",
            "sku": "MUG-B",
            "quantity": 2,
            "price": 2450,
            "image_url": "https://ridge.example/mug.jpg",
            "product_id": "9",
        }
    ],
}
SHIPMENT: dict[str, Any] = {
    "id": 12,
    "number": "1Z5R89390357567127",
    "carrier": "UPS",
    "carrier_url": "https://www.ups.com/track?tracknum=1Z5R89390357567127",
    "status": "out_for_delivery",
    "detail": None,
    "status_at": "2026-11-24T14:02:11+00:00",
    "shipped_at": "2026-11-21T09:00:00+00:00",
    "delivered_at": None,
    "expected_from": "2026-11-24T00:00:00+00:00",
    "expected_until": None,
}
EXCEPTION = {
    "id": 31,
    "kind": "stalled",
    "since": "2026-11-21T09:00:00+00:00",
    "opened_at": "2026-11-24T09:00:00+00:00",
    "cleared_at": None,
    "step": 0,
}
CASE = {
    "id": 5,
    "kind": "not_received",
    "wish": "resend",
    "opened_at": "2026-11-24T15:00:00+00:00",
    "closed_at": None,
}
DATA: dict[str, dict[str, Any]] = {
    **{key: {"order": ORDER} for key in ("order.placed", "order.edited", "order.cancelled")},
    "order.refunded": {"order": ORDER, "refund": {"amount": 1000}},
    "shipment.registered": {"order": ORDER, "shipment": SHIPMENT},
    "shipment.updated": {"order": ORDER, "shipment": SHIPMENT, "status": "out_for_delivery"},
    **{key: {"order": ORDER, "shipment": SHIPMENT, "exception": EXCEPTION} for key in base.TROUBLE},
    **{key: {"order": ORDER, "case": CASE} for key in base.CASES},
    **{
        key: {
            "variant": {"id": "8", "title": "Blue", "sku": "MUG-B", "quantity": 4},
            "product": {"id": "9", "title": "Enamel mug", "url": "https://ridge.example/mug"},
        }
        for key in base.STOCK
    },
    "consent.changed": {
        "customer": ORDER["customer"],
        "consent": {"medium": "email", "category": "marketing", "state": "subscribed"},
    },
    "customer.erased": {"customer": {"id": 3}},
    "connection.broken": {"reason": "its keys were revoked"},
    "flow.step": {
        "flow": "review_request",
        "step": "big",
        "says": "big spender",
        "order": ORDER,
    },
}


def told(kind: str, **data: Any) -> dict[str, Any]:
    """What happened, of one type."""
    return {
        "id": "evt_1042",
        "type": kind,
        "version": 1,
        "timestamp": "2026-11-24T14:02:11+00:00",
        "shop": {"id": 7, "platform": "shopify", "domain": "ridge.myshopify.com", "name": "Ridge & Pine"},
        "data": {**DATA[kind], **data},
    }


ALERT: dict[str, Any] = {
    "id": "evt_1042",
    "type": "alert",
    "timestamp": "2026-11-24T14:02:11+00:00",
    "shop": {"id": 7, "name": "Ridge & Pine"},
    "data": {
        "items": [
            {
                "name": "#1042",
                "url": "https://ridge.myshopify.com/admin/orders/5123",
                "label": "Not moving",
                "why": "No scan since Nov 20.",
                "advice": "Ask UPS to look for it.",
            },
            {
                "name": "#<1043>",
                "url": None,
                "label": "Late",
                "why": "You promised it for *Monday*.",
                "advice": "Write to the shopper before they ask.",
            },
        ],
        "more": 3,
        "url": "https://doorstep.test/admin/7/exceptions",
    },
}
SAYS = {
    "key": "presumed_lost",
    "label": "Maybe lost",
    "why": "No scan since Nov 20.",
    "advice": "Claim it from UPS, and offer a refund or a new parcel.",
}
STORY = ["Maybe lost. No scan since Nov 20.", "", "Order #1042"]
TICKET: dict[str, Any] = {
    **told("exception.opened"),
    "data": {
        **DATA["exception.opened"],
        "says": SAYS,
        "story": ["Maybe lost. No scan since Nov 20.", "", "Order #1042"],
    },
}
