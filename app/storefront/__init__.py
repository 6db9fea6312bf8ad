"""The shopper's pages."""

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from app.lib.words import sentence
from app.storefront import calendar, cases, embedded, hosts, look, lookup, preferences, tracking

blueprint = Blueprint("storefront", __name__)
for _room in (hosts, look, tracking, cases, calendar, lookup, embedded, preferences):
    blueprint.register_blueprint(_room.pages)


@blueprint.app_errorhandler(404)
def not_found(error: HTTPException) -> Response:
    """Answer an address that does not exist."""
    del error
    return look.notice(
        404,
        sentence("There is nothing here"),
        sentence("Please check the address, or look your order up."),
    )


@blueprint.app_errorhandler(500)
def failed(error: HTTPException) -> Response:
    """Answer a fault of ours, without asking anything that may be at fault itself."""
    del error
    return look.notice(
        500,
        sentence("Something went wrong"),
        sentence("It is our fault, not yours. Please try again in a minute."),
    )
