"""What the headers of a WooCommerce delivery say; only the body is signed."""

import hashlib
import re
from collections.abc import Mapping

from app.lib.reading import Json, Unreadable
from app.platforms.base import Envelope

PING = re.compile(rb"webhook_id=\d+")
FORM = "application/x-www-form-urlencoded"


def envelope(headers: Mapping[str, str], body: bytes) -> Envelope:
    """Return topic and identity: the delivery id alone is shared by all deliveries of one second."""
    topic = headers.get("x-wc-webhook-topic")
    if not topic:
        raise Unreadable("X-WC-Webhook-Topic is missing")
    digest = hashlib.sha256(body).hexdigest()
    return Envelope(topic=topic, identity=f"{headers.get('x-wc-webhook-delivery-id', '')}:{digest}")


def sender(headers: Mapping[str, str], rest: str) -> str:
    """Return the URL's key: what the headers claim of the source is not compared."""
    del headers
    return rest


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """Tell the greeting that WooCommerce sends, unsigned, when a webhook is made; it insists on a 200."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == FORM and PING.fullmatch(body) is not None


def dated(topic: str, body: bytes) -> bool:
    """Tell whether the body carries its own updated time."""
    del topic
    return b'"date_modified_gmt":"' in body


def shop_named(topic: str, body: Json) -> None:
    """Name no shop: a delivery belongs to the one whose key and secret it passes."""
    del topic, body
