"""The shopper's pages."""

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.lib.words import sentence
from app.storefront import (
    back_in_stock,
    calendar,
    cases,
    clicked,
    confirming,
    designed,
    embedded,
    feedback,
    hosts,
    look,
    lookup,
    notified,
    others,
    own_orders,
    preferences,
    reviews,
    short,
    surveys,
    tracking,
    updates,
)

blueprint = Blueprint("storefront", __name__)
for _room in (
    hosts,
    look,
    tracking,
    updates,
    others,
    cases,
    feedback,
    calendar,
    lookup,
    own_orders,
    embedded,
    designed,
    back_in_stock,
    preferences,
    confirming,
    reviews,
    surveys,
    short,
    clicked,
    notified,
):
    blueprint.register_blueprint(_room.pages)


@blueprint.app_errorhandler(404)
@blueprint.app_errorhandler(405)
def not_found(error: HTTPException) -> Response:
    """Answer an address that does not exist, or not for what was tried there."""
    answer = look.notice(
        error.code or 404,
        sentence("There is nothing here"),
        sentence("Please check the address, or look your order up."),
    )
    if isinstance(error, MethodNotAllowed):
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return answer


@blueprint.app_errorhandler(500)
def failed(error: HTTPException) -> Response:
    """Answer a fault of ours, without asking anything that may be at fault itself."""
    del error
    return look.notice(
        500,
        sentence("Something went wrong"),
        sentence("It is our fault, not yours. Please try again in a minute."),
    )
