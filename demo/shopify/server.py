"""The web server of Ridge & Pine's back office."""

from flask import Flask, Response, jsonify, redirect, render_template_string, request
from werkzeug.wrappers import Response as AnyResponse

from app.lib.config import settings
from demo.shopify import graphql, oauth
from demo.shopify.wire import HOST
from demo.stores import Shelf

WRONG_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105
INSTALL = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Install app</title>
<h1>Install this app on Ridge &amp; Pine?</h1><p>It asks for: {{ scope }}</p>
<form method="post"><input type="hidden" name="redirect_uri" value="{{ redirect_uri }}">
<input type="hidden" name="state" value="{{ state }}"><button>Install</button></form></html>"""

store = Flask("ridge-and-pine", static_folder=None)


@store.post("/admin/api/2026-10/graphql.json")
def admin_api() -> tuple[Response, int]:
    """Answer an operation."""
    shelf = Shelf(HOST)
    if not oauth.is_valid(shelf, request.headers.get("X-Shopify-Access-Token", "")):
        return jsonify(errors=WRONG_TOKEN), 401
    return jsonify(graphql.answer(shelf, request.get_json(silent=True) or {})), 200


@store.get("/bulk/<int:number>.jsonl")
def bulk_file(number: int) -> AnyResponse:
    """Return what a bulk operation has written, or a part of it; whoever has the address may."""
    content = graphql.file_of(Shelf(HOST), f"gid://shopify/BulkOperation/{number}")
    answer = Response(content, content_type="application/jsonl")
    return answer.make_conditional(request, accept_ranges=True, complete_length=len(content))


@store.post("/admin/oauth/access_token")
def access_token() -> tuple[Response, int]:
    """Exchange, renew or redeem for an access token."""
    asked = request.get_json(silent=True) or request.form.to_dict()
    try:
        return jsonify(oauth.grant(Shelf(HOST), asked)), 200
    except oauth.Denied as denied:
        return jsonify(error=denied.code, error_description=denied.sentence), 400


@store.get("/admin/oauth/authorize")
def ask_merchant() -> str | tuple[str, int]:
    """Ask the merchant whether the app may be installed."""
    if request.args.get("client_id") != settings().shopify_client_id or not request.args.get("redirect_uri"):
        return "Oauth error invalid_request: The app could not be found, or names no redirect_uri.", 400
    return render_template_string(
        INSTALL,
        scope=request.args.get("scope", ""),
        redirect_uri=request.args["redirect_uri"],
        state=request.args.get("state", ""),
    )


@store.post("/admin/oauth/authorize")
def merchant_agrees() -> AnyResponse:
    """Send the merchant's browser back to the app with a code."""
    where = oauth.back_to_app(Shelf(HOST), request.form["redirect_uri"], request.form.get("state", ""))
    return redirect(where)


@store.errorhandler(404)
def not_found(_: Exception) -> tuple[Response, int]:
    """Answer as Shopify does for what it does not know."""
    return jsonify(errors="Not Found"), 404
