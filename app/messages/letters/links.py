"""The links that messages hold; they name a message by number, nobody by name."""

from dataclasses import dataclass

from app.lib import signing
from app.lib.config import settings
from app.shops import page_host
from app.shops.models import Shop

PURPOSE, CONFIRM, CLICK, CART = "unsubscribe", "confirm-offers", "click", "cart"
SURVEY, LEAD = "survey", "lead"
ON_THE_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Clicks:
    """For which message its links are counted."""

    shop_id: int
    message_id: int
    is_offer: bool
    """Whether all that lead away are, or only those that ask or sell."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A link of a message, and where it leads."""

    shop_id: int
    message_id: int
    target: str


def preferences_url(shop_id: int, message_id: int) -> str:
    """Return the address behind List-Unsubscribe, which is also that of the page; it never expires."""
    return f"{settings().url}/u/{signing.token(PURPOSE, [shop_id, message_id])}"


def short_preferences_url(message_id: int) -> str:
    """Return an address that leads to that page, short enough for a text message."""
    return f"{settings().url}/s/{signing.short_token(PURPOSE, message_id)}"


def short_cart_url(shop: Shop, message_id: int) -> str:
    """Return an address that leads to the cart that a message reminds of, short enough for a text message."""
    return f"{page_host.public_url(shop)}/s/{signing.short_token(CART, message_id)}"


def short_lead_url(shop: Shop, message_id: int) -> str:
    """Return an address that leads to where in its store a message's button does."""
    return f"{page_host.public_url(shop)}/s/{signing.short_token(LEAD, message_id)}"


def survey_url(shop_id: int, message_id: int) -> str:
    """Return the address of the page where a message's question is answered; it never expires."""
    return f"{settings().url}/answer/{signing.token(SURVEY, [shop_id, message_id])}"


def short_survey_url(shop: Shop, message_id: int) -> str:
    """Return an address that leads to that page, short enough for a text message."""
    return f"{page_host.public_url(shop)}/s/{signing.short_token(SURVEY, message_id)}"


def message_of_short(token: str, purpose: str = PURPOSE) -> int:
    """Return the message that a short link was made for; raises Forged."""
    return signing.read_short_token(purpose, token)


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


def click_url(shop_id: int, message_id: int, target: str) -> str:
    """Return an address that counts who follows it, and leads where only we can have written."""
    return f"{settings().url}/r/{signing.token(CLICK, [shop_id, message_id, target])}"


def followed(token: str) -> Followed:
    """Return the link that a token was made for; raises Forged."""
    match signing.read_token(CLICK, token):
        case [int(shop_id), int(message_id), str(target)] if target.startswith(ON_THE_WEB):
            return Followed(shop_id, message_id, target)
        case _:
            raise signing.Forged


def on_the_web(address: str | None) -> str | None:
    """Return an address that a browser opens; None for any other."""
    return address if address and address.startswith(ON_THE_WEB) else None


def secure(address: str | None) -> str | None:
    """Return an address that a mail may load a picture from, over TLS or of our own; None for any other."""
    return address if address and address.startswith(("https://", f"{settings().url}/")) else None
