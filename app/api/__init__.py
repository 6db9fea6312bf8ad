"""The programming interface: what the merchant's pages do, for their own programs, with a key of theirs."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, request

from app.api import customers, document, exceptions, flows, messages, routes, shipments, stock
from app.api.routes import Room

PREFIX = "/api/v1"

blueprint = Blueprint("api", __name__)
ROOMS: tuple[Room, ...] = (shipments, exceptions, messages, customers, flows, stock)
ROUTES = tuple(route for room in ROOMS for route in room.routes)
for each in ROUTES:
    each.join(blueprint)
document.join(blueprint, PREFIX, ROUTES)


def join(app: Flask) -> None:
    """Be reached; what is refused in front of the routes, as an unknown address, is told as they tell it."""
    app.register_blueprint(blueprint, url_prefix=PREFIX)
    app.after_request(_tell_as_json)


def _tell_as_json(answer: Response) -> Response:
    is_ours = request.path == PREFIX or request.path.startswith(f"{PREFIX}/")
    is_page = answer.status_code >= HTTPStatus.BAD_REQUEST and not answer.is_json
    return routes.as_problem(answer) if is_ours and is_page else answer
