"""The web server of Harbor Goods: WordPress's root, WooCommerce's REST API, and the pages of wc-auth."""

import secrets
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from demo.stores import Shelf
from demo.woocommerce import analytics, auth, coupons, rest, reviews, wire

LOGGED_IN = "wordpress_logged_in"
PERMISSIONS = {
    "read": ("View coupons", "View customers", "View orders and sales reports", "View products"),
    "write": ("Create webhooks", "Create coupons", "Create customers", "Create orders", "Create products"),
    "read_write": (
        "Create webhooks",
        "View and manage coupons",
        "View and manage customers",
        "View and manage orders and sales reports",
        "View and manage products",
    ),
}

store = Flask(
    "harbor-goods", root_path=str(Path(__file__).parent), template_folder="pages", static_folder=None
)
store.register_blueprint(rest.blueprint, url_prefix="/wp-json/wc/v3")
store.register_blueprint(coupons.blueprint, url_prefix="/wp-json/wc/v3")
store.register_blueprint(reviews.blueprint, url_prefix="/wp-json/wc/v3")
store.register_blueprint(analytics.blueprint, url_prefix="/wp-json/wc-analytics")


@store.get("/wp-json/")
def root() -> Response:
    """Tell who we are and which APIs we have."""
    about = {"name": "Harbor Goods", "description": "Things for the kitchen", "gmt_offset": 0}
    return jsonify({**wire.TEMPLATES["root"], **about, "timezone_string": "Europe/Dublin"})


@store.get("/wp-cron.php")
def clockwork() -> str:
    """Run what is due; this store tells of everything at once, so nothing is."""
    return ""


@store.get("/wc-auth/v1/authorize")
@store.get("/wc-auth/v1/authorize/")
def authorize() -> AnyResponse | str:
    """Ask the merchant whether the app may have keys."""
    asked = auth.wanted(request.args.to_dict())
    if LOGGED_IN not in request.cookies:
        return redirect(f"{wire.HOME}/wc-auth/v1/login/?{urlencode(asked)}")
    nonce = secrets.token_hex(5)
    Shelf(wire.HOST).put("nonce", nonce, {})
    return render_template(
        "grant.html",
        asked=asked,
        scope=auth.SCOPES[asked["scope"]],
        permissions=PERMISSIONS[asked["scope"]],
        host=urlsplit(asked["callback_url"]).hostname,
        approve=f"{wire.HOME}/wc-auth/v1/access_granted/?{urlencode({**asked, 'wc_auth_nonce': nonce})}",
        deny=auth.back_to_app(asked, success=False),
    )


@store.get("/wc-auth/v1/login/")
def login_form() -> str:
    """Ask the merchant to log in."""
    asked = auth.wanted(request.args.to_dict())
    back = f"{wire.HOME}/wc-auth/v1/authorize/?{urlencode(asked)}"
    cancel = auth.back_to_app(asked, success=False)
    return render_template("login.html", asked=asked, authorize=back, cancel=cancel)


@store.post("/wc-auth/v1/login/")
def login() -> AnyResponse:
    """Log the merchant in; the sample store takes any name and password."""
    asked = auth.wanted(request.args.to_dict())
    answer = make_response(redirect(f"{wire.HOME}/wc-auth/v1/authorize/?{urlencode(asked)}"))
    answer.set_cookie(LOGGED_IN, "merchant", httponly=True, samesite="Lax")
    return answer


@store.get("/wc-auth/v1/access_granted/")
def access_granted() -> AnyResponse:
    """Hand keys to the app, once for each time the merchant was asked."""
    asked, shelf = auth.wanted(request.args.to_dict()), Shelf(wire.HOST)
    nonce = request.args.get("wc_auth_nonce", "")
    if shelf.get("nonce", nonce) is None or LOGGED_IN not in request.cookies:
        raise auth.Mistaken("Invalid nonce verification.")
    shelf.drop("nonce", nonce)
    return redirect(auth.hand_over(shelf, asked))


@store.errorhandler(auth.Mistaken)
def denied(mistake: auth.Mistaken) -> tuple[str, int]:
    """Show what was wrong, as WooCommerce does: a page, 401."""
    return render_template("denied.html", sentence=str(mistake)), 401


@store.errorhandler(404)
def no_route(_: Exception) -> tuple[Response, int]:
    """Answer as WordPress does for what it does not know."""
    return rest.wrong("rest_no_route", "No route was found matching the URL and request method.", 404)
