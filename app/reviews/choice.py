"""Where a shop's reviews are written: on our form, on the store's own, or with an app that is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from sqlalchemy.orm import Session

from app.shops import choices
from app.shops.models import Shop
from app.vocabulary import PlatformKey

SETTING = "reviews"
FORM, STORE, OTHER = "form", "store", "other"
LONGEST_NAME, LONGEST_ADDRESS = 60, 500


class App(NamedTuple):
    """A review app that stands on the product's page."""

    label: str
    fragment: str
    """Where on the page."""


APPS: Mapping[str, App] = MappingProxyType(
    {
        "judgeme": App("Judge.me", "judgeme_product_reviews"),
        "loox": App("Loox", "looxReviews"),
        "stamped": App("Stamped", "stamped-main-widget"),
    }
)
"""By the names that their widgets bear in a theme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the merchant chose."""

    key: str = FORM
    name: str = ""
    """What they call another app."""
    url: str = ""
    """Where that one's form is; {product} and {order} stand for what is reviewed."""

    @property
    def is_form(self) -> bool:
        """Whether reviews are written on our form."""
        return self.key == FORM


class Bought(NamedTuple):
    """What is to be reviewed, as much of it as an address may name."""

    product: str | None
    page: str | None
    order: str | None


def of(shop: Shop) -> Choice:
    """Return what a shop chose; our own form where it chose nothing that fits."""
    chosen = shop.settings.get(SETTING) or {}
    key = str(chosen.get("key") or FORM)
    if key not in keys(shop):
        return Choice()
    return Choice(key=key, name=str(chosen.get("name") or ""), url=str(chosen.get("url") or ""))


def keys(shop: Shop) -> tuple[str, ...]:
    """Return what a shop may choose among."""
    own = (STORE,) if shop.platform is PlatformKey.WOOCOMMERCE else ()
    return (FORM, *own, *APPS, OTHER)


def label(choice: Choice) -> str:
    """Return what a choice is called."""
    names = {FORM: "Doorstep", STORE: "WooCommerce", OTHER: choice.name}
    return APPS[choice.key].label if choice.key in APPS else names[choice.key]


def choose(session: Session, shop: Shop, choice: Choice) -> bool:
    """Keep a choice; False where it names nothing that a mail can lead to."""
    is_fit = choice.key in keys(shop)
    if choice.key == OTHER:
        is_fit = bool(choice.name.strip()) and _is_address(choice.url)
    if is_fit:
        chosen = {"key": choice.key}
        if choice.key == OTHER:
            chosen |= {"name": choice.name.strip()[:LONGEST_NAME], "url": choice.url.strip()}
        choices.keep(session, shop, {SETTING: chosen})
    return is_fit


def page(shop: Shop, bought: Bought) -> str | None:
    """Return where what was bought is reviewed with another; None: on our form, or nowhere we know of."""
    chosen = of(shop)
    if chosen.is_form:
        return None
    if chosen.key == OTHER:
        blanks = {"{product}": bought.product, "{order}": bought.order}
        address = chosen.url
        for blank, value in blanks.items():
            address = address.replace(blank, quote(value or "", safe=""))
        return address
    if not bought.page:
        return None
    fragment = APPS[chosen.key].fragment if chosen.key in APPS else "reviews"
    return f"{bought.page}#{fragment}"


def _is_address(typed: str) -> bool:
    try:
        parts = urlsplit(typed.strip())
    except ValueError:
        return False
    return parts.scheme == "https" and "." in parts.netloc and len(typed) <= LONGEST_ADDRESS
