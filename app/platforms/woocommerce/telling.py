"""Telling a store on WooCommerce where a parcel is: a private note, and in the end the order's meta data."""

import re
from datetime import UTC, datetime, tzinfo
from html import unescape
from typing import Any

from app.lib import reading
from app.lib.reading import Json
from app.vocabulary import ShipmentStatus as S

WORDS = {
    S.PICKED_UP: "was picked up by the carrier",
    S.IN_TRANSIT: "is on its way",
    S.DELAYED: "is running late",
    S.OUT_FOR_DELIVERY: "is out for delivery",
    S.AVAILABLE_FOR_PICKUP: "is ready to be collected",
    S.ATTEMPT_FAILED: "could not be delivered yet",
    S.RETURN_TO_SENDER: "is on its way back",
    S.DELIVERED: "was delivered",
}
DELIVERED = "_doorstep_delivered_at"
"""Meta key of an order all of which has arrived; its value is ISO 8601 in UTC, as WooCommerce's *_gmt are."""


def note(word: str, parcel: str | None, at: datetime, zone: tzinfo) -> Json:
    """Return a note as it is made: for the store's staff, so that WooCommerce mails nobody.

    The same for the same news, however often it is made: so it is known again.
    """
    when = at.astimezone(zone)
    what = f"Parcel {parcel}" if parcel else "The parcel"
    text = f"{what} {word}: {when:%Y-%m-%d %H:%M}. (Doorstep)"
    return {"note": text, "customer_note": False}


def same_note(listed: Any, wanted: Json) -> Json | None:  # noqa: ANN401 - a stranger's JSON
    """Return the note among an order's that says just this."""
    rows = listed if isinstance(listed, list) else []
    texts = ((row, reading.text(row, "note") or "") for row in rows if isinstance(row, dict))
    return next((row for row, text in texts if _plain(text) == _plain(wanted["note"])), None)


def ident(made: Any) -> str | None:  # noqa: ANN401 - a stranger's JSON
    """Return what the store calls a note."""
    return reading.text(made, "id") if isinstance(made, dict) else None


def delivered(at: datetime) -> Json:
    """Return the change of an order that says that all of it has arrived."""
    return {"meta_data": [{"key": DELIVERED, "value": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")}]}


def says_delivered(order: Json, change: Json) -> bool:
    """Tell whether an order's meta data says so already."""
    wanted = change["meta_data"][0]
    meta = reading.objects(order, "meta_data")
    return any(line.get("key") == DELIVERED and line.get("value") == wanted["value"] for line in meta)


def _plain(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())
