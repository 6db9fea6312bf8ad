"""Harbor Goods' keys: who holds them, and the dance by which a merchant hands them to an app."""

import secrets
from urllib.parse import urlencode, urlsplit

import requests

from demo.stores import Json, Shelf
from demo.woocommerce.wire import HOME

SCOPES = {"read": "Read", "write": "Write", "read_write": "Read/Write"}
ALLOWED = {
    "read": ("GET",),
    "write": ("POST", "PUT", "DELETE"),
    "read_write": ("GET", "POST", "PUT", "DELETE"),
}
PARAMETERS = ("app_name", "user_id", "return_url", "callback_url", "scope")
LOOPBACK = ("127.0.0.1", "localhost")
"""The demo itself has no certificate; every other callback must be over SSL, as at a real store."""


class NoEntry(Exception):
    """The store does not let this request in; `code` and the sentence are WooCommerce's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Mistaken(Exception):
    """The app asked for keys in a way that the store refuses; the sentence is WooCommerce's own."""


def issue(shelf: Shelf, permissions: str) -> Json:
    """Return a new pair of REST keys."""
    key = f"ck_{secrets.token_hex(20)}"
    found = {
        "key_id": shelf.take_number("key"),
        "consumer_key": key,
        "consumer_secret": f"cs_{secrets.token_hex(20)}",
        "key_permissions": permissions,
    }
    shelf.put("key", key, found)
    return found


def check(shelf: Shelf, method: str, key: str, secret: str) -> None:
    """Let the holder of a pair of keys in; raises NoEntry."""
    found = shelf.get("key", key) if key else None
    if found is None:
        raise NoEntry("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
    if found["consumer_secret"] != secret:
        raise NoEntry("woocommerce_rest_authentication_error", "Consumer secret is invalid.")
    if method not in (*ALLOWED[found["key_permissions"]], "HEAD", "OPTIONS"):
        kind = "read" if method == "GET" else "write"
        sentence = f"The API key provided does not have {kind} permissions."
        raise NoEntry("woocommerce_rest_authentication_error", sentence)


def wanted(asked: dict[str, str]) -> dict[str, str]:
    """Return what an app asks for; raises Mistaken."""
    for name in PARAMETERS:
        if not asked.get(name):
            raise Mistaken(f"Missing parameter {name}.")
    if asked["scope"] not in SCOPES:
        raise Mistaken(f"Invalid scope {asked['scope']}.")
    for name in ("return_url", "callback_url"):
        if not urlsplit(asked[name]).hostname:
            raise Mistaken(f"The {asked[name]} is not a valid URL.")
    back = urlsplit(asked["callback_url"])
    if back.scheme != "https" and back.hostname not in LOOPBACK:
        raise Mistaken("The callback_url needs to be over SSL.")
    return {name: asked[name] for name in PARAMETERS}


def hand_over(shelf: Shelf, asked: dict[str, str]) -> str:
    """Post new keys to the app from server to server; returns where the browser goes. Raises Mistaken."""
    keys = issue(shelf, asked["scope"])
    body = {"key_id": keys["key_id"], "user_id": asked["user_id"], **keys}
    headers = {
        "User-Agent": f"WordPress/7.1; {HOME}",
        "Content-Type": "application/json;charset=UTF-8",
    }
    try:
        status = requests.post(asked["callback_url"], json=body, headers=headers, timeout=10).status_code
    except requests.RequestException:
        status = 0
    if status != requests.codes.ok:
        shelf.drop("key", keys["consumer_key"])
        raise Mistaken(
            "An error occurred in the request and at the time were unable to send the consumer data."
        )
    return back_to_app(asked, success=True)


def back_to_app(asked: dict[str, str], *, success: bool) -> str:
    """Return the app's page that the merchant comes back to."""
    joint = "&" if "?" in asked["return_url"] else "?"
    return f"{asked['return_url']}{joint}{urlencode({'success': int(success), 'user_id': asked['user_id']})}"
