"""How the sample stores speak to the app: signed deliveries over HTTP, as real stores send them."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from uuid import uuid4

import requests

from app.lib import clock
from demo.shopify.wire import HOST as SHOPIFY_HOST
from demo.stores import Json, Shelf
from demo.woocommerce import webhooks
from demo.woocommerce.wire import HOME as WOO_HOME

RETRIES = (0.2, 1.0, 3.0)
"""Seconds until Shopify delivers again what was not answered 200 (there it is 8 times over 4 hours)."""
PATIENCE = 5.0
"""Seconds until Shopify gives up waiting for an answer."""


@dataclass(slots=True)
class ShopifyVoice:
    """Ridge & Pine's sender of webhooks."""

    url: str
    secret: str
    session: requests.Session = field(default_factory=requests.Session)

    def tell(self, topic: str, body: Json, *, times: int = 1) -> None:
        """Deliver, and deliver again under the same id as often as asked."""
        raw = json.dumps(body).encode()
        delivery = str(uuid4())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": SHOPIFY_HOST,
            "X-Shopify-API-Version": "2026-10",
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Event-Id": str(uuid4()),
            "X-Shopify-Triggered-At": clock.now().isoformat().replace("+00:00", "Z"),
            "X-Shopify-Hmac-Sha256": _signature(self.secret, raw),
        }
        for _ in range(times):
            for wait in (*RETRIES, None):
                if _is_taken(self.session, self.url, raw, headers, PATIENCE) or wait is None:
                    break
                time.sleep(wait)


@dataclass(slots=True)
class WooVoice:
    """Harbor Goods' sender of webhooks: to whoever has registered one, and never a second time."""

    shelf: Shelf
    session: requests.Session = field(default_factory=requests.Session)

    def tell(self, topic: str, body: Json, *, times: int = 1) -> None:
        """Deliver to every active webhook of a topic."""
        raw = json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()
        for hook in self.shelf.every("webhook"):
            if hook["topic"] == topic and hook["status"] == "active":
                for _ in range(times):
                    self._deliver(hook, raw)

    def _deliver(self, hook: Json, raw: bytes) -> None:
        second = f"{hook['id']}{int(time.time())}"
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "WooCommerce/10.5.1 Hookshot (WordPress/7.1)",
            "X-WC-Webhook-Source": f"{WOO_HOME}/",
            "X-WC-Webhook-Topic": hook["topic"],
            "X-WC-Webhook-Resource": hook["resource"],
            "X-WC-Webhook-Event": hook["event"],
            "X-WC-Webhook-Signature": _signature(hook["secret"], raw),
            "X-WC-Webhook-ID": str(hook["id"]),
            "X-WC-Webhook-Delivery-ID": hashlib.md5(second.encode(), usedforsecurity=False).hexdigest(),
        }
        taken = _is_taken(self.session, hook["delivery_url"], raw, headers, 60)
        webhooks.count(self.shelf, hook["id"], failed=not taken)


def _signature(secret: str, raw: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), raw, hashlib.sha256)).decode()


def _is_taken(
    session: requests.Session, url: str, raw: bytes, headers: dict[str, str], patience: float
) -> bool:
    try:
        return session.post(url, data=raw, headers=headers, timeout=patience, allow_redirects=False).ok
    except requests.RequestException:
        return False
