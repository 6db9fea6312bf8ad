"""The programming interface: what the merchant's pages do, for their own programs, with a key of theirs."""

from flask import Blueprint

from app.api import customers, document, exceptions, flows, messages, shipments, stock
from app.api.routes import Rooms

PREFIX = "/api/v1"

blueprint = Blueprint("api", __name__)
ROOMS: Rooms = (shipments, exceptions, messages, customers, flows, stock)
ROUTES = tuple(route for room in ROOMS for route in room.routes)
for each in ROUTES:
    each.join(blueprint)
document.join(blueprint, PREFIX, ROUTES)
