"""The link that ends mails of one kind to one address; it names a message by number, nobody by name."""

from app.lib import signing
from app.lib.config import settings

PURPOSE, CONFIRM = "unsubscribe", "confirm-offers"


def preferences_url(shop_id: int, message_id: int) -> str:
    """Return the address behind List-Unsubscribe, which is also that of the page; it never expires."""
    return f"{settings().url}/u/{signing.token(PURPOSE, [shop_id, message_id])}"


def short_preferences_url(message_id: int) -> str:
    """Return an address that leads to that page, short enough for a text message."""
    return f"{settings().url}/s/{signing.short_token(PURPOSE, message_id)}"


def message_of_short(token: str) -> int:
    """Return the message that a short link was made for; raises Forged."""
    return signing.read_short_token(PURPOSE, token)


def confirm_url(shop_id: int, message_id: int) -> str:
    """Return the address of the page whose button says yes to offers from the mailbox itself."""
    return f"{settings().url}/c/{signing.token(CONFIRM, [shop_id, message_id])}"


def message_of(token: str, purpose: str = PURPOSE) -> tuple[int, int]:
    """Return the shop and the message that a link was made for; raises Forged."""
    match signing.read_token(purpose, token):
        case [int(shop_id), int(message_id)]:
            return shop_id, message_id
        case _:
            raise signing.Forged
