"""A stand-in for Shopify's back office: a frame around the app, its navigation, its save bar, and its tokens.

What it and its App Bridge do is what Shopify's own pages say of theirs (shopify.dev/docs/api/app-home): a
token that lives for a minute, asked for by the frame and put into every fetch; a second try where the app
asks for one; a page that only fetches a token and goes on; the links of s-app-nav beside the frame; a bar
that saves or discards.
"""

from pathlib import Path

from flask import Flask, Response, render_template, request

from demo.shopify import oauth
from demo.shopify.wire import HOST

PAGES = Path(__file__).parent / "pages"
APP_HOST = "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvcmlkZ2UtYW5kLXBpbmU"
"""What Shopify names the frame's host by: "admin.shopify.com/store/ridge-and-pine" in base64."""

office = Flask("office", root_path=str(PAGES), template_folder=".", static_folder=None)


@office.get("/office", strict_slashes=False)
def frame() -> str:
    """Show the app inside the back office."""
    return page(request.host_url.rstrip("/"))


@office.get("/office/session-token")
def session_token() -> Response:
    """Return what the office would hand to the frame: a token for whoever is signed in to it."""
    return Response(oauth.session_token(), content_type="text/plain", headers={"Cache-Control": "no-store"})


@office.get("/office/app-bridge.js")
def app_bridge() -> Response:
    """Return what runs in the frame."""
    return Response(bridge(), content_type="text/javascript; charset=utf-8")


def page(app: str) -> str:
    """Return the office's page around an app at this address."""
    query = f"embedded=1&shop={HOST}&host={APP_HOST}"
    return render_template("office.html", app=app, opened=f"{app}/admin/shopify?{query}")


def bridge() -> str:
    """Return the stand-in for App Bridge."""
    return (PAGES / "app-bridge.js").read_text()
