"""The shopper's links to an order's tracking page: their own, and one to share that shows no prices."""

from app.lib import signing
from app.shops import page_host
from app.shops.models import Shop

PURPOSE, GIFT = "track", "gift"
"""What a link is signed for: neither opens the other's page, nor tells what the other is."""


def tracking_url(shop: Shop, order_id: int) -> str:
    """Return the page's address; it never expires by itself, the order's row decides."""
    return f"{page_host.public_url(shop)}/t/{token_of(order_id)}"


def short_url(shop: Shop, order_id: int) -> str:
    """Return an address that leads to the page, short enough for a text message."""
    return f"{page_host.public_url(shop)}/s/{signing.short_token(PURPOSE, order_id)}"


def order_of_short(token: str) -> int:
    """Return the order that a short link was made for; raises Forged."""
    return signing.read_short_token(PURPOSE, token)


def token_of(order_id: int) -> str:
    """Return the part of the address that names the order and cannot be made up."""
    return signing.token(PURPOSE, order_id)


def order_of(token: str) -> int:
    """Return the order that a link was made for; raises Forged."""
    return _order_of(PURPOSE, token)


def gift_url(shop: Shop, order_id: int) -> str:
    """Return the address of the page without prices and names."""
    return f"{page_host.public_url(shop)}/g/{gift_token_of(order_id)}"


def gift_token_of(order_id: int) -> str:
    """Return the part of that address that names the order and cannot be made up."""
    return signing.token(GIFT, order_id)


def order_of_gift(token: str) -> int:
    """Return the order that a link to share was made for; raises Forged."""
    return _order_of(GIFT, token)


def _order_of(purpose: str, token: str) -> int:
    order_id = signing.read_token(purpose, token)
    if not isinstance(order_id, int):
        raise signing.Forged
    return order_id
