"""What the headers of a Shopify delivery say; only the body is signed."""

from collections.abc import Mapping

from app.lib.reading import Json, Unreadable
from app.platforms.base import Envelope
from app.platforms.shopify.domain import shop_domain

UNDATED = ("app/uninstalled", "variants/in_stock", "variants/out_of_stock")
"""Topics whose bodies may come again, byte for byte, for something that happened again."""


def envelope(headers: Mapping[str, str], body: bytes) -> Envelope:
    """Return topic and identity; the same delivery id on another topic is another delivery."""
    del body
    topic = headers.get("x-shopify-topic")
    identity = headers.get("x-shopify-webhook-id") or headers.get("x-shopify-event-id")
    if not topic or not identity:
        raise Unreadable("X-Shopify-Topic or X-Shopify-Webhook-Id is missing")
    return Envelope(topic=topic, identity=identity)


def sender(headers: Mapping[str, str], rest: str) -> str:
    """Return the shop that the delivery claims to come from."""
    del rest
    domain = shop_domain(headers.get("x-shopify-shop-domain", ""))
    if domain is None:
        raise Unreadable("X-Shopify-Shop-Domain is missing or no myshopify.com name")
    return domain


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """Return False: Shopify signs everything."""
    del headers, body
    return False


def dated(topic: str, body: bytes) -> bool:
    """Tell whether the body carries its own updated time."""
    return topic not in UNDATED and b'"updated_at"' in body


def shop_named(topic: str, body: Json) -> str | None:
    """Return the myshopify.com name that the body itself holds, where it does."""
    del topic
    for field in ("shop_domain", "myshopify_domain"):
        if isinstance(body.get(field), str) and body[field]:
            return str(body[field]).lower()
    for field in ("order_status_url", "abandoned_checkout_url"):
        host = str(body.get(field) or "").partition("://")[2].partition("/")[0]
        domain = shop_domain(host)
        if domain is not None:
            return domain
    return None
