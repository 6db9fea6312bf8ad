"""A server of the merchant's: what happened as we write it, signed as Standard Webhooks says, and Svix does.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, version 1.0.0.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

import orjson

from app.lib.http import is_public
from app.lib.words import merchant_sentence
from app.listeners import base
from app.listeners.base import Field, Keys, Listener, ListenerKind, Occasion, Request, Unfit

PREFIX = "whsec_"
BYTES = 32
"""Of a secret; the specification wants 24 to 64."""
LONGEST = 2000


def check(keys: Keys) -> None:
    """Take an https address without a password in it, at a name or a public number."""
    url = keys["url"]
    parts = urlsplit(url)
    try:
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unfit(merchant_sentence("That is no address.")) from error
    if parts.scheme != "https" or not host or len(url) > LONGEST or any(ord(it) <= 32 for it in url):  # noqa: PLR2004 - a space
        raise Unfit(merchant_sentence("That is no address. It looks like https://your-server.com/doorstep."))
    if parts.username or parts.password:
        raise Unfit(
            merchant_sentence("Leave name and password out of the address: every delivery is signed.")
        )
    if _is_private(host):
        raise Unfit(
            merchant_sentence("That address is inside a private network, where Doorstep does not call.")
        )


def request(keys: Keys, occasion: Occasion) -> Request:
    """Return the delivery, signed with the secret, and with the last one while that still counts."""
    body = orjson.dumps(occasion.told)
    ident, at = str(occasion.told["id"]), str(int(occasion.at.timestamp()))
    signatures = (sign(secret, ident, at, body) for secret in _valid(keys, occasion))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": ident,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(signatures),
    }
    return Request(url=keys["url"], body=body, headers=headers)


def sign(secret: str, ident: str, at: str, body: bytes) -> str:
    """Return one signature of a delivery: "v1,…"."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unfit(merchant_sentence("The secret is not base64.")) from error
    signed = hmac.digest(key, b".".join((ident.encode(), at.encode(), body)), hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def new_secret() -> Mapping[str, str]:
    """Return a secret that nobody has seen."""
    return {"secret": PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()}


def _valid(keys: Keys, occasion: Occasion) -> list[str]:
    """Return the secrets that count now, the newest first: the one before the last change for a day."""
    old, ends_at = keys.get("old_secret"), float(keys.get("old_secret_until", 0))
    return [keys["secret"], *([old] if old and occasion.at.timestamp() < ends_at else [])]


def _is_private(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
    return not is_public(host)


PLUGIN = Listener(
    key="webhook",
    label=merchant_sentence("Webhook"),
    kind=ListenerKind.ENDPOINT,
    fields=(
        Field(
            name="url",
            label=merchant_sentence("Address"),
            help=merchant_sentence("Of a server that answers 2xx within 15 seconds: https://…"),
            is_secret=False,
        ),
    ),
    manual=merchant_sentence(
        "Each delivery is signed as Standard Webhooks says; libraries for it exist in every language."
    ),
    hears=base.EVERYTHING,
    starts_with=base.EVERYTHING,
    check=check,
    request=request,
    makes=new_secret,
)
