"""The house look: every page for shoppers leaves through here, in its shop's colors and kept private."""

from flask import Blueprint, Response, abort, make_response, render_template

from app.shops.brand import Brand, tokens

pages = Blueprint("look", __name__)

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
HOUSE = Brand(name="Doorstep", url="/track", legal_name="Doorstep")
"""The look of a page that belongs to no shop."""


def page(
    template: str, brand: Brand, *, status: int = 200, indexed: bool = False, **context: object
) -> Response:
    """Return one page; no search engine keeps it unless it is `indexed`, and no cache but its reader's."""
    html = render_template(f"storefront/{template}.html", brand=brand, indexed=indexed, **context)
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    if not indexed:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def notice(status: int, headline: str, lead: str, brand: Brand = HOUSE, shop: str | None = None) -> Response:
    """Return a page that says one thing and leads on to the look-up, of the shop with this domain."""
    return page("notice", brand, status=status, headline=headline, lead=lead, shop=shop)


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
