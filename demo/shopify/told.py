"""What apps tell Ridge & Pine of its parcels: kept, shown beside what carriers told, and announced."""

from collections.abc import Iterable
from datetime import datetime
from threading import Thread

from app.lib import clock
from app.lib.config import settings
from demo.sales import Sale, Scan
from demo.shopify import wire
from demo.stores import Json, Shelf
from demo.voice import Voice

FIRST = 7 * 10**15
"""The ids of such events begin here, far from those of carriers."""
NOWHERE = ("", "", "")


def create(shelf: Shelf, asked: Json) -> Json:
    """Answer fulfillmentEventCreate, and announce what it made as Shopify does: a moment later."""
    sale = _sale(shelf, asked["fulfillmentId"])
    if sale is None:
        field = ["fulfillmentEvent", "fulfillmentId"]
        return {
            "fulfillmentEvent": None,
            "userErrors": [{"field": field, "message": "Fulfillment not found."}],
        }
    now = clock.now().replace(microsecond=0)
    at = datetime.fromisoformat(asked["happenedAt"]) if asked.get("happenedAt") else now
    ident = FIRST + shelf.take_number("told")
    kept = {"status": asked["status"], "at": at.isoformat(), "message": asked.get("message"), "id": ident}
    parcel_id = _number(asked["fulfillmentId"])
    shelf.put("told", ident, {**kept, "parcel": parcel_id})
    parcel = next(parcel for parcel in sale.parcels if parcel.id == parcel_id)
    scan = Scan(id=ident, status=asked["status"].lower(), at=at, place=NOWHERE)
    body = wire.scan(sale, parcel, scan) | {"message": kept["message"], "city": None, "country": None}
    changed = wire.fulfillment(sale, parcel) | {"shipment_status": scan.status, "updated_at": wire.time(now)}
    announce([("fulfillment_events/create", body), ("fulfillments/update", changed)])
    return {"fulfillmentEvent": _event(kept), "userErrors": []}


def add(shelf: Shelf, order: Json | None) -> Json | None:
    """Return an order whose fulfillments show what apps told as well, in the order of its happening."""
    told = shelf.every("told")
    for sent in order["fulfillments"] if order else ():
        mine = [_event(row) for row in told if row["parcel"] == _number(sent["id"])]
        sent["events"] = sorted([*sent["events"], *mine], key=lambda event: str(event["happenedAt"]))
    return order


def announce(notices: Iterable[tuple[str, Json]]) -> None:
    """Tell the app, without keeping whoever asked waiting."""
    voice = Voice(f"{settings().url}/webhooks/shopify", settings().shopify_client_secret)
    Thread(target=_tell, args=(voice, list(notices)), daemon=True).start()


def _tell(voice: Voice, notices: list[tuple[str, Json]]) -> None:
    for topic, body in notices:
        voice.shopify(topic, body)


def _event(row: Json) -> Json:
    at = datetime.fromisoformat(row["at"]).strftime("%Y-%m-%dT%H:%M:%SZ")
    nowhere = dict.fromkeys(("city", "province", "country", "zip", "estimatedDeliveryAt"))
    return {
        **nowhere,
        "__typename": "FulfillmentEvent",
        "id": f"gid://shopify/FulfillmentEvent/{row['id']}",
        "status": row["status"],
        "message": row["message"],
        "happenedAt": at,
        "createdAt": at,
    }


def _sale(shelf: Shelf, fulfillment: str) -> Sale | None:
    row = shelf.get("sale", _number(fulfillment) // 10)
    sale = Sale.model_validate(row) if row else None
    known = sale is not None and any(parcel.id == _number(fulfillment) for parcel in sale.parcels)
    return sale if known else None


def _number(gid: str) -> int:
    return int(gid.rpartition("/")[2])
