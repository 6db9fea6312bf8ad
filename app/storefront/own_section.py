"""The merchant's own part of a page: a heading, cleaned words, and products of the shop."""

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Product
from app.lib import markup
from app.lib.words import Words
from app.lib.words import of as words_of
from app.shops.models import Shop
from app.tracking.page.sections import Own


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A product that the merchant shows."""

    title: str
    url: str
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSection:
    """What the page prints of it."""

    heading: str
    html: Markup
    products: tuple[Offered, ...]
    language: str | None
    """Of the merchant's words, where it is not the page's."""


def products_of(session: Session, shop: Shop, own: Own) -> tuple[Offered, ...]:
    """Return the products that a shop's own part shows, as far as they still are there; at most one query."""
    if not own.products:
        return ()
    there = select(Product).where(
        Product.shop_id == shop.id, Product.external_id.in_(own.products), Product.deleted_at.is_(None)
    )
    found = {row.external_id: row for row in session.scalars(there)}
    return tuple(
        Offered(title=row.title, url=row.url, picture=_secure(row.image_url))
        for row in map(found.get, own.products)
        if row is not None and row.title and row.url and _secure(row.url)
    )


def of(shop: Shop, own: Own, products: tuple[Offered, ...], words: Words) -> OwnSection | None:
    """Return the part as a page in a language prints it; None while there is nothing in it."""
    theirs = words_of(shop.locale)
    html = markup.clean(own.text)
    if not html and not products:
        return None
    return OwnSection(
        heading=own.heading or shop.name,
        html=Markup(html),  # noqa: S704 - cleaned in the line above
        products=products,
        language=theirs.tag if theirs.language != words.language else None,
    )


def _secure(address: str | None) -> str | None:
    return address if address and address.startswith("https://") else None
