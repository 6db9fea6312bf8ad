"""The only wiring of the web process: ingress in front of Flask."""

from datetime import timedelta
from pathlib import Path
from types import TracebackType

import structlog
from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app import admin, api, health, storefront
from app.admin import saying
from app.admin.stores import connect_woocommerce, imports, plugin_page
from app.lib.config import settings
from app.lib.logs import configure, trail
from app.lib.rsgi import Pages, Upload
from app.lib.signing import Forged
from app.reviews import links as review_links
from app.reviews import photos
from app.storefront import look, reviews
from app.storefront.front import Front
from webhooks.ingress import Ingress

ROOT = Path(__file__).parent.parent
FORM_LIMIT = 1_000_000
STRICTEST = "default-src 'none'; frame-ancestors 'none'"
IN_A_THEME = "/proxy/"
UNUSED_FOR = timedelta(days=7)
"""A browser that does not come back for so long is forgotten."""

log = structlog.get_logger()


class House(Flask):
    """Flask, but a page that fails is logged by its rule: addresses hold tokens, and forms hold shoppers."""

    def log_exception(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Log one line that says where it failed."""
        told = trail(exc_info[1]) if exc_info[1] else {}
        log.error("page.failed", method=request.method, page=str(request.url_rule), **told)


def create_app() -> Flask:
    """Return the Flask application with every page."""
    configure()
    app = House("doorstep", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.secret_key, is_https = settings().keys[0], settings().is_https
    app.config.update(
        SECRET_KEY_FALLBACKS=list(settings().keys[1:]),
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="__Host-doorstep" if is_https else "doorstep",
        PERMANENT_SESSION_LIFETIME=UNUSED_FOR,
        MAX_CONTENT_LENGTH=FORM_LIMIT,
    )
    if settings().proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings().proxies)  # type: ignore[method-assign] # Flask says so
    app.before_request(_widen)
    app.before_request(_refuse_nul)
    app.after_request(_protect)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(storefront.blueprint)
    app.register_blueprint(admin.blueprint, url_prefix="/admin")
    saying.join(app)
    api.join(app)
    app.register_blueprint(connect_woocommerce.blueprint, url_prefix="/connect/woocommerce")
    app.register_blueprint(plugin_page.blueprint)
    return app


def _widen() -> None:
    """Let a file be as long as the page takes that it is sent to."""
    if request.endpoint == imports.UPLOAD:
        request.max_content_length = imports.LIMIT
    elif request.endpoint == reviews.UPLOAD:
        request.max_content_length = photos.ROOM


def _refuse_nul() -> None:
    """Answer 400 to the one character that no text in PostgreSQL may hold, so that no page meets it.

    Every value of every name is looked at: a page may read the form where the query has the same name.
    """
    asked = (texts for typed in (request.args, request.form) for texts in typed.listvalues())
    named = ([file.filename or ""] for files in request.files.listvalues() for file in files)
    if any("\0" in text for texts in ([request.path], *asked, *named) for text in texts):
        abort(400)


def _protect(response: Response) -> Response:
    """Let nothing that says no more of itself be framed, run, or taken for what it is not.

    What Shopify fetches is shown below the shop's own address, of which we say nothing; and the policy of a
    script binds it where it is a worker.
    """
    if request.path.startswith(IN_A_THEME):
        return response
    if response.mimetype != "text/javascript":
        response.headers.setdefault("Content-Security-Policy", STRICTEST)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    for name, value in look.always().items():
        response.headers.setdefault(name, value)
    return response


def may_bring_photos(path: str) -> bool:
    """Tell whether a path was made by a link of ours: who has none brings no more than anybody."""
    try:
        review_links.order_of(path.split("/")[2])
    except (Forged, IndexError):
        return False
    return True


LISTS = Upload(imports.PATH, imports.LIMIT, imports.TOO_LONG)
PHOTOS = Upload(reviews.PATH, photos.ROOM, photos.TOO_LARGE, may_bring_photos)
web = Ingress(Front(Pages(create_app(), LISTS, PHOTOS)))
