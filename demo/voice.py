"""How the sample stores speak to the app: signed deliveries over HTTP, as real stores send them."""

import hashlib
import json
import time
from dataclasses import dataclass, field
from uuid import uuid4

import requests

from app.lib import clock
from app.lib.signing import hmac_base64
from demo.shopify.wire import HOST as SHOPIFY_HOST
from demo.stores import Json, Shelf
from demo.woocommerce import webhooks
from demo.woocommerce.wire import HOME as WOO_HOME

RETRIES = (0.2, 1.0, 3.0)
"""Seconds until Shopify delivers again what was not answered 200 (there it is 8 times over 4 hours)."""
PATIENCE = {"shopify": 5.0, "woocommerce": 60.0}
"""Seconds until a store gives up waiting for an answer."""


@dataclass(slots=True)
class Voice:
    """A store's sender of webhooks to one address."""

    url: str
    secret: str
    session: requests.Session = field(default_factory=requests.Session)

    def shopify(self, topic: str, body: Json, *, delivery: str | None = None) -> str:
        """Deliver as Shopify does, until it is taken; returns the delivery's id, for repeating it."""
        raw = json.dumps(body).encode()
        delivery = delivery or str(uuid4())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": SHOPIFY_HOST,
            "X-Shopify-API-Version": "2026-10",
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Event-Id": delivery,
            "X-Shopify-Triggered-At": clock.now().isoformat().replace("+00:00", "Z"),
            "X-Shopify-Hmac-Sha256": hmac_base64(self.secret, raw),
        }
        for wait in (*RETRIES, None):
            if self._is_taken(raw, headers, PATIENCE["shopify"]) or wait is None:
                break
            time.sleep(wait)
        return delivery

    def woocommerce(self, topic: str, body: Json, *, hook: int = 1) -> bool:
        """Deliver as WooCommerce does, once; tells whether it was taken."""
        raw = json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()
        resource, _, event = topic.partition(".")
        second = (
            f"{hook}{int(time.time())}".encode()
        )  # and so the delivery's id is not unique, as theirs is not
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "WooCommerce/10.5.1 Hookshot (WordPress/7.1)",
            "X-WC-Webhook-Source": f"{WOO_HOME}/",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": hmac_base64(self.secret, raw),
            "X-WC-Webhook-ID": str(hook),
            "X-WC-Webhook-Delivery-ID": hashlib.md5(second, usedforsecurity=False).hexdigest(),
        }
        return self._is_taken(raw, headers, PATIENCE["woocommerce"])

    def _is_taken(self, raw: bytes, headers: dict[str, str], patience: float) -> bool:
        try:
            answer = self.session.post(
                self.url, data=raw, headers=headers, timeout=patience, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return answer.ok


@dataclass(slots=True)
class Registered:
    """Harbor Goods' senders: to whoever has registered a webhook."""

    shelf: Shelf
    session: requests.Session = field(default_factory=requests.Session)

    def woocommerce(self, topic: str, body: Json) -> None:
        """Deliver to every active webhook of a topic."""
        for hook in self.shelf.every("webhook"):
            if hook["topic"] == topic and hook["status"] == "active":
                voice = Voice(hook["delivery_url"], hook["secret"], self.session)
                taken = voice.woocommerce(topic, body, hook=hook["id"])
                webhooks.count(self.shelf, hook["id"], failed=not taken)
