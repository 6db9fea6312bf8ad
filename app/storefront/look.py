"""The house look: every page for shoppers leaves through here, in its shop's colors and kept private."""

from flask import Blueprint, Response, abort, make_response, render_template, request

from app.lib.words import Words
from app.lib.words import of as words_of
from app.shops.brand import Brand, tokens
from app.shops.models import Shop

pages = Blueprint("look", __name__)

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
HOUSE = Brand(name="Doorstep", url="/track", legal_name="Doorstep")
"""The look of a page that belongs to no shop."""


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
    told = {"words": words, "say": words.say, "say_many": words.say_many, **context}
    html = render_template(f"storefront/{template}.html", brand=brand, indexed=indexed, **told)
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    if not indexed:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
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
    return words_of(*known, *request.accept_languages.values(), shop and shop.locale)


@pages.get("/brand/<code>.css")
def colors(code: str) -> Response:
    """Return a brand color's tokens, for light and dark; its own sheet, as no page may carry inline style."""
    try:
        light, dark = (_declarations(f"#{code}", dark=dark) for dark in (False, True))
    except ValueError:
        abort(404)
    sheet = f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    return Response(sheet, mimetype="text/css", headers={"Cache-Control": "public, max-age=86400"})


def _declarations(color: str, *, dark: bool) -> str:
    return ";".join(f"--{name}:{code}" for name, code in tokens(color, dark=dark).items())
