"""Parcels that shipment plug-ins write into an order's meta data, and WooCommerce's own fulfillments."""

from datetime import UTC, datetime

from app.lib import clock
from app.platforms import reading
from app.platforms.base import IN_ORDER, Fulfillment, Json, Parcel

SHIPMENT_TRACKING = "_wc_shipment_tracking_items"
"""WooCommerce Shipment Tracking and Advanced Shipment Tracking: [{tracking_provider, tracking_number, …}]."""
AFTERSHIP = "_aftership_tracking_items"
"""AfterShip: [{slug, tracking_number, …}]."""
AFTERSHIP_NUMBER = "_aftership_tracking_number"
AFTERSHIP_CARRIER = "_aftership_tracking_provider_name"


def parcels(body: Json, order_id: str, updated_at: datetime) -> tuple[Fulfillment, ...]:
    """Return a fulfillment for each tracking number in the order; a number given twice counts once."""
    meta = _meta(body)
    found: dict[str, Fulfillment] = {}
    for line in _lines(meta):
        number = reading.text(line, "tracking_number")
        if number is None:
            continue
        ident = f"{IN_ORDER}{order_id}:{reading.text(line, 'tracking_id') or number}"
        parcel = Parcel(number=number, carrier=_carrier(line), url=_url(line, number))
        found.setdefault(
            number,
            Fulfillment(
                external_id=ident,
                order_id=order_id,
                updated_at=updated_at,
                shipped_at=_shipped_at(line) or updated_at,
                parcels=(parcel,),
            ),
        )
    return tuple(found.values())


def core_fulfillment(data: Json, order_id: str) -> Fulfillment | None:
    """Return a fulfillment of WooCommerce's own (REST orders/<id>/fulfillments); None for a draft.

    Its `date_updated` is local time without a zone, so our own clock says when we learned of it.
    """
    if not data.get("is_fulfilled"):
        return None
    meta = _meta(data)
    number = reading.text(meta, "_tracking_number")
    carrier = reading.text(meta, "_shipment_provider") or reading.text(meta, "_shipping_provider")
    now = clock.now()
    lines = reading.objects(meta, "_items")
    return Fulfillment(
        external_id=f"core:{reading.required(data, 'id')}",
        order_id=order_id,
        updated_at=now,
        shipped_at=reading.moment(meta, "_date_fulfilled") or now,
        parcels=(Parcel(number=number, carrier=carrier, url=_web(reading.text(meta, "_tracking_url"))),),
        items=tuple(
            (reading.required(i, "item_id"), reading.whole(i, "qty") or 0) for i in lines if i.get("item_id")
        ),
    )


def _meta(data: Json) -> Json:
    return {reading.text(m, "key") or "": m.get("value") for m in reading.objects(data, "meta_data")}


def _lines(meta: Json) -> list[Json]:
    lines = [*reading.objects(meta, SHIPMENT_TRACKING), *reading.objects(meta, AFTERSHIP)]
    if isinstance(meta.get(AFTERSHIP_NUMBER), str):
        lines.append({"tracking_number": meta[AFTERSHIP_NUMBER], "slug": meta.get(AFTERSHIP_CARRIER)})
    return lines


def _carrier(line: Json) -> str | None:
    fields = ("custom_tracking_provider", "tracking_provider", "slug")
    return next((name for name in (reading.text(line, field) for field in fields) if name), None)


def _url(line: Json, number: str) -> str | None:
    link = _web(reading.text(line, "custom_tracking_link"))
    return link.replace("%number%", number) if link else None


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) else None


def _shipped_at(line: Json) -> datetime | None:
    """Read the Unix time that plug-ins write, as a string or a number; a future one is a typing error."""
    raw = reading.text(line, "date_shipped")
    if raw is None or not raw.isdigit() or len(raw) > len("9999999999"):
        return None
    at = datetime.fromtimestamp(int(raw), UTC)
    return at if at <= clock.now() else None
