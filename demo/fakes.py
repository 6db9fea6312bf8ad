"""The outside world's servers: whatever host the demo's stand-ins name is answered here."""

from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, jsonify

PICTURES = Path(__file__).parent / "pictures"

stores = Flask("stores", root_path=str(Path(__file__).parent), static_folder=None)


@stores.get("/pictures/<name>.svg")
def picture(name: str) -> Response:
    """Return a sample product's picture."""
    known = {file.stem: file for file in PICTURES.glob("*.svg")}
    if name not in known:
        return Response(status=404)
    return Response(known[name].read_bytes(), content_type="image/svg+xml")


@stores.errorhandler(404)
def no_route(_: Exception) -> tuple[Response, int]:
    """Answer as WordPress does for what it does not know."""
    body = {
        "code": "rest_no_route",
        "message": "No route was found matching the URL and request method.",
        "data": {"status": 404},
    }
    return jsonify(body), 404


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer for every stand-in host."""
    return stores(environ, start_response)
