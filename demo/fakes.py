"""The outside world's servers: whatever host the demo's stand-ins name is answered here."""

from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort

from demo.meta import HOST as META_HOST
from demo.meta import api as meta
from demo.shopify.server import store as ridge_and_pine
from demo.shopify.wire import HOST as SHOPIFY_HOST
from demo.twilio import HOST as TWILIO_HOST
from demo.twilio import api as twilio
from demo.ups import HOST as UPS_HOST
from demo.ups import api as ups
from demo.woocommerce.server import store as harbor_goods
from demo.woocommerce.wire import HOST as WOO_HOST

PICTURES = {file.stem: file for file in (Path(__file__).parent / "pictures").glob("*.svg")}
OTHERS: dict[str, WSGIApplication] = {
    SHOPIFY_HOST: ridge_and_pine,
    WOO_HOST: harbor_goods,
    UPS_HOST: ups,
    TWILIO_HOST: twilio,
    META_HOST: meta,
}

gallery = Flask("gallery", static_folder=None)


@gallery.get("/pictures/<name>.svg")
def picture(name: str) -> Response:
    """Return a sample product's picture."""
    file = PICTURES.get(name) or abort(404)
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(file.read_bytes(), content_type="image/svg+xml", headers=headers)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer for every stand-in host, and with pictures on any host."""
    host = environ.get("HTTP_HOST", "").partition(":")[0]
    in_gallery = environ.get("PATH_INFO", "").startswith("/pictures/")
    return (gallery if in_gallery else OTHERS.get(host, gallery))(environ, start_response)
