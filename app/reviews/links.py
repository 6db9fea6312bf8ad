"""The link behind a request for a review: it names an order, and opens its form without a password."""

from app.lib import signing
from app.shops import page_host
from app.shops.models import Shop

PURPOSE, PHOTO = "review", "review-photo"
SHOWN_SECONDS = 3600


def review_url(shop: Shop, order_id: int) -> str:
    """Return where an order's products are reviewed; it never expires by itself, the order's row decides."""
    return f"{page_host.public_url(shop)}/review/{token_of(order_id)}"


def short_review_url(shop: Shop, order_id: int) -> str:
    """Return an address that leads there, short enough for a text message."""
    return f"{page_host.public_url(shop)}/s/{signing.short_token(PURPOSE, order_id)}"


def order_of_short(token: str) -> int:
    """Return the order that a short link was made for; raises Forged."""
    return signing.read_short_token(PURPOSE, token)


def token_of(order_id: int) -> str:
    """Return the part of the address that names the order and cannot be made up."""
    return signing.token(PURPOSE, order_id)


def order_of(token: str) -> int:
    """Return the order that a link was made for; raises Forged."""
    order_id = signing.read_token(PURPOSE, token)
    if not isinstance(order_id, int):
        raise signing.Forged
    return order_id


def photo_token(shop_id: int, photo_id: int) -> str:
    """Return the part of an address that shows a photo for an hour to whoever has it."""
    return signing.timed_token(PHOTO, [shop_id, photo_id])


def photo_of(token: str) -> tuple[int, int]:
    """Return the shop and the photo that a token was made for; raises Forged."""
    match signing.read_timed_token(PHOTO, token, SHOWN_SECONDS):
        case [int(shop_id), int(photo_id)]:
            return shop_id, photo_id
        case _:
            raise signing.Forged
