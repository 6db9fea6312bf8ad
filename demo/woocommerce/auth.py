"""Harbor Goods' keys: who holds them, and the dance by which a merchant hands them to an app."""

import secrets

from demo.stores import Json, Shelf


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
