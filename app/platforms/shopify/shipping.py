"""Shopify's fulfillments and fulfillment events in our words."""

from itertools import zip_longest

from app.lib import reading
from app.lib.reading import Json
from app.platforms.base import Record
from app.platforms.purchases import Fulfillment, Parcel, Scan
from app.vocabulary import ShipmentStatus as S

WAITING = ("pending", "open")
FAILED = ("cancelled", "error", "failure")
UNKNOWN = (S.PENDING, "unknown")
"""A code that we do not know is kept and counted, and moves nothing."""

STATUSES: dict[str, tuple[S, str | None]] = {
    "label_purchased": (S.LABEL_CREATED, "label_purchased"),
    "label_printed": (S.LABEL_CREATED, "label_printed"),
    "confirmed": (S.LABEL_CREATED, "confirmed"),
    "carrier_picked_up": (S.PICKED_UP, None),
    "in_transit": (S.IN_TRANSIT, None),
    "delayed": (S.DELAYED, None),
    "out_for_delivery": (S.OUT_FOR_DELIVERY, None),
    "ready_for_pickup": (S.AVAILABLE_FOR_PICKUP, None),
    "ready_for_recipient_pickup": (S.AVAILABLE_FOR_PICKUP, None),
    "attempted_delivery": (S.ATTEMPT_FAILED, None),
    "delivered": (S.DELIVERED, None),
    "picked_up": (S.DELIVERED, "collected_by_recipient"),
    "failure": (S.EXCEPTION, "delivery_failed"),
    "buyer_action_required": (S.EXCEPTION, "recipient_action_required"),
    "returning_to_sender": (S.RETURN_TO_SENDER, "returning"),
}
"""FulfillmentEventStatus of Admin API 2026-10 and its announced additions (data/carriers/status_map.csv)."""


def fulfillment(body: Json, order_id: str | None = None) -> tuple[Record, ...]:
    """Return one fulfillment; one that is pending, without a number, has not left yet and is not told."""
    status = reading.text(body, "status")
    if status in WAITING and not reading.text(body, "tracking_number"):
        return ()
    created_at = reading.required_moment(body, "created_at")
    return (
        Fulfillment(
            external_id=reading.required(body, "id"),
            order_id=order_id or reading.required(body, "order_id"),
            updated_at=reading.moment(body, "updated_at") or created_at,
            shipped_at=created_at,
            cancelled=status in FAILED,
            location=reading.text(body, "location_id"),
            parcels=_parcels(body),
            items=tuple(
                (reading.required(line, "id"), reading.whole(line, "quantity") or 0)
                for line in reading.objects(body, "line_items")
                if line.get("id") is not None
            ),
        ),
    )


def fulfilled(body: Json, currency: str) -> tuple[Record, ...]:
    """Return the fulfillment of fulfillments/create and update."""
    del currency
    return fulfillment(body)


def scan(body: Json, currency: str) -> tuple[Record, ...]:
    """Return the scan of fulfillment_events/create."""
    del currency
    return (_scan(body, withdrawn=False),)


def scan_deleted(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that the store took a scan back."""
    del currency
    return (_scan(body, withdrawn=True),)


def _scan(body: Json, *, withdrawn: bool) -> Scan:
    raw_status = reading.required(body, "status")
    status, detail = STATUSES.get(raw_status.lower(), UNKNOWN)
    return Scan(
        external_id=reading.required(body, "id"),
        fulfillment_id=reading.required(body, "fulfillment_id"),
        order_id=reading.text(body, "order_id"),
        status=status,
        detail=detail,
        raw_status=raw_status,
        text=reading.text(body, "message"),
        happened_at=reading.moment(body, "happened_at") or reading.required_moment(body, "created_at"),
        city=reading.text(body, "city"),
        region=reading.text(body, "province"),
        country=reading.text(body, "country"),
        expected_at=reading.moment(body, "estimated_delivery_at"),
        withdrawn=withdrawn,
    )


def _parcels(body: Json) -> tuple[Parcel, ...]:
    numbers = [n for n in reading.texts(body, "tracking_numbers") if n]
    single = reading.text(body, "tracking_number")
    numbers = numbers or ([single] if single else [])
    urls = reading.texts(body, "tracking_urls") or [reading.text(body, "tracking_url") or ""]
    carrier = reading.text(body, "tracking_company")
    linked = dict(zip_longest(numbers, urls[: len(numbers)], fillvalue=""))
    return tuple(Parcel(number=number, carrier=carrier, url=_web(url)) for number, url in linked.items())


def _web(url: str) -> str | None:
    return url if url.startswith(("https://", "http://")) else None
