"""The name of a Shopify store: the only host that we ever send a token to."""

import re

PATTERN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")


def shop_domain(raw: str) -> str | None:
    """Return a store's name in lower case; None for anything that is not one."""
    name = raw.strip().lower()
    return name if PATTERN.fullmatch(name) else None
