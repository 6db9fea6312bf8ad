"""Where the links of offers lead: to what we signed and nowhere else, whether or not it could be counted."""

import structlog
from flask import Blueprint, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug import Response

from app.lib.db import transaction
from app.lib.logs import trail
from app.lib.signing import Forged
from app.lib.words import sentence
from app.messages.letters import links
from app.messages.responses import clicks
from app.messages.responses.clicks import Visit
from app.storefront import look

pages = Blueprint("clicked", __name__)

log = structlog.get_logger()


@pages.get("/r/<token>")
def follow(token: str) -> Response:
    """Lead on, and count it; who has not come from a message of ours is led nowhere."""
    try:
        link = links.followed(token)
    except Forged:
        return look.notice(
            404,
            sentence("This link leads nowhere"),
            sentence("Please open the link in your mail again, or look your order up."),
        )
    visit = Visit(
        method=request.method,
        agent=request.headers.get("User-Agent", ""),
        purpose=request.headers.get("Sec-Purpose") or request.headers.get("Purpose", ""),
    )
    try:
        with transaction() as session:
            clicks.keep(session, link, visit)
    except SQLAlchemyError as error:  # a shopper is not kept waiting for a figure
        log.error("click.uncounted", message=link.message_id, **trail(error))
    headers = {"Location": link.target, "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
    return Response(status=302, headers=headers)
