"""The only wiring of the web process: ingress in front of Flask."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import admin, health, storefront
from app.admin import connect_woocommerce
from app.lib.config import settings
from app.lib.logs import configure
from app.lib.rsgi import Pages
from webhooks.ingress import Ingress

ROOT = Path(__file__).parent.parent
FORM_LIMIT = 1_000_000


def create_app() -> Flask:
    """Return the Flask application with every page."""
    configure()
    app = Flask("doorstep", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.secret_key = settings().keys[0]
    app.config.update(
        SECRET_KEY_FALLBACKS=list(settings().keys[1:]),
        SESSION_COOKIE_SECURE=settings().url.startswith("https://"),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="doorstep",
        MAX_CONTENT_LENGTH=FORM_LIMIT,
    )
    if settings().proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings().proxies)  # type: ignore[method-assign] # Flask says so
    app.register_blueprint(health.blueprint)
    app.register_blueprint(storefront.blueprint)
    app.register_blueprint(admin.blueprint, url_prefix="/admin")
    app.register_blueprint(connect_woocommerce.blueprint, url_prefix="/connect/woocommerce")
    return app


web = Ingress(Pages(create_app()))
