"""Harbor Goods' webhooks: who has registered one, and what becomes of one that fails."""

import secrets
from copy import deepcopy

import requests

from app.lib import clock
from demo.stores import Json, Shelf
from demo.woocommerce import wire

TOPICS = {f"{thing}.{event}" for thing in ("order", "product", "customer", "coupon")
          for event in ("created", "updated", "deleted", "restored")} - {"customer.restored"}  # fmt: skip
CARTS = {"cart.updated", "cart.deleted"}
"""The topics that our companion plug-in adds; Harbor Goods has it."""
FAILURES_AT_MOST = 5
"""One more consecutive failure than this, and one more again, and a webhook is disabled."""
HIDDEN = ("secret", "failures")


class Refused(Exception):
    """The store does not make this webhook; `code` and the sentence are WooCommerce's own."""

    def __init__(self, code: str, message: str, **data: object) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


def create(shelf: Shelf, asked: Json) -> Json:
    """Register a webhook and greet its receiver; raises Refused."""
    hook: Json = deepcopy(wire.TEMPLATES["webhook"])
    now = clock.now()
    ident = shelf.take_number("webhook")
    hook |= {"id": ident, "name": f"Webhook created on {now:%b %d, %Y @ %I:%M %p}", "date_modified": None}
    hook |= {"secret": secrets.token_hex(25), "failures": 0, "status": "active"}
    hook |= {"date_created_gmt": f"{now:%Y-%m-%dT%H:%M:%S}", "date_modified_gmt": None}
    hook |= {"date_created": f"{now.astimezone(wire.ZONE):%Y-%m-%dT%H:%M:%S}"}
    hook["_links"]["self"][0]["href"] = f"{wire.HOME}/wp-json/wc/v3/webhooks/{ident}"
    if not asked.get("delivery_url"):
        params = ["delivery_url"]
        raise Refused("rest_missing_callback_param", "Missing parameter(s): delivery_url", params=params)
    _change(hook, {"topic": "", **asked})
    shelf.put("webhook", ident, hook)
    _ping(hook)
    return hook


def update(shelf: Shelf, ident: int, asked: Json) -> Json | None:
    """Change a webhook; a new address is greeted. Raises Refused."""
    hook = shelf.get("webhook", ident)
    if hook is None:
        return None
    before = hook["delivery_url"]
    _change(hook, asked)
    hook["date_modified_gmt"] = f"{clock.now():%Y-%m-%dT%H:%M:%S}"
    shelf.put("webhook", ident, hook)
    if hook["delivery_url"] != before:
        _ping(hook)
    return hook


def shown(hook: Json) -> Json:
    """Return a webhook as REST shows it: its secret is never told."""
    return {name: value for name, value in hook.items() if name not in HIDDEN}


def count(shelf: Shelf, ident: int, *, failed: bool) -> None:
    """Note what became of a delivery: the seventh failure in a row disables, a success forgives."""
    hook = shelf.get("webhook", ident)
    if hook is None or not (failed or hook["failures"]):
        return
    if failed and hook["failures"] > FAILURES_AT_MOST:
        hook["status"] = "disabled"
    hook["failures"] = min(hook["failures"] + 1, FAILURES_AT_MOST + 1) if failed else 0
    shelf.put("webhook", ident, hook)


def _change(hook: Json, asked: Json) -> None:
    topic, url = asked.get("topic"), asked.get("delivery_url")
    if (
        topic is not None
        and topic not in TOPICS | CARTS
        and not str(topic).startswith(("action.woocommerce_", "action.wc_"))
    ):
        sentence = "Webhook topic is required and must be valid."
        raise Refused("woocommerce_rest_shop_webhook_invalid_topic", sentence)
    if url is not None and not str(url).startswith(("https://", "http://")):
        sentence = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise Refused("woocommerce_rest_shop_webhook_invalid_delivery_url", sentence)
    hook |= {
        name: asked[name] for name in ("name", "status", "topic", "delivery_url", "secret") if asked.get(name)
    }
    hook["resource"], _, hook["event"] = str(hook["topic"]).partition(".")
    action = "doorstep_{resource}_{event}" if hook["topic"] in CARTS else "woocommerce_{event}_{resource}"
    hook["hooks"] = [action.format_map(hook)]


def _ping(hook: Json) -> None:
    """Greet the receiver, unsigned and as a form, as WooCommerce does; nobody cares about the answer."""
    try:
        requests.post(hook["delivery_url"], data={"webhook_id": hook["id"]}, timeout=5)
    except requests.RequestException:
        return
