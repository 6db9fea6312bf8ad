"""The house look: every page for shoppers leaves through here, in its shop's colors and kept private."""

import gzip
from functools import cache
from mimetypes import guess_type

from flask import Blueprint, Response, abort, render_template, request, url_for

from app.lib.config import settings
from app.lib.words import Words
from app.lib.words import of as words_of
from app.shops.brand import Brand, tokens
from app.shops.models import Shop
from app.storefront.press import ROOT, Print, press

pages = Blueprint("look", __name__)

FOLDER = ROOT / "static" / "storefront"
FOR_GOOD = "public, max-age=31536000, immutable"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
}
HTTPS_ONLY = "max-age=31536000; includeSubDomains"
"""For a year, a browser that was here once comes by https only."""
MOST_TAGS, LONGEST_TAG = 10, 35
"""How many languages a browser may ask for, and characters of one; the others are not read."""
WHOLE = "storefront/base.html"
"""The frame of a page that stands by itself."""
HOUSE = Brand(name="Doorstep", url="/track", legal_name="Doorstep")
"""The look of a page that belongs to no shop."""


def always() -> dict[str, str]:
    """Return what every answer says, whatever it is."""
    return {"Strict-Transport-Security": HTTPS_ONLY} if settings().is_https else {}


def page(
    template: str,
    brand: Brand,
    words: Words,
    *,
    status: int = 200,
    indexed: bool = False,
    **context: object,
) -> Response:
    """Return one page; no search engine keeps it unless it is `indexed`, and no cache but its reader's."""
    response = Response(html(template, brand, words, indexed=indexed, **context), status, headers=HEADERS)
    response.headers["Vary"] = "Accept-Language"
    if indexed:
        del response.headers["X-Robots-Tag"]
    return response


def html(template: str, brand: Brand, words: Words, *, indexed: bool = False, **context: object) -> str:
    """Return one page as text."""
    told = {"words": words, "say": words.say, "say_many": words.say_many, "frame": WHOLE, **context}
    return render_template(f"storefront/{template}.html", brand=brand, indexed=indexed, **told)


def printed(page: Print) -> Response:
    """Return a page to whoever does not have it yet, gzipped to whoever can read that."""
    response = Response(headers=HEADERS)
    response.headers["ETag"] = f'W/"{page.tag}"'
    response.headers["Vary"] = "Accept-Encoding"
    if request.if_none_match.contains_weak(page.tag):
        response.status_code = 304
        return response
    return _gzipped(response, page.body)


def _gzipped(response: Response, body: bytes) -> Response:
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"]:
        response.headers["Content-Encoding"] = "gzip"
        response.set_data(body)
    else:
        response.set_data(gzip.decompress(body))
    return response


def notice(status: int, headline: str, lead: str, brand: Brand = HOUSE, shop: Shop | None = None) -> Response:
    """Return a page that says one thing and leads on to the look-up; its sentences are still English."""
    words = reader(shop)
    return page(
        "notice",
        brand,
        words,
        status=status,
        headline=words.say(headline),
        lead=words.say(lead),
        shop=shop and shop.domain,
    )


def reader(shop: Shop | None = None, *known: str | None) -> Words:
    """Return a visitor's language: as known of them, as their browser asks, or as the shop's."""
    asked = [tag for tag in request.accept_languages.values() if len(tag) <= LONGEST_TAG][:MOST_TAGS]
    return words_of(*known, *asked, shop and shop.locale)


@pages.get("/look/<version>/<name>")
def file(version: str, name: str) -> Response:
    """Return a sheet, script or picture of ours, gzipped; for good where its address names this version."""
    known = _files().get(name)
    if known is None:
        abort(404)
    kind, content = known
    response = _gzipped(Response(content_type=kind), content)
    response.headers["Cache-Control"] = FOR_GOOD if version == press() else "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@pages.app_template_global()
def asset(name: str) -> str:
    """Return the address of a file of ours that a page may keep for good."""
    return url_for("storefront.look.file", version=press(), name=name)


@cache
def _files() -> dict[str, tuple[str, bytes]]:
    """Return every file of the storefront by name: its type, and its bytes gzipped."""
    return {
        file.name: (guess_type(file.name)[0] or "", gzip.compress(file.read_bytes(), mtime=0))
        for file in FOLDER.iterdir()
        if file.is_file()
    }


@pages.get("/brand/<code>.css")
def colors(code: str) -> Response:
    """Return a brand color's tokens, for light and dark; its own sheet, as no page may carry inline style."""
    try:
        light, dark = (declarations(f"#{code}", dark=dark) for dark in (False, True))
    except ValueError:
        abort(404)
    sheet = f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    return Response(sheet, mimetype="text/css", headers={"Cache-Control": "public, max-age=86400"})


def declarations(color: str, *, dark: bool) -> str:
    """Return a brand color's tokens as a sheet declares them."""
    return ";".join(f"--{name}:{code}" for name, code in tokens(color, dark=dark).items())
