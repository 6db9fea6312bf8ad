"""The demo's mail viewer: every mail that the sample shops sent, as the shopper gets it."""

import json
import os
import re
from email.utils import parseaddr
from pathlib import Path

from flask import Flask, Response, abort, render_template, request

from demo import mail

PAGES = Path(__file__).parent / "pages"
SHOWN = 200
"""Mails on the list; its JSON has all of them."""
OURS = "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'"
A_STRANGERS = (
    "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)

viewer = Flask("demo", root_path=str(PAGES), template_folder=".", static_folder=None)


@viewer.get("/mail", strict_slashes=False)
def every_mail() -> Response:
    """Show the newest mails, or those that match a search."""
    search = request.args.get("q", "").strip()
    found = mail.mails(_store(), search=search, at_most=SHOWN)
    count = mail.count(_store(), search=search)
    return _page(render_template("mails.html", mails=found, count=count, search=search), OURS)


@viewer.get("/mail.json")
def as_json() -> Response:
    """Return all mails."""
    return Response(json.dumps(mail.mails(_store())), content_type="application/json")


@viewer.get("/mail/mail.css")
def style() -> Response:
    """Return the viewer's look."""
    return Response((PAGES / "mail.css").read_bytes(), content_type="text/css")


@viewer.get("/mail/<int:ident>")
def one_mail(ident: int) -> Response:
    """Show one mail: as the shopper sees it, its text part, its headers."""
    found = mail.mails(_store(), only=ident)
    return _page(render_template("mail.html", mail=found[0] if found else abort(404)), OURS)


@viewer.get("/mail/<int:ident>/html")
def html_part(ident: int) -> Response:
    """Return a mail's HTML part, with nothing but pictures allowed in it; its links open beside it."""
    found = mail.mails(_store(), only=ident)
    html = found[0]["html"] if found else abort(404)
    return _page(re.sub(r"(<head\b[^>]*>)", r'\1<base target="_blank">', html, count=1), A_STRANGERS)


@viewer.template_filter()
def sender(address: str) -> str:
    """Return who a From header names."""
    return parseaddr(address)[0] or address


@viewer.template_filter()
def preview(text: str) -> str:
    """Return the beginning of a text in one line, as an inbox shows it."""
    return " ".join(re.sub(r"https?://\S+", "", text).split())[:200]


def _store() -> Path:
    return Path(os.environ["DEMO_MAIL"])


def _page(html: str, policy: str) -> Response:
    return Response(
        html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy}
    )
