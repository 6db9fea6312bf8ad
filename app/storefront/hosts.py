"""A shop's own address shows that shop's pages and nobody else's; any other address is ours."""

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from werkzeug import Response as BaseResponse

from app.lib.signing import Forged
from app.reviews import links as review_links
from app.shops import page_host
from app.tracking.page import links

pages = Blueprint("hosts", __name__)

EVERYWHERE = ("storefront.", "static")
"""What a shop's own address shows: shoppers' pages, no admin."""
OPENS = {"/t/": links.order_of, "/g/": links.order_of_gift, "/review/": review_links.order_of}
"""Where a link's token stands, and what it is a link to."""


def of_shop() -> int | None:
    """Return the shop at whose own address this request came; None at ours."""
    found: int | None = g.get("of_shop")
    return found


@pages.before_app_request
def keep_apart() -> BaseResponse | None:
    """Let nothing be seen at a shop's own address but that shop's pages."""
    if request.blueprint == "health":  # it is asked for by number, and answers while the database is away
        return None
    g.of_shop = shop_id = page_host.shop_at(request.host)
    if shop_id is None:
        return None
    if request.path == "/":
        return redirect(url_for("storefront.lookup.ask"), 303)
    if not (request.endpoint or "").startswith(EVERYWHERE):
        abort(404)
    order_of = next((it for prefix, it in OPENS.items() if request.path.startswith(prefix)), None)
    if order_of is not None:
        try:
            is_theirs = page_host.shop_of(order_of((request.view_args or {}).get("token", ""))) == shop_id
        except Forged:
            is_theirs = False
        if not is_theirs:
            abort(404)
    return None


@pages.get("/.well-known/doorstep/chosen")
def is_chosen() -> Response:
    """Tell the proxy in front whether it may fetch a certificate for `?domain=`: a shop has chosen it."""
    chosen = page_host.is_chosen(request.args.get("domain", "").lower())
    return Response(status=200 if chosen else 404)


@pages.get("/.well-known/doorstep")
def prove() -> Response:
    """Say what only this installation says at the host that was asked for."""
    name = request.host.lower().rpartition(":")[0] or request.host.lower()
    return Response(f"{page_host.proof(name)}\n", content_type="text/plain")
