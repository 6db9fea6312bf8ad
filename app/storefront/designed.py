"""The tracking page as it is being designed, in a frame: nothing on it runs or leads anywhere.

The frame's address says what is shown; it is given out by the designer's page, and good for an hour or two.
"""

import re
from functools import cache

from flask import Blueprint, Response, abort
from sqlalchemy import select

from app.commerce.models import Product
from app.lib import clock
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.signing import Forged
from app.shops.models import Shop
from app.storefront import look, moments, own_section
from app.storefront.page import draw
from app.tracking.page import designs
from app.vocabulary import PlatformKey, ShopState

pages = Blueprint("designed", __name__)

POLICY = (
    "sandbox; default-src 'none'; img-src https: data: {ours}; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
IN_OFFICE = "https://admin.shopify.com"
LOADED = re.compile(r"<script\b[^>]*></script>|<link\b[^>]*>")
DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
MOST_THINGS = 2


@pages.get("/designed/<token>")
def show(token: str) -> Response:
    """Show the draft of a shop's page, at a moment of an order, by day."""
    return _shown(token, dark=False)


@pages.get("/designed/<token>/dark")
def show_dark(token: str) -> Response:
    """Show it by night."""
    return _shown(token, dark=True)


def _shown(token: str, *, dark: bool) -> Response:
    try:
        shop_id, variant, moment = designs.read_token(token)
    except Forged:
        abort(404)
    with transaction() as session:
        shop = session.scalar(select(Shop).filter_by(id=shop_id, state=ShopState.INSTALLED))
        if shop is None:
            abort(404)
        design = designs.draft(session, shop)
        of = design.variants[variant - 1] if 0 < variant <= len(design.variants) else None
        country = next(iter(of.countries), shop.country) if of else shop.country
        tags = of.tags if of else ()
        designed = designs.as_designed(shop, design)
        pictured = select(Product).filter_by(shop_id=shop.id, deleted_at=None)
        pictured = pictured.where(Product.title.is_not(None), Product.image_url.is_not(None))
        things = session.scalars(pictured.order_by(Product.id.desc()).limit(MOST_THINGS)).all()
        offered = own_section.products_of(session, designed, design.arranged(variant).own)
    bought = moments.bought(designed, moment, clock.now(), country=country, things=things, offered=offered)
    bought.order.tags = list(tags)
    page = draw(bought, clock.now())
    html = look.html("track", page.brand, page.words, page=page, shop=designed.domain)
    return _framed(shop, _dressed(html, page.brand.color, dark=dark))


def _dressed(html: str, color: str, *, dark: bool) -> str:
    """Return a page with its style in it, by day or by night whatever the window is, and with no script."""
    sheet = f":root{{{look.declarations(color, dark=dark)}}}\n{_sheet()}"
    sheet = DARK.sub("@media all" if dark else "@media not all", sheet)
    sheet += f"\n:root{{color-scheme:{'dark' if dark else 'light'}}}"
    return LOADED.sub("", html).replace("</head>", f'<base target="_blank"><style>{sheet}</style></head>', 1)


@cache
def _sheet() -> str:
    return (look.FOLDER / "shop.css").read_text()


def _framed(shop: Shop, html: str) -> Response:
    response = Response(html, mimetype="text/html")
    office = f" https://{shop.domain} {IN_OFFICE}" if shop.platform is PlatformKey.SHOPIFY else ""
    response.headers["Content-Security-Policy"] = POLICY.format(ours=settings().url) + office
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-store"
    return response
