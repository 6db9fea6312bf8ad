"""Pages inside Shopify's back office: browsers keep no cookies there, so every request says who asks.

A page's address and a script's request carry an ID token that App Bridge fetched; a form carries a token
of ours. A page without one is sent through the patch page, where App Bridge fetches it and comes back.
"""

from typing import NoReturn
from urllib.parse import urlencode

from flask import Response, abort, redirect, request, url_for

from app.lib import signing
from app.lib.config import settings
from app.platforms.shopify import session_token
from app.platforms.shopify.session_token import Asker, BadToken

FORM = "embedded-form"
FORM_SECONDS = 3600
RETRY = "X-Shopify-Retry-Invalid-Session-Request"
BEARER = "Bearer "
OFFICE = "/office/app-bridge.js"
"""Where the demo's stand-in for Shopify's back office has its own App Bridge."""


def asker() -> Asker | None:
    """Return the member of a store's staff who makes this request; None for anybody else."""
    header = request.headers.get("Authorization", "")
    token = header.removeprefix(BEARER) if header.startswith(BEARER) else request.args.get("id_token", "")
    try:
        return session_token.verify(token) if token else _of_form()
    except BadToken:
        return None


def form_token(asker: Asker) -> str:
    """Return what a form on a page of theirs must carry, in place of a cookie."""
    return signing.timed_token(FORM, [asker.domain, asker.user_id])


def turn_away() -> NoReturn:
    """Answer a stranger: App Bridge is asked for a fresh token where it runs, anybody else gets 401."""
    if request.headers.get("Authorization", "").startswith(BEARER):
        abort(Response(status=401, headers={RETRY: "1"}))
    framed = request.headers.get("Sec-Fetch-Dest") == "iframe" or request.args.get("embedded") == "1"
    if request.method != "GET" or not framed:
        abort(401)
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in ("id_token", "shopify-reload")]
    back = f"{request.path}?{urlencode(kept)}" if kept else request.path
    query = urlencode([*kept, ("shopify-reload", back)])
    abort(redirect(f"{url_for('admin.connect_shopify.patch')}?{query}"))


def app_bridge() -> str:
    """Return the address of App Bridge, which has to be Shopify's own copy."""
    return OFFICE if settings().demo else "https://cdn.shopify.com/shopifycloud/app-bridge.js"


def frames(domain: str | None) -> str:
    """Return the policy that lets nobody but a store's own back office frame a page."""
    store = f"https://{domain} " if domain else ""
    office = " 'self'" if settings().demo else ""
    return f"frame-ancestors {store}https://admin.shopify.com{office}"


def _of_form() -> Asker | None:
    if request.method != "POST":
        return None
    try:
        said = signing.read_timed_token(FORM, request.form.get("csrf", ""), FORM_SECONDS)
    except signing.Forged:
        return None
    return Asker(said[0], said[1], "") if isinstance(said, list) else None
