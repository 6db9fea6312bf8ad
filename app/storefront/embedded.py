"""The tracking page and the look-up inside a store's own pages, for stores that ask with a signed query.

Shopify's app proxy asks and puts the answer into the theme; a plug-in asks the same way, with the secret of
its webhooks. The theme's fonts and colors cannot break the answer, as it stands in a shadow tree; and no word
of a shopper or a carrier is run as Liquid.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select

from app.commerce.models import Order
from app.lib import clock, signed_query
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import Words, sentence
from app.platforms.shopify.domain import shop_domain
from app.shops import brand as brands
from app.shops import install, page_host
from app.shops.brand import Brand
from app.shops.models import Shop
from app.storefront import advice, look, lookup, shown, visitors
from app.storefront.bought import Bought
from app.storefront.lookup import Asked
from app.storefront.page import Page
from app.storefront.press import Print
from app.storefront.shown import Ended, Missing
from app.tracking.page import links
from app.vocabulary import PlatformKey, ShopState

pages = Blueprint("embedded", __name__)

FRAME = "storefront/embedded.html"
VOUCHED = "order_id"
"""In the signed query: an order, as the store calls it, whose shopper the store itself has let in."""
SHEET = "<!--sheet-->"
LIQUID = "application/liquid; charset=utf-8"
HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which store a page will stand."""

    shop: Shop
    home: str
    """The path of the look-up in the store's own address."""
    kind: str
    """What the answer says it is."""
    visitor: str

    def dress(self, template: str, brand: Brand, words: Words, elsewhere: str, **context: Any) -> str:  # noqa: ANN401 - what templates print
        """Return a page as it stands here, its style with it, with no sign of Liquid."""
        own_orders = f"{page_host.public_url(self.shop)}/orders?shop={self.shop.domain}"
        context |= {"home": self.home, "elsewhere": elsewhere, "own_orders": own_orders}
        html = look.html(template, brand, words, frame=FRAME, **context)
        return html.replace("{", "&#123;").replace(SHEET, f"<style>{sheet(brand.color)}</style>", 1)

    def answer(self, html: str | Print) -> Response:
        """Return a page to the store."""
        page = html if isinstance(html, Print) else Print.of(html)
        response = Response(page.html, headers=HEADERS)
        response.headers["Content-Type"] = self.kind
        return response


@pages.route("/proxy/shopify", methods=["GET", "POST"], strict_slashes=False)
@pages.get("/proxy/shopify/t/<token>")
def in_shopify(token: str | None = None) -> Response:
    """Return the look-up, or the page of an order of the shop, to Shopify's app proxy."""
    try:
        place = of_shopify()
    except Forged:
        return refused()
    return _show(place, token)


@pages.route("/embed/<key>", methods=["GET", "POST"])
@pages.get("/embed/<key>/t/<token>")
def in_plugin(key: str, token: str | None = None) -> Response:
    """Return the look-up, or the page of an order of the shop, to a plug-in in the store."""
    try:
        place, said = of_plugin(key)
    except Forged:
        return refused()
    vouched = said.get(VOUCHED)
    if vouched is None or request.method == "POST":
        return _show(place, token)
    order = _order(place.shop, vouched)
    return _soon(place) if order is None else _show(place, None, order)


def of_shopify() -> Place:
    """Return where in which store on Shopify a request came through its app proxy; raises Forged."""
    said = signed_query.read(request.query_string, settings().shopify_secrets, clock.now())
    shop = _installed(PlatformKey.SHOPIFY, domain=shop_domain(said.get("shop", "")))
    seen_by_shopify = request.headers.get("X-Forwarded-For", request.remote_addr or "").partition(",")[0]
    return Place(shop, _path(said), LIQUID, f"{shop.id} {seen_by_shopify}")


def of_plugin(key: str) -> tuple[Place, dict[str, str]]:
    """Return where in which store a plug-in asks, and what it signed; raises Forged."""
    shop = _installed(PlatformKey.WOOCOMMERCE, key=key)
    with transaction() as session:
        secret = install.secret_of(session, shop.id, "webhook_secret")
    said = signed_query.read(request.query_string, [secret or ""], clock.now())
    place = Place(shop, _path(said), look.HEADERS["Content-Type"], f"{shop.id} {said.get('visitor', '')}")
    return place, said


@lru_cache(maxsize=1024)
def sheet(color: str) -> str:
    """Return all style of a page in a shadow tree: light like the themes around it, wide as its place is."""
    return (
        f":host{{display:block;container-type:inline-size;{look.declarations(color, dark=False)}}}\n{_own()}"
    )


