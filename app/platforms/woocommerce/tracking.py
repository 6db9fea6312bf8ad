"""Parcels that shipment plug-ins write into an order's meta data, and WooCommerce's own fulfillments."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from app.lib import clock, reading
from app.lib.reading import Json
from app.platforms.purchases import IN_ORDER, Fulfillment, Parcel

SHIPMENT_TRACKING = "_wc_shipment_tracking_items"
"""WooCommerce Shipment Tracking and Advanced Shipment Tracking: [{tracking_provider, tracking_number, …}]."""
AFTERSHIP = "_aftership_tracking_items"
"""AfterShip: [{slug, tracking_number, …}]."""
AFTERSHIP_NUMBER = "_aftership_tracking_number"
AFTERSHIP_CARRIER = "_aftership_tracking_provider_name"
CORE = "core:"
"""Prefix of the id of WooCommerce's own fulfillments."""
A_DAY = timedelta(days=1)


def parcels(body: Json, order_id: str, created_at: datetime, updated_at: datetime) -> tuple[Fulfillment, ...]:
    """Return a fulfillment for each tracking number in the order; a number given twice counts once.

    A parcel is known by its number: plug-ins edit one by deleting it and adding it again under a new id.
    """
    found: dict[str, Fulfillment] = {}
    for line in _lines(_meta(body)):
        number = reading.text(line, "tracking_number")
        if number is None:
            continue
        ident = f"{IN_ORDER}{order_id}:{re.sub(r'[^0-9A-Z]', '', number.upper()) or number}"
        parcel = Parcel(number=number, carrier=_carrier(line), url=_url(line, number))
        fulfillment = Fulfillment(
            external_id=ident,
            order_id=order_id,
            updated_at=updated_at,
            shipped_at=_shipped_at(line, not_before=created_at - A_DAY) or updated_at,
            parcels=(parcel,),
        )
        found.setdefault(ident, fulfillment)
    return tuple(found.values())


def core_fulfillment(data: Json, order_id: str, zone: tzinfo) -> Fulfillment | None:
    """Return a fulfillment of WooCommerce's own (REST orders/<id>/fulfillments); None for a draft.

    Its times are the store's local ones. `date_updated` is not renewed by every change, so our own clock
    says when we learned of it.
    """
    if not data.get("is_fulfilled"):
        return None
    meta = _meta(data)
    number = reading.text(meta, "_tracking_number")
    carrier = reading.text(meta, "_shipment_provider") or reading.text(meta, "_shipping_provider")
    now = clock.now()
    shipped_at = reading.moment(meta, "_date_fulfilled", zone)
    return Fulfillment(
        external_id=f"{CORE}{reading.required(data, 'id')}",
        order_id=order_id,
        updated_at=now,
        shipped_at=min(shipped_at, now) if shipped_at else now,
        parcels=(Parcel(number=number, carrier=carrier, url=_web(reading.text(meta, "_tracking_url"))),),
        items=tuple(
            (reading.required(line, "item_id"), reading.whole(line, "qty") or 0)
            for line in _list(meta, "_items")
            if line.get("item_id")
        ),
    )


def _meta(data: Json) -> Json:
    return {reading.text(m, "key") or "": m.get("value") for m in reading.objects(data, "meta_data")}


def _lines(meta: Json) -> list[Json]:
    single = {"tracking_number": meta.get(AFTERSHIP_NUMBER), "slug": meta.get(AFTERSHIP_CARRIER)}
    return [*_list(meta, SHIPMENT_TRACKING), *_list(meta, AFTERSHIP), single]


def _list(meta: Json, key: str) -> list[Json]:
    """Return a list's objects; PHP writes a list from which one was deleted as {"1": …, "2": …}."""
    value = meta.get(key)
    lines = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [line for line in lines if isinstance(line, dict)]


def _carrier(line: Json) -> str | None:
    fields = ("custom_tracking_provider", "tracking_provider", "slug")
    return next((name for name in (reading.text(line, field) for field in fields) if name), None)


def _url(line: Json, number: str) -> str | None:
    link = _web(reading.text(line, "custom_tracking_link"))
    return link.replace("%number%", number) if link else None


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) else None


def _shipped_at(line: Json, *, not_before: datetime) -> datetime | None:
    """Read the Unix time that plug-ins write, as a string or a number; one out of reach is a typing error."""
    raw = reading.text(line, "date_shipped") or ""
    if not re.fullmatch(r"[0-9]{1,10}", raw):
        return None
    at = datetime.fromtimestamp(int(raw), UTC)
    return at if not_before <= at <= clock.now() else None
