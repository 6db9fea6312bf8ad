"""What the demo's web process serves: the app, the mail viewer, and the fakes of the outside world."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, abort, render_template, request

from app.lib.config import settings
from app.main import web as product
from demo import fakes
from demo.mail import mails

STORE = Path(os.environ["DEMO_MAIL"])
PAGES = Path(__file__).parent / "pages"
STRICT = (
    "default-src 'none'; style-src 'self'; img-src https: http: data:; frame-src 'self'; form-action 'self'"
)
A_MAIL = "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; frame-ancestors 'self'"

viewer = Flask("demo", root_path=str(PAGES), template_folder=".", static_folder=None)


@viewer.get("/mail")
@viewer.get("/mail/")
def every_mail() -> Response:
    """Show all mails, or those that match a search."""
    search = request.args.get("q", "").strip()
    return _page(render_template("mails.html", mails=mails(STORE, search=search), search=search), STRICT)


@viewer.get("/mail.json")
def as_json() -> Response:
    """Return all mails."""
    return Response(json.dumps(mails(STORE)), content_type="application/json")


@viewer.get("/mail/mail.css")
def style() -> Response:
    """Return the viewer's look."""
    return Response((PAGES / "mail.css").read_bytes(), content_type="text/css")


@viewer.get("/mail/<int:ident>")
def one_mail(ident: int) -> Response:
    """Show one mail: as the shopper sees it, its text part, its headers."""
    found = mails(STORE, only=ident)
    return _page(render_template("mail.html", mail=found[0] if found else abort(404)), STRICT)


@viewer.get("/mail/<int:ident>/html")
def html_part(ident: int) -> Response:
    """Return a mail's HTML part, with nothing else allowed in it."""
    found = mails(STORE, only=ident)
    return _page(found[0]["html"] if found else abort(404), A_MAIL)


def web(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request of the demo."""
    host = environ.get("HTTP_HOST", "").partition(":")[0]
    path = environ.get("PATH_INFO", "")
    if host in settings().stand_ins or path.startswith("/pictures/"):
        return fakes.application(environ, start_response)
    if path in ("/mail", "/mail.json") or path.startswith("/mail/"):
        return viewer(environ, start_response)
    return product(environ, start_response)


def _page(html: str, policy: str) -> Response:
    return Response(
        html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy}
    )