@cache
def _own() -> str:
    css = re.sub(r"/\*.*?\*/", "", (look.FOLDER / "shop.css").read_text(), flags=re.DOTALL)
    css = re.sub(r"@media \(prefers-color-scheme: dark\) \{[^{}]*\{[^{}]*\} \}", "", css)
    css = css.replace("color-scheme: light dark", "color-scheme: light")
    css = re.sub(r"(?m)^(\s*)(?::root|html|body)(?= \{)", r"\1:host", css)
    css = re.sub(r"@media (?=\((?:min|max)-width)", "@container ", css)
    return re.sub(r"(?<![\w.])(\d*\.?\d+)rem", lambda found: f"{float(found[1]) * 16:g}px", css)


def _show(place: Place, token: str | None, order: int | None = None) -> Response:
    try:
        wanted = order if token is None else links.order_of(token)
        if wanted is not None:
            return _page(place, wanted)
        if request.method == "GET":
            return _form(place, Asked.linked())
        asked = Asked.typed()
        order_id = lookup.search(place.shop, asked, place.visitor)
        return _form(place, asked, is_refused=True) if order_id is None else _page(place, order_id)
    except (Forged, Missing):
        return notice(
            place,
            sentence("This link leads nowhere"),
            sentence("Please open the link in your mail again, or look your order up."),
        )
    except Ended:
        return notice(
            place,
            sentence("This link has ended"),
            sentence("Tracking pages close 90 days after the delivery. The shop still has your order."),
        )
    except lookup.TooOften:
        return notice(
            place,
            sentence("One moment, please"),
            sentence("That was more tries than we allow in a minute. Wait one, then try again."),
        )


def _page(place: Place, order_id: int) -> Response:
    def dress(page: Page, found: Bought) -> str:
        here, elsewhere = (
            f"{place.home}/t/{links.token_of(order_id)}",
            links.tracking_url(found.shop, order_id),
        )
        shop = found.shop.domain
        return place.dress("track", page.brand, page.words, elsewhere, page=page, here=here, shop=shop)

    parcel = request.args.get("parcel", type=int)
    made = shown.printed(order_id, parcel, dress, place=f"{place.home} ", of_shop=place.shop.id)
    visitors.note(order_id, request.headers.get)
    return place.answer(made)


def _form(place: Place, asked: Asked, *, is_refused: bool = False) -> Response:
    brand, words = brands.of(place.shop), look.reader(place.shop)
    html = place.dress(
        "lookup",
        brand,
        words,
        f"{page_host.public_url(place.shop)}/track?shop={place.shop.domain}",
        asked=asked,
        is_refused=is_refused,
        contact=advice.contact(brand, words.say(advice.WRITE), words.say("I cannot find my order"), words),
    )
    return place.answer(html)


def notice(place: Place, headline: str, lead: str) -> Response:
    """Return a page of one thing to say to the store."""
    brand, words = brands.of(place.shop), look.reader(place.shop)
    told = {"headline": words.say(headline), "lead": words.say(lead)}
    return place.answer(
        place.dress("notice", brand, words, f"{page_host.public_url(place.shop)}/track", **told)
    )


def _soon(place: Place) -> Response:
    """Tell that an order has not been heard of yet: a store's delivery may take minutes."""
    return notice(
        place,
        sentence("We are getting your order ready"),
        sentence("Its page opens here in a few minutes. Please look again then."),
    )


def _order(shop: Shop, external_id: str) -> int | None:
    with transaction() as session:
        known = select(Order.id).filter_by(shop_id=shop.id, external_id=external_id, deleted_at=None)
        return session.scalar(known.where(Order.updated_at.is_not(None)))


def _installed(platform: PlatformKey, **known: str | None) -> Shop:
    if not all(known.values()):
        raise Forged
    with transaction() as session:
        wanted = select(Shop).filter_by(platform=platform, state=ShopState.INSTALLED, **known)
        shop = session.scalar(wanted)
    if shop is None:
        raise Forged
    return shop


def _path(said: dict[str, str]) -> str:
    """Return the path that was signed; any other thing than a path leads nowhere."""
    path = said.get("path_prefix", "")
    return path.rstrip("/") if re.fullmatch(r"(/([\w.~-]|%[0-9A-Fa-f]{2})+)+/?", path, re.ASCII) else ""


def refused() -> Response:
    """Answer a request that no store of ours has signed."""
    return Response("not signed by a store of ours\n", 401, content_type="text/plain")
