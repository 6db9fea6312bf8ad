"""Shopify payloads made from the recordings, fixed to a moment."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parent.parent / "recordings"


def order(at: datetime, number: int = 1042, **changes: Any) -> dict[str, Any]:
    """A paid order of Ada's, placed a minute before `at`."""
    body: dict[str, Any] = json.loads((RECORDINGS / "shopify" / "orders__paid.json").read_text())
    body.update(
        id=number,
        name=f"#{number}",
        email="ada@example.com",
        contact_email="ada@example.com",
        cancelled_at=None,
        cancel_reason=None,
        financial_status="paid",
        fulfillment_status=None,
        test=False,
        created_at=(at - timedelta(seconds=60)).isoformat(),
        processed_at=(at - timedelta(seconds=60)).isoformat(),
        updated_at=(at - timedelta(seconds=30)).isoformat(),
        fulfillments=[],
        order_status_url=f"https://ridge.myshopify.com/1/orders/{number}/authenticate?key=x",
    )
    body["customer"].update(id=number + 1, email="ada@example.com", first_name="Ada")
    return {**body, **changes}


def fulfillment(at: datetime, order_id: int = 1042, ident: int = 7, **changes: Any) -> dict[str, Any]:
    """A fulfillment with one UPS number."""
    body: dict[str, Any] = {
        "id": ident,
        "order_id": order_id,
        "status": "success",
        "created_at": (at - timedelta(seconds=20)).isoformat(),
        "updated_at": (at - timedelta(seconds=20)).isoformat(),
        "tracking_company": "UPS",
        "tracking_number": "1Z5R89390357567127",
        "tracking_numbers": ["1Z5R89390357567127"],
        "tracking_urls": [],
        "line_items": [],
    }
    return {**body, **changes}


def scan(
    status: str, at: datetime, ident: int, order_id: int = 1042, fulfillment_id: int = 7
) -> dict[str, Any]:
    """One fulfillment event."""
    return {
        "id": ident,
        "fulfillment_id": fulfillment_id,
        "order_id": order_id,
        "status": status,
        "message": status.replace("_", " "),
        "happened_at": at.isoformat(),
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "city": "Denver",
        "province": "CO",
        "country": "US",
        "estimated_delivery_at": None,
    }
