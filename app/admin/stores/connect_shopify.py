"""How a Shopify store connects: by opening the app; the older dance is there for whoever is outside."""

import hmac
import secrets
from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from app import returning
from app.admin.doors import embedded, session
from app.admin.saying import say
from app.imports import history
from app.lib import clock, signing
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.platforms.shopify import oauth
from app.platforms.shopify.domain import shop_domain
from app.platforms.shopify.oauth import Grant
from app.shops import checkups, errands, install, tokens
from app.vocabulary import PlatformKey, ShopState

HALF_HOURLY, HOURLY, DAILY = 1800, 3600, 86400
COMPARED_AFTER = timedelta(minutes=30)
"""By then everything that there was is read."""
STATE = "shopify-state"
STATE_SECONDS = 600

blueprint = Blueprint("connect_shopify", __name__)


@blueprint.get("", strict_slashes=False)
def opened() -> AnyResponse:
    """Take a member of the store's staff to their shop, which is connected by their coming."""
    asker = embedded.asker()
    if asker is None:
        outside = request.args.get("embedded") != "1" and "id_token" not in request.args
        domain = shop_domain(request.args.get("shop", ""))
        if outside and domain and request.headers.get("Sec-Fetch-Dest") != "iframe":
            return redirect(url_for(".ask_permission", shop=domain))
        embedded.turn_away()
    shop_id = _connected(asker.domain)
    if shop_id is None:
        shop_id = _connect(asker.domain, oauth.exchange(asker.domain, asker.token))
    return redirect(f"/admin/{shop_id}/home?{request.query_string.decode()}")


@blueprint.get("/patch")
def patch() -> AnyResponse:
    """Let App Bridge fetch a fresh ID token and go back to where the visitor wanted to be."""
    if not request.args.get("shopify-reload", "").startswith("/admin/"):
        abort(400, say("This page only brings you back to where you came from."))
    known = {"client_id": settings().shopify_client_id, "app_bridge": embedded.app_bridge()}
    page = render_template("admin/stores/patch.html", **known)
    policy = embedded.frames(shop_domain(request.args.get("shop", "")))
    return Response(page, headers={"Content-Security-Policy": policy})


@blueprint.get("/install")
def ask_permission() -> AnyResponse:
    """Send a merchant who comes from outside to their store, to let us in."""
    domain = shop_domain(request.args.get("shop", ""))
    if domain is None:
        abort(400, say("That is no store’s name. It ends in .myshopify.com."))
    cookie[STATE] = secrets.token_urlsafe(16)
    state = signing.timed_token(STATE, [cookie[STATE], domain])
    back = settings().url + url_for(".permitted")
    return redirect(oauth.permission_url(domain, state, back, oauth.SCOPES))


@blueprint.get("/callback")
def permitted() -> AnyResponse:
    """Connect the store of a merchant who let us in, and let their browser into its pages."""
    expected = _read_state(request.args.get("state", ""), cookie.pop(STATE, None))
    domain = shop_domain(request.args.get("shop", ""))
    if domain is None or domain != expected or not oauth.is_genuine(request.args.to_dict()):
        abort(400, say("This did not come from your store, or took too long. Please start again."))
    shop_id = _connect(domain, oauth.redeem(domain, request.args.get("code", "")))
    session.grant(shop_id)
    return redirect(f"/admin/{shop_id}/home")


@blueprint.errorhandler(Unreachable)
def unreachable(error: Unreachable) -> tuple[str, int]:
    """Say that the store did not let us in, and why."""
    return render_template("admin/stores/silent.html", reason=str(error)), 502


def _connected(domain: str) -> int | None:
    """Return the shop of a store that needs nothing more of us."""
    with transaction() as opened:
        shop = install.find(opened, PlatformKey.SHOPIFY, domain)
        if shop is None or shop.state is not ShopState.INSTALLED or shop.broken_reason:
            return None
        return shop.id if tokens.is_alive(opened, shop.id) else None


def _connect(domain: str, grant: Grant) -> int:
    with transaction() as opened:
        known = install.find(opened, PlatformKey.SHOPIFY, domain)
        store = install.Store(
            platform=PlatformKey.SHOPIFY,
            domain=domain,
            url=known.url if known else f"https://{domain}",
            name=known.name if known else domain.partition(".")[0],
            scopes=grant.scopes,
        )
        shop = install.install(opened, store)
        install.keep_secret(
            opened,
            shop,
            tokens.KIND,
            grant.access,
            refresh=grant.refresh,
            expires_at=grant.expires_at,
            refresh_expires_at=grant.refresh_expires_at,
        )
        errands.add(opened, shop.id, "shopify.shop_info", every=DAILY)
        errands.add(opened, shop.id, "shopify.catch_up", every=HOURLY)
        compared_at = clock.now() + COMPARED_AFTER
        errands.add(opened, shop.id, "shopify.compare", due_at=compared_at, every=DAILY)
        checkups.ask(opened, shop.id)
        errands.add(opened, shop.id, "shopify.stock_catch_up", every=HALF_HOURLY)
        history.begin(opened, shop)
        returning.go_on(opened, shop)
        return shop.id


def _read_state(state: str, nonce: str | None) -> str | None:
    """Return the store that this very browser was sent to, less than ten minutes ago."""
    try:
        said = signing.read_timed_token(STATE, state, STATE_SECONDS)
    except signing.Forged:
        return None
    if not isinstance(said, list) or nonce is None or not hmac.compare_digest(str(said[0]), nonce):
        return None
    return str(said[1])
