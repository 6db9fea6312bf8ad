"""The shopper's link to an order's tracking page."""

from app.lib import signing
from app.lib.config import settings

PURPOSE = "track"


def tracking_url(order_id: int) -> str:
    """Return the page's address; it never expires by itself, the order's row decides."""
    return f"{settings().url}/t/{token_of(order_id)}"


def token_of(order_id: int) -> str:
    """Return the part of the address that names the order and cannot be made up."""
    return signing.token(PURPOSE, order_id)


def order_of(token: str) -> int:
    """Return the order that a link was made for; raises Forged."""
    order_id = signing.read_token(PURPOSE, token)
    if not isinstance(order_id, int):
        raise signing.Forged
    return order_id
