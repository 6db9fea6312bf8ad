"""Queries that a store's front signs: Shopify's app proxy, and the plug-in that asks as Shopify does.

The signature is the hex HMAC-SHA256 of all other parameters, decoded, as "name=value" without separator in
order; values of a repeated name are joined by commas. https://shopify.dev/docs/apps/build/online-store/app-proxies
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from app.lib.signing import Forged

MAX_AGE = timedelta(seconds=90)
ONCE = ("shop", "timestamp", "signature", "hmac", "path_prefix", "visitor")
"""What decides something may be said only once."""


def read(query: bytes, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """Return what a query says, if one of the secrets signed it within 90 seconds; raises Forged."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in parse_qsl(query.decode(errors="replace"), keep_blank_values=True):
        said[name].append(value)
    if any(len(said[name]) > 1 for name in ONCE if name in said):
        raise Forged
    joined = {name: ",".join(values) for name, values in said.items()}
    given = joined.pop("signature", "")
    signed = "".join(sorted(f"{name}={value}" for name, value in joined.items())).encode()
    stamp = joined.get("timestamp", "")
    if not (stamp.isascii() and stamp.isdecimal() and given.isascii()):
        raise Forged
    if abs(now.timestamp() - int(stamp)) > MAX_AGE.total_seconds():
        raise Forged
    if not any(hmac.compare_digest(_signature(secret, signed), given) for secret in secrets if secret):
        raise Forged
    return joined


def _signature(secret: str, signed: bytes) -> str:
    return hmac.digest(secret.encode(), signed, hashlib.sha256).hex()
