"""How the sample stores speak to the app: signed deliveries over HTTP, as real stores send them."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests

from demo.sample import SHOPIFY_HOST


@dataclass(slots=True)
class Voice:
    """One store's webhook sender."""

    url: str
    secret: str
    session: requests.Session

    def shopify(self, topic: str, payload: dict[str, Any], *, delivery: str | None = None) -> str:
        """Deliver to the app as Shopify does; returns the delivery's id, for repeating it."""
        delivery = delivery or uuid4().hex
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": SHOPIFY_HOST,
            "X-Shopify-API-Version": "2026-10",
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Event-Id": delivery,
        }
        self._post(payload, headers, "X-Shopify-Hmac-Sha256")
        return delivery

    def woocommerce(self, topic: str, payload: dict[str, Any]) -> None:
        """Deliver to the app as WooCommerce does."""
        resource, _, event = topic.partition(".")
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": "https://harbor-goods.example/",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-ID": "1",
            "X-WC-Webhook-Delivery-ID": uuid4().hex,
        }
        self._post(payload, headers, "X-WC-Webhook-Signature")

    def _post(self, payload: dict[str, Any], headers: dict[str, str], signature: str) -> None:
        body = json.dumps(payload).encode()
        signed = base64.b64encode(hmac.digest(self.secret.encode(), body, hashlib.sha256)).decode()
        for wait in (0.2, 1, 3, None):  # as a store would: again after a while when it is not answered 200
            try:
                answer = self.session.post(
                    self.url, data=body, headers={**headers, signature: signed}, timeout=5
                )
                if answer.ok:
                    return
            except requests.ConnectionError:
                pass
            if wait is not None:
                time.sleep(wait)
